// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tcp.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/internal/unique_fd.h"
#include "tests/support/error_matchers.h"

namespace airlock::platform {
namespace {

using ::testing::HasSubstr;

// Long enough for any machine; no test waits this long.
constexpr absl::Duration kPatience = absl::Minutes(1);

// Whether this machine has the address ::1, according to the kernel.
bool HasIpv6Loopback() {
  std::ifstream addresses("/proc/net/if_inet6");
  const std::string all((std::istreambuf_iterator<char>(addresses)), {});
  return absl::StrContains(all, "00000000000000000000000000000001 ");
}

class TcpTest : public ::testing::TestWithParam<std::string> {};

TEST_P(TcpTest, ConnectsAndAccepts) {
  if (GetParam() == "::1" && !HasIpv6Loopback()) {
    GTEST_SKIP() << "This machine does not have the address ::1.";
  }
  const absl::StatusOr<TcpListener> listener =
      TcpListener::Listen(GetParam(), 0);
  ASSERT_TRUE(listener.ok()) << listener.status();
  ASSERT_NE(listener->port(), 0);
  const std::string host = GetParam().empty() ? "localhost" : GetParam();
  const auto client = Dial(host, listener->port(), kPatience);
  ASSERT_TRUE(client.ok()) << client.status();
  const auto server = listener->Accept(kPatience);
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT((*client)->peer(),
              HasSubstr(absl::StrCat(":", listener->port())));
  EXPECT_THAT((*client)->peer(), HasSubstr(host));

  uint8_t byte = 'x';
  ASSERT_TRUE((*client)->Write(absl::MakeConstSpan(&byte, 1)).done());
  byte = 0;
  const auto read = (*server)->Read(absl::MakeSpan(&byte, 1));
  ASSERT_TRUE(read.done()) << read.status();
  EXPECT_EQ(byte, 'x');
}

INSTANTIATE_TEST_SUITE_P(Addresses, TcpTest,
                         ::testing::Values("127.0.0.1", "::1", ""));

TEST(TcpListenerTest, AcceptWaitsNoLongerThanItsTimeout) {
  const absl::StatusOr<TcpListener> listener =
      TcpListener::Listen("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_EQ(listener->Accept(absl::Milliseconds(1)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(TcpListenerTest, APortInUseIsAnErrorThatNamesIt) {
  const absl::StatusOr<TcpListener> listener =
      TcpListener::Listen("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok()) << listener.status();
  const absl::Status status =
      TcpListener::Listen("127.0.0.1", listener->port()).status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status, WhereIs(absl::StrCat("127.0.0.1:", listener->port())));
}

TEST(DialTest, ARefusalNamesHostPortAndReason) {
  // Bound, so that no one else gets the port, but not listening.
  const internal::UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(fd.get(), generic, size), 0);
  ASSERT_EQ(getsockname(fd.get(), generic, &size), 0);

  const uint16_t port = ntohs(address.sin_port);
  const absl::Status status = Dial("127.0.0.1", port, kPatience).status();
  EXPECT_THAT(status, ErrorIs(absl::StatusCode::kUnavailable,
                              absl::StrCat("127.0.0.1:", port)));
  EXPECT_THAT(status, Quotes(std::strerror(ECONNREFUSED)));
}

TEST(DialTest, RefusesInvalidHosts) {
  EXPECT_EQ(Dial("", 443, kPatience).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Dial(std::string("a\0b", 3), 443, kPatience).status().code(),
            absl::StatusCode::kNotFound);
}

// getaddrinfo(3) says then that the host is unknown.
TEST(DialTest, ALackOfDescriptorsIsNotAnUnknownHost) {
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit low = limit;
  low.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const absl::Status status = Dial("host.invalid", 443, kPatience).status();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_THAT(status, ErrorIs(absl::StatusCode::kResourceExhausted,
                              "host.invalid:443"));
  EXPECT_THAT(status, Quotes(std::strerror(EMFILE)));
}

}  // namespace
}  // namespace airlock::platform
