// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Connections to a Redis that is slow or silent, in a process that forks.
#include "platform/tickets/redis_connect.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <tuple>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
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

// Says `text` byte by byte: one each time that the client has been silent for a
// while. Ends once the client is gone.
void SaySlowly(PosixTransport* client, absl::string_view text) {
  client->set_timeout(absl::Milliseconds(20));
  std::array<uint8_t, 4096> bytes;
  while (!text.empty()) {
    const ssl::IoResult read = client->Read(absl::MakeSpan(bytes));
    if (read.done()) continue;
    if (!absl::IsDeadlineExceeded(read.status())) return;
    const auto byte = static_cast<uint8_t>(text.front());
    if (!client->Write(absl::MakeConstSpan(&byte, 1)).done()) return;
    text.remove_prefix(1);
  }
}

// With TLS or without.
class SlowRedisTest : public ::testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(All, SlowRedisTest, ::testing::Bool());

// The next byte always comes soon, but the last one after two seconds.
TEST_P(SlowRedisTest, HasOneDeadlineForTheHandshakeAndForAnAnswer) {
  const auto host = std::make_shared<FakeHost>();
  const auto runtime = Runtime::Create(host, host->environment());
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  const auto listener = TcpListener::Listen("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok()) << listener.status();
  RedisUrl url;
  url.host = "127.0.0.1";
  url.port = listener->port();
  url.tls = GetParam();
  // The header of a handshake record of 16 KiB, or a status.
  std::string text =
      url.tls ? std::string("\x16\x03\x03\x40\x00", 5) : std::string("+");
  text += std::string(100, 'x');
  if (!url.tls) text += "\r\n";
  std::thread server([&] {
    auto client = listener->Accept(absl::Minutes(1));
    EXPECT_TRUE(client.ok()) << client.status();
    if (client.ok()) SaySlowly(client->get(), text);
  });
  const absl::Status status = [&] {
    auto stream =
        ConnectRedis(url, runtime->get(),
                     CaBytes{airlock::testing::ReadTestdata("certs/ca.pem")},
                     absl::Milliseconds(200));
    if (!stream.ok()) return stream.status();
    return RedisClient(*std::move(stream)).Call({"PING"}).status();
  }();
  server.join();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
}

}  // namespace
}  // namespace airlock::platform
