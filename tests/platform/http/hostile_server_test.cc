// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Servers that send too much, too slowly, or an invalid response.

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "ssl/error.h"
#include "tests/platform/http/test_server.h"

namespace airlock::http::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kChunked[] =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

class HostileServerTest : public ::testing::Test {
 protected:
  // Fetches from a server that answers the request by `attack`.
  absl::StatusOr<Response> Fetch(
      const std::function<void(Peer&)>& attack,
      const std::function<void(Request&)>& change = [](Request&) {},
      TestServerOptions options = {}) {
    const TestServer server(
        [&attack](Peer& peer) {
          if (peer.ReadRequest()) attack(peer);
        },
        std::move(options));
    Client client(runtime_.get(), Direct());
    Request request;
    request.url = server.Url();
    change(request);
    return client.Fetch(std::move(request));
  }

  Failure FailureFrom(
      const std::function<void(Peer&)>& attack,
      const std::function<void(Request&)>& change = [](Request&) {}) {
    const absl::StatusOr<Response> response = Fetch(attack, change);
    EXPECT_FALSE(response.ok());
    return response.ok() ? Failure::kOther : FailureOf(response.status());
  }

  std::unique_ptr<platform::Runtime> runtime_ = MakeRuntime();
};

// Sends `part` until the client is gone.
std::function<void(Peer&)> Endless(std::string head, std::string part) {
  std::string parts;
  while (parts.size() < 4096) parts += part;
  return [head = std::move(head), parts = std::move(parts)](Peer& peer) {
    if (!peer.Send(head)) return;
    while (peer.Send(parts)) {
    }
  };
}

TEST_F(HostileServerTest, EndlessHeadersEnd) {
  EXPECT_EQ(FailureFrom(Endless("HTTP/1.1 200 OK\r\n", "X-A: b\r\n")),
            Failure::kTooLarge);
  EXPECT_EQ(FailureFrom(Endless("HTTP/1.1 200 OK\r\nX: ", "xxxxxxxxxxx")),
            Failure::kTooLarge);
  EXPECT_EQ(FailureFrom(Endless("HTTP/1.1 200 ", "xxxxxxxxxxx")),
            Failure::kTooLarge);
  EXPECT_EQ(FailureFrom(Endless("", "HTTP/1.1 100 Continue\r\n\r\n")),
            Failure::kProtocol);
}

TEST_F(HostileServerTest, EndlessBodiesEnd) {
  const std::string kilobyte(1024, 'x');
  const auto limit = [](Request& request) { request.max_body_bytes = 100000; };
  EXPECT_EQ(
      FailureFrom(Endless(kChunked, absl::StrCat("400\r\n", kilobyte, "\r\n")),
                  limit),
      Failure::kTooLarge);
  EXPECT_EQ(FailureFrom(Endless("HTTP/1.1 200 OK\r\n\r\n", kilobyte), limit),
            Failure::kTooLarge);
  EXPECT_EQ(
      FailureFrom(Endless("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
                          kilobyte),
                  limit),
      Failure::kTooLarge);
  EXPECT_EQ(FailureFrom(Endless(absl::StrCat(kChunked, "1;"), kilobyte)),
            Failure::kTooLarge);
  EXPECT_EQ(FailureFrom(Endless(absl::StrCat(kChunked, "0\r\n"), "A: b\r\n")),
            Failure::kTooLarge);
  EXPECT_EQ(FailureFrom(Endless(kChunked, "0")), Failure::kTooLarge);
}

TEST_F(HostileServerTest, TruncationIsMarkedIfAllowed) {
  const auto limit = [](Request& request) {
    request.max_body_bytes = 1000;
    request.allow_truncated = true;
  };
  const auto response =
      Fetch(Endless("HTTP/1.1 200 OK\r\n\r\n", std::string(300, 'x')), limit);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->truncated);
  EXPECT_EQ(response->body.size(), 1000u);
  // Exactly at the limit is whole.
  const auto exact = Fetch(
      [](Peer& peer) { peer.Respond("200 OK", "", std::string(1000, 'x')); },
      limit);
  ASSERT_TRUE(exact.ok()) << exact.status();
  EXPECT_FALSE(exact->truncated);
  EXPECT_EQ(exact->body.size(), 1000u);
}

TEST_F(HostileServerTest, GzipBombsEnd) {
  const std::string bomb = Gzip(std::string(20 << 20, '\0'));
  ASSERT_LT(bomb.size(), 100000u);
  const auto send = [&bomb](Peer& peer) {
    peer.Respond("200 OK", "Content-Encoding: gzip\r\n", bomb);
    peer.WaitForEnd();
  };
  const auto limit = [](Request& request) {
    request.max_decoded_bytes = 1 << 20;
  };
  EXPECT_EQ(FailureFrom(send, limit), Failure::kTooLarge);
  const auto response = Fetch(send, [&](Request& request) {
    limit(request);
    request.allow_truncated = true;
  });
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->truncated);
  EXPECT_EQ(response->body.size(), size_t{1} << 20);
}

