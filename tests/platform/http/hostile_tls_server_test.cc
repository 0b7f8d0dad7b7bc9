// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Servers that stop in the middle of their handshake, or never stop sending,
// and a client with many calls on one loop: it ends each at its deadline or at
// once, with little memory, and the others go on. Time is skipped, not waited
// for.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "platform/http/event_loop.h"
#include "platform/posix_transport.h"
#include "ssl/context.h"
#include "ssl/options.h"
#include "ssl/protocol.h"
#include "ssl/socket.h"
#include "tests/bench/allocations.h"
#include "tests/platform/http/stopping_transport.h"
#include "tests/platform/http/test_server.h"
#include "tests/support/handshake.h"
#include "tests/support/virtual_clock.h"

namespace airlock::http::testing {
namespace {

using ::airlock::testing::MakeContext;
using ::airlock::testing::SkipTime;

constexpr absl::Duration kTimeout = absl::Seconds(30);
// What one call may need while its server stalls.
constexpr int64_t kLittle = 150 << 10;

std::string Record(uint8_t type, absl::string_view body) {
  std::string record = {static_cast<char>(type), 3, 3,
                        static_cast<char>(body.size() >> 8),
                        static_cast<char>(body.size())};
  absl::StrAppend(&record, body);
  return record;
}

std::shared_ptr<const ssl::Context> ServerOf(ssl::TlsVersion version) {
  ssl::ContextOptions options = airlock::testing::ServerOptions();
  options.verification.maximum_version = version;
  return MakeContext(std::move(options));
}

// A server that performs a handshake as `stop` says, and never answers.
std::unique_ptr<Listener> Stalled(ssl::TlsVersion version, Stop* stop) {
  return std::make_unique<Listener>(
      [context = ServerOf(version),
       stop](std::unique_ptr<platform::PosixTransport> transport) {
        ssl::SocketOptions options;
        options.side = ssl::Side::kServer;
        auto socket = ssl::WrapSocket(
            context,
            std::make_unique<StoppingTransport>(std::move(transport), stop),
            std::move(options));
        ASSERT_TRUE(socket.ok()) << socket.status();
        if (!(*socket)->Handshake().done()) return;
        std::array<uint8_t, 4096> rest;
        while ((*socket)->Read(absl::MakeSpan(rest)).done()) {
        }
      });
}

class HostileTlsServerTest : public ::testing::Test {
 protected:
  using Result = std::optional<absl::StatusOr<Response>>;

  void Start(int port, Result* result) {
    Request request;
    request.url = absl::StrCat("https://localhost:", port, "/");
    request.timeout = kTimeout;
    client_.Start(&loop_, std::move(request),
                  [result](absl::StatusOr<Response> response) {
                    *result = std::move(response);
                  });
  }

  void RunUntil(const Result& result) {
    while (!result.has_value()) ASSERT_TRUE(loop_.RunOnce().ok());
  }

  absl::Status FailureOfFetch(int port) {
    Result result;
    Start(port, &result);
    RunUntil(result);
    EXPECT_FALSE((*result).ok());
    return result->status();
  }

