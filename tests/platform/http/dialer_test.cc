// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/dialer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/error.h"
#include "platform/http/event_loop.h"
#include "platform/http/resolver.h"
#include "platform/internal/unique_fd.h"

namespace airlock::http::internal {
namespace {

using platform::internal::UniqueFd;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Listens at 127.0.0.1. A `full` one answers no connection: its backlog has
// room for one, which is taken.
class Port {
 public:
  explicit Port(bool full = false)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto* const address = reinterpret_cast<sockaddr_in*>(&endpoint_.address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    endpoint_.size = sizeof(sockaddr_in);
    EXPECT_EQ(bind(fd_.get(), any(), endpoint_.size), 0);
    EXPECT_EQ(getsockname(fd_.get(), any(), &endpoint_.size), 0);
    EXPECT_EQ(listen(fd_.get(), full ? 0 : 8), 0);
    for (int i = 0; full && i < 4; ++i) {
      fillers_.emplace_back(
          socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      (void)connect(fillers_.back().get(), any(), endpoint_.size);
    }
  }

  const Endpoint& endpoint() const { return endpoint_; }
  void Close() { fd_ = UniqueFd(); }

 private:
  sockaddr* any() { return reinterpret_cast<sockaddr*>(&endpoint_.address); }

  Endpoint endpoint_;
  UniqueFd fd_;
  std::vector<UniqueFd> fillers_;
};

absl::StatusOr<Dialed> Dial(std::vector<Endpoint> endpoints) {
  auto loop = EventLoop::Create();
  EXPECT_TRUE(loop.ok());
  std::optional<absl::StatusOr<Dialed>> result;
  const std::shared_ptr<Dialer> dialer = Dialer::Start(
      loop->get(), "the-host:443", std::move(endpoints),
      [&](absl::StatusOr<Dialed> dialed) { result = std::move(dialed); });
  while (!result.has_value()) EXPECT_TRUE((*loop)->RunOnce().ok());
  return *std::move(result);
}

TEST(DialerTest, TheFirstAddressThatAnswersIsKept) {
  const Port first;
  const Port second;
  const auto dialed = Dial({first.endpoint(), second.endpoint()});
  ASSERT_TRUE(dialed.ok()) << dialed.status();
  EXPECT_EQ(dialed->endpoint.ToString(), first.endpoint().ToString());
}

TEST(DialerTest, ARefusalStartsTheNext) {
  Port closed;
  closed.Close();
  const Port open;
  const auto dialed = Dial({closed.endpoint(), open.endpoint()});
  ASSERT_TRUE(dialed.ok()) << dialed.status();
  EXPECT_EQ(dialed->endpoint.ToString(), open.endpoint().ToString());
}

TEST(DialerTest, SilenceStartsTheNext) {
  const Port silent(/*full=*/true);
  const Port open;
  const auto start = std::chrono::steady_clock::now();
  const auto dialed = Dial({silent.endpoint(), open.endpoint()});
  ASSERT_TRUE(dialed.ok()) << dialed.status();
  EXPECT_EQ(dialed->endpoint.ToString(), open.endpoint().ToString());
  EXPECT_GE(std::chrono::steady_clock::now() - start, Dialer::kDelay);
}

TEST(DialerTest, TheErrorNamesEachAddress) {
  Port first;
  Port second;
  first.Close();
  second.Close();
  const auto dialed = Dial({first.endpoint(), second.endpoint()});
  ASSERT_FALSE(dialed.ok());
  EXPECT_EQ(FailureOf(dialed.status()), Failure::kConnect);
  const std::string message(dialed.status().message());
  EXPECT_THAT(message, HasSubstr("the-host:443"));
  EXPECT_THAT(message, HasSubstr(first.endpoint().ToString()));
  EXPECT_THAT(message, HasSubstr(second.endpoint().ToString()));
}

TEST(DialerTest, DestroyingItEndsTheAttempts) {
  const Port silent(/*full=*/true);
  auto loop = EventLoop::Create();
  ASSERT_TRUE(loop.ok());
  std::shared_ptr<Dialer> dialer =
      Dialer::Start(loop->get(), "x", {silent.endpoint()},
                    [](const absl::StatusOr<Dialed>&) { FAIL(); });
  bool over = false;
  (*loop)->At(std::chrono::steady_clock::now(), [&] { over = true; });
  while (!over) ASSERT_TRUE((*loop)->RunOnce().ok());
  dialer.reset();
  over = false;
  (*loop)->At(std::chrono::steady_clock::now(), [&] { over = true; });
  while (!over) ASSERT_TRUE((*loop)->RunOnce().ok());
}

TEST(InterleaveTest, FamiliesTakeTurns) {
  const auto endpoint = [](int family, uint16_t port) {
    Endpoint one;
    one.address.ss_family = family;
    one.size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    reinterpret_cast<sockaddr_in&>(one.address).sin_port = htons(port);
    return one;
  };
  std::vector<int> ports;
  for (const Endpoint& one : Interleave(
           {endpoint(AF_INET6, 1), endpoint(AF_INET6, 2), endpoint(AF_INET6, 3),
            endpoint(AF_INET, 4), endpoint(AF_INET, 5)})) {
    ports.push_back(
        ntohs(reinterpret_cast<const sockaddr_in&>(one.address).sin_port));
  }
  EXPECT_THAT(ports, ElementsAre(1, 4, 2, 5, 3));
}

}  // namespace
}  // namespace airlock::http::internal
