// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which requests are sent again, when a connection in HTTP/2 ends or refuses
// them.

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "tests/platform/http/client_http2_fixture.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/test_server.h"

namespace airlock::http::testing {
namespace {

using ::testing::HasSubstr;

// A server that does not act on the first request of a connection.
TEST_F(ClientHttp2Test, RefusedRequestsAreRepeatedOnce) {
  for (const bool goaway : {true, false}) {
    for (const bool always : {true, false}) {
      std::atomic<int> requests{0};
      const Served server(&client_, OverHttp2([&](Http2Peer& peer) {
        while (const auto request = peer.ReadRequest()) {
          if (!always && ++requests > 1) {
            Echo(peer, *request);
            continue;
          }
          // The last stream is 0: it has processed no request.
          peer.Send(goaway
                        ? FrameBytes(kGoaway, 0, 0, Number(0, 4) + Number(0, 4))
                        : FrameBytes(kRstStream, 0, request->stream,
                                     Number(7, 4)));  // REFUSED_STREAM
        }
      }),
                          Http2());
      Request post = Get(server);
      post.method = "POST";
      post.body = "text";
      const auto response = client_.Fetch(std::move(post));
      if (always) {
        EXPECT_EQ(FailureOf(response.status()), Failure::kTruncated);
        EXPECT_THAT(std::string(response.status().message()),
                    HasSubstr("REFUSED_STREAM"));
      } else {
        ASSERT_TRUE(response.ok()) << response.status();
        EXPECT_EQ(response->body, "POST / text");
      }
      EXPECT_EQ(server.connections(), 2);
      client_.CloseIdle();
    }
  }
}

// Requests that the server may have acted on are not sent again.
TEST_F(ClientHttp2Test, BrokenRequestsAreNotRepeated) {
  std::atomic<int> requests{0};
  const Served server(&client_, OverHttp2([&](Http2Peer& peer) {
    while (const auto request = peer.ReadRequest()) {
      ++requests;
      if (request->request.method == "GET") {
        Echo(peer, *request);
        continue;
      }
      if (request->request.target == "/reset") {
        peer.Send(FrameBytes(kRstStream, 0, request->stream, Number(2, 4)));
        continue;
      }
      // It may have acted on this one.
      peer.Send(FrameBytes(kGoaway, 0, 0,
                           absl::StrCat(Number(request->stream, 4),
                                        Number(2, 4), "out of paper")));
      return;
    }
  }),
                      Http2());
  for (const char* target : {"/reset", "/goaway"}) {
    ASSERT_TRUE(client_.Fetch(Get(server)).ok());
    requests = 0;
    Request post = Get(server, target);
    post.method = "POST";
    const absl::Status status = client_.Fetch(std::move(post)).status();
    EXPECT_EQ(FailureOf(status), Failure::kTruncated) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("INTERNAL_ERROR"));
    EXPECT_EQ(requests, 1);
  }
}

// A response that has begun is the only one, whatever the reset says.
TEST_F(ClientHttp2Test, BegunResponsesAreNotRepeated) {
  constexpr int kRefusedStream = 7;
  constexpr int kHttp11Required = 13;
  for (const int code : {kRefusedStream, kHttp11Required}) {
    std::atomic<int> requests{0};
    const Served server(&client_, OverHttp2([&](Http2Peer& peer) {
      while (const auto request = peer.ReadRequest()) {
        ++requests;
        const uint32_t stream = request->stream;
        peer.Send(FrameBytes(kHeaders, kEndHeaders, stream,
                             Fields({{":status", "200"}})) +
                  FrameBytes(kData, 0, stream, "half") +
                  FrameBytes(kRstStream, 0, stream, Number(code, 4)));
      }
    }),
                        Http2());
    Request get = Get(server);
    int heads = 0;
    std::string data;
    get.on_head = [&](const Response&) {
      ++heads;
      return absl::OkStatus();
    };
    get.on_data = [&](absl::string_view part) {
      absl::StrAppend(&data, part);
      return absl::OkStatus();
    };
    const absl::Status status = client_.Fetch(std::move(get)).status();
    EXPECT_EQ(FailureOf(status), Failure::kTruncated) << status;
    EXPECT_EQ(heads, 1);
    EXPECT_EQ(data, "half");
    EXPECT_EQ(requests, 1);
  }
}

TEST_F(ClientHttp2Test, IdleConnectionsThatEndAreReplaced) {
  for (const bool goaway : {true, false}) {
    absl::Notification ended;
    std::atomic<int> connections{0};
    const Served server(
        &client_,
        [&](Peer& raw) {
          Http2Peer peer(&raw);
          if (!peer.Start()) return;
          if (++connections > 1) {
            while (const auto request = peer.ReadRequest()) {
              Echo(peer, *request);
            }
            return;
          }
          if (const auto request = peer.ReadRequest()) Echo(peer, *request);
          if (goaway) {
            peer.Send(FrameBytes(kGoaway, 0, 0, Number(1, 4) + Number(0, 4)));
            ended.Notify();
            peer.WaitForEnd();
          } else {
            ended.Notify();
          }
        },
        Http2());
    ASSERT_TRUE(client_.Fetch(Get(server)).ok());
    ended.WaitForNotification();
    Request post = Get(server);
    post.method = goaway ? "POST" : "GET";
    const auto response = client_.Fetch(std::move(post));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_FALSE(response->connection.reused);
    client_.CloseIdle();
  }
}

TEST_F(ClientHttp2Test, Http1IsUsedWhereItIsRequired) {
  const Served server(
      &client_,
      [](Peer& peer) {
        if (peer.socket().info()->alpn == "h2") {
          return OverHttp2([](Http2Peer& http2) {
            const auto request = http2.ReadRequest();
            if (!request.has_value()) return;
            // HTTP_1_1_REQUIRED
            http2.Send(
                FrameBytes(kRstStream, 0, request->stream, Number(13, 4)));
            http2.WaitForEnd();
          })(peer);
        }
        if (const auto request = peer.ReadRequest()) {
          peer.Respond("200 OK", "", request->body);
        }
      },
      Http2());
  Request post = Get(server);
  post.method = "POST";
  post.body = "text";
  const auto response = client_.Fetch(std::move(post));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->version, Version::kHttp1_1);
  EXPECT_EQ(response->body, "text");
  client_.CloseIdle();
  Request only = Get(server);
  only.versions.http1 = false;
  const absl::Status status = client_.Fetch(std::move(only)).status();
  EXPECT_EQ(FailureOf(status), Failure::kProtocol);
  EXPECT_THAT(std::string(status.message()), HasSubstr("HTTP/1.1"));
}

}  // namespace
}  // namespace airlock::http::testing