// A byte now and then does not extend the deadline.
TEST_F(HostileServerTest, DripsEndAtTheDeadline) {
  for (const std::string head :
       {"", "HTTP/1.1 200 OK\r\nX: ", kChunked, "HTTP/1.1 200 OK\r\n\r\n"}) {
    const absl::Time start = absl::Now();
    const absl::StatusOr<Response> response = Fetch(
        [&head](Peer& peer) {
          peer.Send(head);
          // Byte by byte, each as the client takes it, without an end.
          while (peer.Send("1")) {
            peer.Send("\r\na\r\n");
          }
        },
        [](Request& request) {
          request.timeout = absl::Milliseconds(200);
          request.max_header_bytes = 1 << 30;
          request.max_body_bytes = uint64_t{1} << 40;
          request.on_data = [](absl::string_view) { return absl::OkStatus(); };
        });
    ASSERT_FALSE(response.ok());
    if (!head.empty() && head.find("X: ") == std::string::npos) {
      EXPECT_EQ(FailureOf(response.status()), Failure::kTimeout)
          << head << response.status();
    }
    EXPECT_LT(absl::Now() - start, absl::Seconds(30));
  }
}

TEST_F(HostileServerTest, SilenceEndsAtTheDeadline) {
  const absl::StatusOr<Response> response = Fetch(
      [](Peer& peer) { peer.WaitForEnd(); },
      [](Request& request) { request.timeout = absl::Milliseconds(100); });
  EXPECT_EQ(FailureOf(response.status()), Failure::kTimeout);
  EXPECT_THAT(std::string(response.status().message()),
              HasSubstr("the response of localhost"));
}

// One that never begins its handshake.
TEST_F(HostileServerTest, ASilentHandshakeEndsAtTheDeadline) {
  const Listener listener(
      [](std::unique_ptr<platform::PosixTransport> transport) {
        Peer(transport.get(), nullptr).WaitForEnd();
      });
  Client client(runtime_.get(), Direct());
  Request request;
  request.url = absl::StrCat("https://localhost:", listener.port());
  request.timeout = absl::Milliseconds(100);
  const absl::Status status = client.Fetch(std::move(request)).status();
  EXPECT_EQ(FailureOf(status), Failure::kTimeout);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the handshake"));
}

TEST_F(HostileServerTest, TheDeadlineIncludesRedirects) {
  const TestServer server(Always([](Peer& peer, const SeenRequest& request) {
    if (request.target == "/") {
      peer.Respond("302 Found", "Location: /silence\r\n", "");
    } else {
      peer.WaitForEnd();
    }
  }));
  Client client(runtime_.get(), Direct());
  Request request;
  request.url = server.Url();
  request.timeout = absl::Milliseconds(300);
  EXPECT_EQ(FailureOf(client.Fetch(std::move(request)).status()),
            Failure::kTimeout);
}

TEST_F(HostileServerTest, TruncatedBodiesAreErrors) {
  for (const bool polite : {true, false}) {
    TestServerOptions options;
    options.close_notify = polite;
    for (const std::string bytes :
         {"", "HTTP/1.1 200 OK\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
          "chunked\r\n\r\n3\r\nabc\r\n"}) {
      const absl::StatusOr<Response> response = Fetch(
          [&](Peer& peer) { peer.Send(bytes); }, [](Request&) {}, options);
      ASSERT_FALSE(response.ok()) << bytes;
      EXPECT_EQ(FailureOf(response.status()), Failure::kTruncated)
          << bytes << response.status();
      // What TLS knew stays.
      EXPECT_EQ(ssl::GetError(response.status()).has_value(), !polite);
    }
    // Its end is that of the connection: anybody can cut TCP.
    const absl::StatusOr<Response> response =
        Fetch([](Peer& peer) { peer.Send("HTTP/1.1 200 OK\r\n\r\nabc"); },
              [](Request&) {}, options);
    EXPECT_EQ(response.ok(), polite) << response.status();
  }
}

TEST_F(HostileServerTest, SmuggledResponsesAreErrors) {
  for (const std::string headers :
       {"Content-Length: 1\r\nContent-Length: 2\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n"}) {
    EXPECT_EQ(FailureFrom([&headers](Peer& peer) {
                peer.Send(absl::StrCat("HTTP/1.1 200 OK\r\n", headers,
                                       "\r\n1\r\nx\r\n0\r\n\r\n"));
                peer.WaitForEnd();
              }),
              Failure::kProtocol)
        << headers;
  }
  EXPECT_EQ(FailureFrom([](Peer& peer) {
              peer.Send(absl::StrCat(kChunked, "zz\r\nabc\r\n"));
              peer.WaitForEnd();
            }),
            Failure::kProtocol);
  EXPECT_EQ(FailureFrom([](Peer& peer) {
              peer.Send("HTTP/1.1 101 Switching Protocols\r\n\r\n");
              peer.WaitForEnd();
            }),
            Failure::kProtocol);
}

// One that answers before it has read the request, and reads no more.
TEST_F(HostileServerTest, EarlyAnswersArrive) {
  const TestServer server([](Peer& peer) {
    peer.Respond("413 Too Large", "Connection: close\r\n", "no");
  });
  Client client(runtime_.get(), Direct());
  Request request;
  request.url = server.Url();
  request.method = "POST";
  request.body = std::string(8 << 20, 'x');
  const absl::StatusOr<Response> response = client.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 413);
}

}  // namespace
}  // namespace airlock::http::testing