  // Ends after the client, which keeps its connection.
  const TestServer good_{Always([](Peer& peer, const SeenRequest&) {
    peer.Respond("200 OK", "", "hello");
  })};
  const std::unique_ptr<platform::Runtime> runtime_ = MakeRuntime();
  Client client_{runtime_.get(), Direct()};
  EventLoop loop_;
};

TEST_F(HostileTlsServerTest, StopsInTheMiddleOfAnyFlight) {
  {
    Result once;  // What is made once must not be taken for a call's memory.
    Start(good_.port(), &once);
    RunUntil(once);
    ASSERT_TRUE((*once).ok()) << once->status();
  }
  std::deque<Stop> stops;
  std::vector<std::unique_ptr<Listener>> servers;
  for (const ssl::TlsVersion version :
       {ssl::TlsVersion::kTls1_2, ssl::TlsVersion::kTls1_3}) {
    // The flights of a whole handshake have some 1,500 bytes.
    for (size_t after = 0; after < 2000; after += 100) {
      stops.emplace_back();
      stops.back().after = after;
      servers.push_back(Stalled(version, &stops.back()));
    }
  }
  const int64_t before = bench::ThreadAllocations().live_bytes;
  std::deque<Result> results(servers.size());
  for (size_t i = 0; i < servers.size(); ++i) {
    Start(servers[i]->port(), &results[i]);
  }
  const auto connected = [&] {
    int count = 0;
    for (const auto& server : servers) count += server->connections();
    return count;
  };
  do {
    Result other;
    Start(good_.port(), &other);
    RunUntil(other);
    ASSERT_TRUE((*other).ok()) << other->status();
    EXPECT_EQ((*other)->body, "hello");
    EXPECT_LT(bench::ThreadAllocations().live_bytes - before,
              static_cast<int64_t>(servers.size()) * kLittle);
  } while (connected() < static_cast<int>(servers.size()));
  for (const Result& result : results) EXPECT_FALSE(result.has_value());

  SkipTime(kTimeout + absl::Seconds(1));
  loop_.Defer([] {});  // Wakes it.
  for (const Result& result : results) {
    RunUntil(result);
    ASSERT_FALSE((*result).ok());
    EXPECT_EQ(FailureOf(result->status()), Failure::kTimeout)
        << result->status();
  }
}

// Each byte is progress, but does not extend the deadline.
TEST_F(HostileTlsServerTest, SendsAByteASecond) {
  for (const ssl::TlsVersion version :
       {ssl::TlsVersion::kTls1_2, ssl::TlsVersion::kTls1_3}) {
    Stop slow;
    slow.at_once = 1;
    slow.before_each = [] { SkipTime(absl::Seconds(1)); };
    const auto server = Stalled(version, &slow);
    EXPECT_EQ(FailureOf(FailureOfFetch(server->port())), Failure::kTimeout);
  }
}

TEST_F(HostileTlsServerTest, NeverStops) {
  constexpr uint8_t kChangeCipherSpec = 20;
  constexpr uint8_t kAlert = 21;
  constexpr uint8_t kHandshake = 22;
  constexpr uint8_t kApplicationData = 23;
  const std::string zero(1, '\0');
  // A ServerHello of 65,535 bytes, in records of one each.
  std::string fragments = Record(kHandshake, {"\x02\x00\xff\xff", 4});
  for (int i = 0; i < 100; ++i) fragments += Record(kHandshake, zero);
  for (const std::string& part :
       {fragments, Record(kHandshake, ""), Record(kApplicationData, ""),
        Record(kAlert, ""), Record(kAlert, {"\x01\x5a", 2}),
        Record(kChangeCipherSpec, "\x01"), Record(kApplicationData, zero),
        Record(kHandshake, {"\x00\x00\x00\x00", 4}),  // HelloRequest.
        std::string(16, '\0'), std::string("HTTP/1.1 200 OK\r\n\r\n")}) {
    size_t sent = 0;
    {
      const Listener server(
          [&](std::unique_ptr<platform::PosixTransport> transport) {
            std::string parts;
            while (parts.size() < 4096) parts += part;
            const absl::Span<const uint8_t> bytes(
                reinterpret_cast<const uint8_t*>(parts.data()), parts.size());
            ssl::IoResult result = transport->Write(bytes);
            while (result.done()) {
              sent += result.bytes();
              result = transport->Write(bytes);
            }
          });
      const absl::Status status = FailureOfFetch(server.port());
      EXPECT_EQ(FailureOf(status), Failure::kTls) << status;
    }
    // What fits into the buffers of the system, and little more.
    EXPECT_LT(sent, size_t{64} << 20);
  }
}

}  // namespace
}  // namespace airlock::http::testing
