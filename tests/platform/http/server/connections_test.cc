// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How a server treats its connections: time, room, and the end.

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/counters.h"
#include "platform/http/server/handler.h"
#include "platform/http/server/server_options.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/options.h"
#include "tests/platform/http/server/server_fixture.h"

namespace airlock::http::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::string_view kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr absl::string_view kLast =
    "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
constexpr absl::Duration kShort = absl::Milliseconds(50);

// "/large" is larger than all buffers on the way.
std::shared_ptr<Handler> LargeHandler() {
  return std::make_shared<FunctionHandler>(
      [](const ServerRequest& request, ServerConnection&,
         std::shared_ptr<Responder> responder) {
        ServerResponse response;
        response.body.assign(
            request.target == "/large" ? size_t{64} << 20 : size_t{10}, 'x');
        responder->Respond(std::move(response));
        return nullptr;
      });
}

size_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

// One thread serves them all.
TEST(ConnectionsTest, NoClientStallsOthers) {
  RunningServer server(WithHandler(LargeHandler()));
  RawClient silent(server.port(), /*plain=*/true);
  RawClient slow_handshake(server.port(), /*plain=*/true);
  slow_handshake.Send(absl::string_view("\x16\x03\x01\x02\x00\x01", 6));
  RawClient idle(server.port());
  RawClient slow_head(server.port());
  slow_head.Send("GET / HT");
  RawClient slow_reader(server.port());
  slow_reader.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  slow_reader.ReadUntil("\r\n\r\n");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(server.Ask(kLast), EndsWith("\r\n\r\nxxxxxxxxxx"));
  }
  // They are served, too, when they go on.
  slow_head.Send("TP/1.0\r\n\r\n");
  EXPECT_THAT(slow_head.ReadAll(), EndsWith("\r\n\r\nxxxxxxxxxx"));
  idle.Send(kLast);
  EXPECT_THAT(idle.ReadAll(), EndsWith("\r\n\r\nxxxxxxxxxx"));
}

TEST(ConnectionsTest, AFailedHandshakeHarmsNoOne) {
  RunningServer server(WithHandler(EchoHandler()));
  for (const absl::string_view bytes :
       {absl::string_view("GET / HTTP/1.1\r\n\r\n"),
        absl::string_view("\x16\x03\x01\x00\x00", 5), absl::string_view("")}) {
    RawClient client(server.port(), /*plain=*/true);
    client.Send(bytes);
    shutdown(client.transport().fd(), SHUT_WR);
    client.ReadAll();
    // The client can read the alert.
    EXPECT_EQ(client.end(), "eof") << bytes;
  }
  EXPECT_THAT(server.Ask(kLast), EndsWith("GET /last \n"));
  EXPECT_TRUE(server.log().WaitFor("Protocol: "));
  EXPECT_TRUE(server.log().WaitFor("UnexpectedEof: "));
  const platform::Counters counters = server.runtime().counters();
  EXPECT_EQ(counters.failures_of(ssl::ErrorKind::kProtocol), 1);
  EXPECT_EQ(counters.failures_of(ssl::ErrorKind::kUnexpectedEof), 2);
}

TEST(ConnectionsTest, AHandshakeHasADeadline) {
  ServerOptions options = WithHandler(EchoHandler());
  options.limits.handshake_timeout = kShort;
  RunningServer server(std::move(options));
  RawClient client(server.port(), /*plain=*/true);
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_TRUE(server.log().WaitFor("Timeout: the client did not finish"));
  EXPECT_EQ(server.server().stats().connections_timed_out, 1);
}

TEST(ConnectionsTest, AHeadHasADeadline) {
  ServerOptions options = WithHandler(EchoHandler());
  options.limits.header_timeout = kShort;
  RunningServer server(std::move(options));
  RawClient client(server.port());
  client.Send("GET / HTTP/1.1\r\n");
  EXPECT_THAT(client.ReadAll(), AllOf(StartsWith("HTTP/1.1 408 "),
                                      HasSubstr("Connection: close\r\n")));
  EXPECT_EQ(client.end(), "close_notify");
  EXPECT_TRUE(server.log().WaitFor("Timeout: "));
  // Empty lines do not extend it.
  RawClient empty(server.port());
  empty.Send("\r\n");
  EXPECT_EQ(empty.ReadAll(), "");
}

TEST(ConnectionsTest, ABodyHasADeadline) {
  ServerOptions options = WithHandler(EchoHandler());
  options.limits.body_timeout = kShort;
  RunningServer server(std::move(options));
  RawClient client(server.port());
  client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234");
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(server.log().WaitFor("Timeout: "));
}

