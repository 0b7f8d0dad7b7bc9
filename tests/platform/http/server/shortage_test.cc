// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A server that runs out of descriptors.

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/server/server_options.h"
#include "tests/platform/http/server/server_fixture.h"

namespace {

// How many accept4 calls there were, and how many must still fail.
std::atomic<int> accepts{0};
std::atomic<int> accepts_to_refuse{0};
// Called right after a connection was accepted.
std::atomic<void (*)()> after_accept{nullptr};

}  // namespace

// Replaces libc's.
extern "C" int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  ++accepts;
  if (accepts_to_refuse.load() > 0) {
    --accepts_to_refuse;
    errno = EMFILE;
    return -1;
  }
  const auto accepted =
      static_cast<int>(syscall(SYS_accept4, fd, address, size, flags));
  if (accepted >= 0 && after_accept.load() != nullptr) after_accept.load()();
  return accepted;
}

namespace airlock::http::testing {
namespace {

using ::testing::EndsWith;

constexpr absl::string_view kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr absl::string_view kLast =
    "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

// Limits this process to descriptors below `count` (or its hard limit).
void LimitDescriptors(rlim_t count) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min(count, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Five pauses of a tenth of a second; a busy loop does not pause.
TEST(ShortageTest, WaitsIfNothingCanBeAccepted) {
  RunningServer server(WithHandler(EchoHandler()));
  const auto start = std::chrono::steady_clock::now();
  accepts = 0;
  accepts_to_refuse = 5;
  EXPECT_THAT(server.Ask(kLast), EndsWith("GET /last \n"));
  EXPECT_GE(std::chrono::steady_clock::now() - start,
            std::chrono::milliseconds(500));
  EXPECT_LE(accepts, 8);
  EXPECT_EQ(server.log().lines().size(), 2);  // One shortage, one response.
}

// A connection that was accepted needs no more descriptors.
TEST(ShortageTest, ServesWhatItHasAccepted) {
  RunningServer server(WithHandler(EchoHandler()));
  after_accept = [] { LimitDescriptors(3); };
  RawClient client(server.port());
  client.Send(kGet);
  EXPECT_THAT(client.ReadUntil("GET /a \n"), EndsWith("GET /a \n"));
  after_accept = nullptr;
  // Neither does stopping.
  server.Stop();
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_EQ(client.end(), "close_notify");
  LimitDescriptors(RLIM_INFINITY);
}

// A client's files need three, so that the last ones are not for connections.
TEST(ShortageTest, AcceptsNobodyForTheLastDescriptors) {
  RunningServer server(WithHandler(EchoHandler()));
  RawClient first(server.port());
  first.Send(kGet);
  first.ReadUntil("GET /a \n");
  const int lowest = dup(STDIN_FILENO);
  close(lowest);
  // One for the client's own end; then two are left.
  LimitDescriptors(static_cast<rlim_t>(lowest) + 3);
  accepts = 0;
  RawClient second(server.port(), /*plain=*/true);
  EXPECT_TRUE(server.log().WaitFor("shortage: "));
  EXPECT_EQ(accepts, 0);
  first.Send(kGet);
  EXPECT_THAT(first.ReadUntil("GET /a \n"), EndsWith("GET /a \n"));
  LimitDescriptors(RLIM_INFINITY);
  EXPECT_THAT(server.Ask(kLast), EndsWith("GET /last \n"));
}

}  // namespace
}  // namespace airlock::http::testing
