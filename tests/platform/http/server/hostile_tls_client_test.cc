// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Clients that send slowly, stop in the middle of their handshake, or never
// stop: the server ends them at their deadline or at once, with little memory,
// and serves the others meanwhile. Time is skipped, not waited for.

#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/server/server_options.h"
#include "platform/posix_transport.h"
#include "platform/tcp.h"
#include "ssl/context.h"
#include "ssl/options.h"
#include "ssl/protocol.h"
#include "ssl/socket.h"
#include "tests/platform/http/server/server_fixture.h"
#include "tests/platform/http/stopping_transport.h"
#include "tests/support/handshake.h"
#include "tests/support/virtual_clock.h"

namespace airlock::http::testing {
namespace {

using ::airlock::testing::SkipTime;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTime;
using ::airlock::testing::TestTrustStore;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr absl::string_view kLast =
    "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
constexpr uint8_t kChangeCipherSpec = 20;
constexpr uint8_t kAlert = 21;
constexpr uint8_t kHandshake = 22;
constexpr uint8_t kApplicationData = 23;

// What one connection may need at both ends together, while it stalls.
constexpr size_t kLittle = 200 << 10;

std::string Record(uint8_t type, absl::string_view body) {
  std::string record = {static_cast<char>(type), 3, 3,
                        static_cast<char>(body.size() >> 8),
                        static_cast<char>(body.size())};
  absl::StrAppend(&record, body);
  return record;
}

// Clients have a certificate.
std::shared_ptr<const ssl::Context> ClientOf(ssl::TlsVersion version) {
  return ClientContext([version](ssl::ContextOptions* options) {
    options->verification.maximum_version = version;
    options->credentials = {TestCredentials("client_p256")};
  });
}

ServerOptions MutualOptions() {
  ServerOptions options = WithHandler(EchoHandler());
  options.context = [] {
    ssl::ContextOptions context = ServerContextOptions();
    context.verification.mode = ssl::VerifyMode::kRequired;
    context.trust_store = TestTrustStore();
    context.clock = TestTime;
    return ssl::Context::Create(std::move(context));
  };
  return options;
}

// Performs a handshake with the server as `stop` says, and then waits until the
// server ends the connection. Returns whether the server let it finish: that is
// clear only once it has sent application data.
bool Meet(int port, std::shared_ptr<const ssl::Context> context, Stop* stop) {
  auto dialed = platform::Dial("127.0.0.1", static_cast<uint16_t>(port),
                               absl::Minutes(1));
  EXPECT_TRUE(dialed.ok()) << dialed.status();
  (*dialed)->set_timeout(absl::Minutes(1));
  ssl::SocketOptions options;
  options.server_hostname = "localhost";
  auto socket = ssl::WrapSocket(
      std::move(context),
      std::make_unique<StoppingTransport>(*std::move(dialed), stop),
      std::move(options));
  EXPECT_TRUE(socket.ok()) << socket.status();
  if (!(*socket)->Handshake().done()) return false;
  // The request is not a part of the handshake.
  const size_t written = stop->written;
  (void)(*socket)->Write(
      {reinterpret_cast<const uint8_t*>(kLast.data()), kLast.size()});
  stop->written = written;
  std::string answer(1000, '\0');
  return (*socket)
      ->Read({reinterpret_cast<uint8_t*>(&answer[0]), answer.size()})
      .done();
}

size_t MemoryInUse() { return mallinfo2().uordblks; }

// The server's loop notices skipped time only once it wakes.
void Wake(const RunningServer& server) {
  RawClient(server.port(), /*plain=*/true);
}

class HostileTlsClientTest : public ::testing::TestWithParam<ssl::TlsVersion> {
};

INSTANTIATE_TEST_SUITE_P(All, HostileTlsClientTest,
                         ::testing::Values(ssl::TlsVersion::kTls1_2,
                                           ssl::TlsVersion::kTls1_3),
                         [](const auto& way) {
                           return way.param == ssl::TlsVersion::kTls1_2
                                      ? "Tls12"
                                      : "Tls13";
                         });

TEST_P(HostileTlsClientTest, StopsInTheMiddleOfAnyFlight) {
  RunningServer server(MutualOptions());
  const auto context = ClientOf(GetParam());
  Stop whole;
  ASSERT_TRUE(Meet(server.port(), context, &whole));
  std::vector<Stop> stops;
  constexpr size_t kCuts = 24;
  for (size_t i = 0; i < kCuts; ++i) {
    stops.emplace_back();
    stops.back().after = whole.written * i / kCuts;
  }
  stops.emplace_back();
  // The size of signatures varies by a few bytes.
  stops.back().after = whole.written - 8;

  const uint64_t before = server.server().stats().connections_accepted;
  const size_t memory = MemoryInUse();
  std::vector<std::thread> clients;
  clients.reserve(stops.size());
  for (Stop& stop : stops) {
    clients.emplace_back([&server, &context, &stop] {
      EXPECT_FALSE(Meet(server.port(), context, &stop)) << stop.after;
    });
  }
  while (server.server().stats().connections_accepted < before + stops.size()) {
    std::this_thread::yield();
  }
  // Others are served, before and after.
  Stop other;
  EXPECT_TRUE(Meet(server.port(), context, &other));
  EXPECT_LT(MemoryInUse(), memory + stops.size() * kLittle);
  EXPECT_EQ(server.server().stats().connections_timed_out, 0);
  SkipTime(ServerLimits().handshake_timeout + absl::Seconds(1));
  Wake(server);
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(server.server().stats().connections_timed_out, stops.size());
  EXPECT_TRUE(Meet(server.port(), context, &other));
}

// Each byte is progress, but does not extend the deadline.
TEST_P(HostileTlsClientTest, SendsAByteASecond) {
  RunningServer server(MutualOptions());
  const auto context = ClientOf(GetParam());
  Stop slow;
  slow.at_once = 1;
  slow.before_each = [] { SkipTime(absl::Seconds(1)); };
  EXPECT_FALSE(Meet(server.port(), context, &slow));
  EXPECT_TRUE(
      server.log().WaitFor("Timeout: the client did not finish the handshake"));
  // In time, it is served.
  Stop fast;
  fast.at_once = 1;
  EXPECT_TRUE(Meet(server.port(), context, &fast));
}

TEST(EndlessTlsClientTest, IsEndedAtOnce) {
  RunningServer server(WithHandler(EchoHandler()));
  const std::string zero(1, '\0');
  // A ClientHello of 65,535 bytes, in records of one each.
  std::string fragments = Record(kHandshake, {"\x01\x00\xff\xff", 4});
  for (int i = 0; i < 100; ++i) fragments += Record(kHandshake, zero);
  const std::vector<std::string> endless = {
      fragments,
      Record(kHandshake, ""),
      Record(kApplicationData, ""),
      Record(kAlert, ""),
      Record(kAlert, {"\x01\x5a", 2}),  // A warning: user_canceled.
      Record(kChangeCipherSpec, "\x01"),
      Record(kApplicationData, zero),
      Record(kHandshake, {"\x14\x00\x00\x00", 4}),
      std::string(16, '\0'),
      "GET / HTTP/1.1\r\n\r\n"};
  constexpr size_t kFar = size_t{64} << 20;
  for (const std::string& part : endless) {
    std::string parts;
    while (parts.size() < 4096) parts += part;
    RawClient client(server.port(), /*plain=*/true);
    size_t sent = 0;
    while (sent < kFar && client.Send(parts)) sent += parts.size();
    // What it sends after its end is dropped for some time.
    EXPECT_LT(sent, kFar);
    EXPECT_THAT(server.Ask(kLast), EndsWith("GET /last \n"));
  }
  size_t refused = 0;
  for (const std::string& line : server.log().lines()) {
    if (absl::StartsWith(line, "Protocol: ")) ++refused;
  }
  EXPECT_EQ(refused, endless.size());
}

}  // namespace
}  // namespace airlock::http::testing