TEST(ConnectionsTest, AnIdleConnectionHasADeadline) {
  ServerOptions options = WithHandler(EchoHandler());
  options.limits.idle_timeout = kShort;
  RunningServer server(std::move(options));
  RawClient client(server.port());
  client.Send(kGet);
  EXPECT_THAT(client.ReadAll(), EndsWith("GET /a \n"));
  EXPECT_EQ(client.end(), "close_notify");
  RawClient silent(server.port());
  EXPECT_EQ(silent.ReadAll(), "");
  EXPECT_TRUE(server.log().WaitFor("Timeout: the client sent nothing"));
}

TEST(ConnectionsTest, ReadingHasADeadline) {
  ServerOptions options = WithHandler(LargeHandler());
  options.limits.write_timeout = kShort;
  RunningServer server(std::move(options));
  RawClient client(server.port());
  client.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(server.log().WaitFor("Timeout: the client did not read"));
}

TEST(ConnectionsTest, ServesManyIdleConnections) {
  RunningServer server(WithHandler(EchoHandler()));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->Send(kGet);
    EXPECT_THAT(clients.back()->ReadUntil("GET /a \n"),
                StartsWith("HTTP/1.1 200"));
  }
  EXPECT_EQ(server.server().stats().connections_now, 200);
  for (const auto& client : clients) {
    client->Send(kLast);
    EXPECT_THAT(client->ReadAll(), EndsWith("GET /last \n"));
  }
  EXPECT_EQ(server.server().stats().requests_http1, 400);
}

TEST(ConnectionsTest, ReleasesEveryDescriptor) {
  RunningServer server(WithHandler(LargeHandler()));
  server.Ask(kLast);
  while (server.server().stats().connections_now > 0) {
    std::this_thread::yield();
  }
  const size_t before = OpenDescriptors();
  for (int i = 0; i < 10; ++i) {
    server.Ask(kLast);  // Closed by the server,
    server.Ask("nonsense\r\n\r\n");
    RawClient(server.port(), /*plain=*/true);  // by the client,
    RawClient garbage(server.port(), /*plain=*/true);
    garbage.Send("nonsense\r\n\r\n");
    RawClient idle(server.port());
    RawClient reader(server.port());  // in the middle,
    reader.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    reader.ReadUntil("\r\n\r\n");
    RawClient reset(server.port());  // and by force.
    reset.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    const linger now = {1, 0};
    setsockopt(reset.transport().fd(), SOL_SOCKET, SO_LINGER, &now,
               sizeof(now));
  }
  while (server.server().stats().connections_now > 0 ||
         OpenDescriptors() > before) {
    std::this_thread::yield();
  }
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(ConnectionsTest, EndsWhatHasWaitedLongestForOthers) {
  ServerOptions options = WithHandler(EchoHandler());
  options.limits.max_connections = 3;
  RunningServer server(std::move(options));
  RawClient silent(server.port(), /*plain=*/true);
  RawClient first(server.port());
  RawClient second(server.port());
  for (RawClient* client : {&first, &second}) {
    client->Send(kGet);
    client->ReadUntil("GET /a \n");
  }
  EXPECT_THAT(server.Ask(kLast), EndsWith("GET /last \n"));
  EXPECT_EQ(silent.ReadAll(), "");
  EXPECT_THAT(server.log().lines(), Contains("ended: made room"));
  EXPECT_EQ(server.server().stats().connections_evicted, 1);
  for (RawClient* client : {&first, &second}) {
    client->Send(kLast);
    EXPECT_THAT(client->ReadAll(), EndsWith("GET /last \n"));
  }
}

TEST(ConnectionsTest, LetsRequestsFinishWhenItStops) {
  RunningServer server(WithHandler(EchoHandler()));
  RawClient idle(server.port());
  idle.Send(kGet);
  idle.ReadUntil("GET /a \n");
  RawClient unused(server.port());
  RawClient handshake(server.port(), /*plain=*/true);
  RawClient requesting(server.port());
  requesting.Send(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
      "Content-Length: 10\r\n\r\n");
  requesting.ReadUntil("100 Continue\r\n\r\n");
  server.server().Stop();
  // These end first, in order.
  for (RawClient* client : {&idle, &unused}) {
    EXPECT_EQ(client->ReadAll(), "");
    EXPECT_EQ(client->end(), "close_notify");
  }
  EXPECT_EQ(handshake.ReadAll(), "");
  requesting.Send("0123456789");
  EXPECT_THAT(requesting.ReadAll(), AllOf(HasSubstr("Connection: close\r\n"),
                                          EndsWith("POST / 0123456789\n")));
  EXPECT_EQ(requesting.end(), "close_notify");
  server.Stop();
}

TEST(ConnectionsTest, EndsARequestThatDoesNotFinish) {
  auto server = std::make_unique<RunningServer>(WithHandler(EchoHandler()));
  RawClient requesting(server->port());
  requesting.Send(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
      "Content-Length: 10\r\n\r\n");
  requesting.ReadUntil("100 Continue\r\n\r\n");
  server.reset();
  EXPECT_EQ(requesting.ReadAll(), "");
}

// What a client was sent must not be destroyed by what it still sends.
TEST(ConnectionsTest, AClientCanReadEverythingAfterTheEnd) {
  RunningServer server(WithHandler(LargeHandler()));
  RawClient client(server.port());
  client.Send(
      absl::StrCat("GET /large HTTP/1.0\r\n\r\n", std::string(400000, 'x')));
  const std::string answer = client.ReadAll();
  EXPECT_GT(answer.size(), size_t{64} << 20);
  EXPECT_EQ(client.end(), "close_notify");
}

TEST(ConnectionsTest, RenewsItsContext) {
  auto broken = std::make_shared<std::atomic<bool>>(false);
  auto changed = std::make_shared<std::atomic<bool>>(false);
  auto made = std::make_shared<std::atomic<int>>(0);
  ServerOptions options = WithHandler(EchoHandler());
  options.check_interval = absl::ZeroDuration();
  options.context =
      [=]() -> absl::StatusOr<std::shared_ptr<const ssl::Context>> {
    if (*broken) return absl::InvalidArgumentError("a broken file");
    ++*made;
    ssl::ContextOptions context = ServerContextOptions();
    context.clock = [] { return absl::Now(); };
    return ssl::Context::Create(std::move(context));
  };
  options.context_changed = [=] { return changed->exchange(false); };
  RunningServer server(std::move(options));
  EXPECT_EQ(*made, 1);
  server.Ask(kLast);
  EXPECT_EQ(*made, 1);
  *changed = true;
  server.Ask(kLast);
  EXPECT_EQ(*made, 2);
  // A broken update changes nothing.
  *changed = true;
  *broken = true;
  EXPECT_THAT(server.Ask(kLast), EndsWith("GET /last \n"));
  server.server().Reload();
  EXPECT_THAT(server.Ask(kLast), EndsWith("GET /last \n"));
  const auto lines = server.log().lines();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "reload: a broken file"), 1);
  // It is tried again, without another change.
  *broken = false;
  server.Ask(kLast);
  EXPECT_EQ(*made, 3);
  server.Ask(kLast);
  EXPECT_EQ(*made, 3);
  server.server().Reload();
  EXPECT_EQ(*made, 4);
}

