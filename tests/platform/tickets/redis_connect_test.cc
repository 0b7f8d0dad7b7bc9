// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Connections to a Redis that does not answer, in a process that forks.
#include "platform/tickets/redis_connect.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <thread>  // NOLINT(build/c++11)
#include <tuple>

#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/fork_guard.h"
#include "platform/runtime.h"
#include "platform/tcp.h"
#include "platform/tickets/redis_client.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

// Whether this process has a socket that is connected to `port`.
bool IsConnectedTo(uint16_t port) {
  for (int fd = 0; fd < 256; ++fd) {
    sockaddr_in peer = {};
    socklen_t size = sizeof(peer);
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
        peer.sin_family == AF_INET && ntohs(peer.sin_port) == port) {
      return true;
    }
  }
  return false;
}

// With TLS or without, and what a child gets.
class RedisConnectForkTest
    : public ::testing::TestWithParam<std::tuple<bool, InChildren>> {};

INSTANTIATE_TEST_SUITE_P(
    All, RedisConnectForkTest,
    ::testing::Combine(::testing::Bool(),
                       ::testing::Values(InChildren::kKept,
                                         InChildren::kClosed)));

TEST_P(RedisConnectForkTest, AChildGetsWhatWasAsked) {
  const auto [tls, in_children] = GetParam();
  const auto host = std::make_shared<FakeHost>();
  const auto runtime = Runtime::Create(host, host->environment());
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  const auto listener = TcpListener::Listen("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok()) << listener.status();
  const uint16_t port = listener->port();
  std::thread asks([&, in_children = in_children, tls = tls] {
    const ForkGuard guard;
    RedisUrl url;
    url.host = "127.0.0.1";
    url.port = port;
    url.tls = tls;
    auto stream =
        ConnectRedis(url, runtime->get(),
                     CaBytes{airlock::testing::ReadTestdata("certs/ca.pem")},
                     absl::Minutes(1), in_children);
    EXPECT_EQ(stream.ok(), !tls);
    if (!stream.ok()) return;
    RedisClient client(*std::move(stream));
    EXPECT_FALSE(client.Call({"PING"}).ok());
  });
  auto server = listener->Accept(absl::Minutes(1));
  EXPECT_TRUE(server.ok()) << server.status();
  if (server.ok()) {
    // It waits for the answer once it has asked; the fork waits for that.
    std::array<uint8_t, 1> byte;
    EXPECT_TRUE((*server)->Read(absl::MakeSpan(byte)).done());
    EXPECT_TRUE(IsConnectedTo(port));
    const pid_t child = fork();
    if (child == 0) _exit(IsConnectedTo(port) ? 1 : 0);
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), in_children == InChildren::kKept ? 1 : 0);
    EXPECT_TRUE(IsConnectedTo(port));
    server->reset();
  }
  asks.join();
  // The number may be that of another descriptor now.
  EXPECT_FALSE(IsConnectedTo(port));
}

}  // namespace
}  // namespace airlock::platform