TEST(ConnectionsTest, RefusesClientsThatAreNotAdmitted) {
  ServerOptions options = WithHandler(EchoHandler());
  options.admit = [](const ssl::Socket&) {
    return absl::PermissionDeniedError("not you");
  };
  RunningServer server(std::move(options));
  EXPECT_THAT(server.Ask(absl::StrCat(kGet, kGet)),
              AllOf(StartsWith("HTTP/1.1 403 "), EndsWith("\nnot you\n")));
  EXPECT_EQ(server.server().stats().requests_http1, 1);
  ServerOptions raw;
  raw.admit = [](const ssl::Socket&) {
    return absl::PermissionDeniedError("not you");
  };
  RunningServer echo(std::move(raw));
  EXPECT_EQ(echo.Ask(""), "");
  EXPECT_TRUE(echo.log().WaitFor("not you"));
}

// The handler is still busy then.
TEST(ConnectionsTest, NoticesThatAClientHasGone) {
  std::shared_ptr<Responder> kept;
  absl::Notification asked;
  RunningServer server(WithHandler(std::make_shared<FunctionHandler>(
      [&](const ServerRequest&, ServerConnection&,
          std::shared_ptr<Responder> responder) {
        kept = std::move(responder);
        asked.Notify();
        return nullptr;
      })));
  {
    RawClient client(server.port());
    client.Send(kGet);
    asked.WaitForNotification();
    const linger now = {1, 0};
    setsockopt(client.transport().fd(), SOL_SOCKET, SO_LINGER, &now,
               sizeof(now));
  }
  while (server.server().stats().connections_now > 0) {
    std::this_thread::yield();
  }
  server.Stop();
  EXPECT_FALSE(kept->wanted());
  kept->Respond(TextResponse(200, "too late"));
}

TEST(ConnectionsTest, EchoesWithoutAHandler) {
  RunningServer server(ServerOptions{});
  RawClient client(server.port());
  const std::string large(1 << 20, 'x');
  std::thread writer(
      [&] { EXPECT_TRUE(client.Send(absl::StrCat("abc", large, "end"))); });
  writer.join();
  EXPECT_EQ(client.ReadUntil("end").size(), large.size() + 6);
}

TEST(ConnectionsTest, ServesOnSeveralLoops) {
  ServerOptions options = WithHandler(EchoHandler());
  options.loops = 3;
  RunningServer server(std::move(options));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) {
        EXPECT_THAT(server.Ask(kLast), EndsWith("GET /last \n"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server.server().stats().connections_accepted, 40);
}

}  // namespace
}  // namespace airlock::http::testing
