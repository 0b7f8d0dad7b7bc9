// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which calls share a connection in HTTP/2, and what one does to the others.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "ssl/error.h"
#include "tests/platform/http/client_http2_fixture.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/test_server.h"

namespace airlock::http::testing {
namespace {

constexpr uint16_t kMaxConcurrentStreams = 3;

// The server answers after all of them have arrived, the last one first.
TEST_F(ClientHttp2Test, ManyCallsShareAConnection) {
  constexpr size_t kCalls = 100;
  const Served server(&client_, OverHttp2([](Http2Peer& peer) {
    std::vector<SeenStream> seen;
    while (auto request = peer.ReadRequest()) {
      seen.push_back(*std::move(request));
      if (seen.size() < kCalls) continue;
      for (; !seen.empty(); seen.pop_back()) {
        Echo(peer, seen.back());
      }
    }
  }),
                      Http2());
  for (int round = 0; round < 2; ++round) {
    std::vector<Request> requests;
    for (size_t i = 0; i < kCalls; ++i) {
      requests.push_back(Get(server, absl::StrCat("/", i)));
    }
    const auto responses = FetchAll(std::move(requests));
    for (size_t i = 0; i < kCalls; ++i) {
      ASSERT_TRUE(responses[i].ok()) << responses[i].status();
      EXPECT_EQ(responses[i]->body, absl::StrCat("GET /", i, " "));
    }
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ClientHttp2Test, TheServersLimitOfStreamsHolds) {
  std::atomic<size_t> most{0};
  const Served server(
      &client_,
      [&most](Peer& raw) {
        Http2Peer peer(&raw);
        if (!peer.Start(Number(kMaxConcurrentStreams, 2) + Number(2, 4))) {
          return;
        }
        while (auto first = peer.ReadRequest()) {
          // What the client can send now has arrived before its answer.
          if (!peer.Send(FrameBytes(kPing, 0, 0, "12345678")) ||
              !peer.WaitFor(kPing, 0)) {
            return;
          }
          most = std::max<size_t>(most, peer.waiting() + 1);
          Echo(peer, *first);
        }
      },
      Http2());
  ASSERT_TRUE(client_.Fetch(Get(server)).ok());
  std::vector<Request> requests;
  for (int i = 0; i < 10; ++i) requests.push_back(Get(server));
  for (const auto& response : FetchAll(std::move(requests))) {
    EXPECT_TRUE(response.ok()) << response.status();
  }
  EXPECT_EQ(most, 2u);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ClientHttp2Test, ThreadsHandConnectionsOn) {
  const Served server(&client_, AlwaysHttp2(Echo), Http2());
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 25; ++j) {
        const auto response = client_.Fetch(Get(server));
        ASSERT_TRUE(response.ok()) << response.status();
        EXPECT_EQ(response->body, "GET / ");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(server.connections(), kThreads);
}

TEST_F(ClientHttp2Test, ServersOfHttp1GetAConnectionForEachCall) {
  const Served server(&client_,
                      Always([](Peer& peer, const SeenRequest& request) {
                        peer.Respond("200 OK", "", request.target);
                      }));
  for (int round = 0; round < 2; ++round) {
    std::vector<Request> requests;
    for (int i = 0; i < 10; ++i) requests.push_back(Get(server, "/x"));
    for (const auto& response : FetchAll(std::move(requests))) {
      ASSERT_TRUE(response.ok()) << response.status();
      EXPECT_EQ(response->body, "/x");
    }
  }
  EXPECT_LE(server.connections(), 10);
}

TEST_F(ClientHttp2Test, SessionsAreResumed) {
  const Served server(&client_, OverHttp2([](Http2Peer& peer) {
    if (const auto request = peer.ReadRequest()) {
      Echo(peer, *request);
    }
  }),
                      Http2());
  for (int i = 0; i < 3; ++i) {
    const auto response = client_.Fetch(Get(server));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->connection.tls.session_reused, i > 0);
  }
  EXPECT_EQ(server.resumed(), 2);
}

// The call that began to connect ends; the one that waits with it goes on.
TEST_F(ClientHttp2Test, ADeadlineEndsItsCallOnly) {
  const Served server(&client_, AlwaysHttp2(Echo), Http2());
  const auto first_ended = std::make_shared<absl::Notification>();
  ClientOptions options = Direct();
  options.resolve = [first_ended](const std::string& host, uint16_t port) {
    first_ended->WaitForNotification();
    return ResolveWithSystem(host, port);
  };
  Client client(runtime_.get(), std::move(options));
  Request hasty = Get(server);
  hasty.timeout = absl::Milliseconds(50);
  client.Start(loop_.get(), std::move(hasty),
               [&](const absl::StatusOr<Response>& response) {
                 EXPECT_EQ(FailureOf(response.status()), Failure::kTimeout);
                 first_ended->Notify();
               });
  bool done = false;
  client.Start(loop_.get(), Get(server),
               [&](const absl::StatusOr<Response>& response) {
                 EXPECT_TRUE(response.ok()) << response.status();
                 done = true;
               });
  while (!done) ASSERT_TRUE(loop_->RunOnce().ok());
  EXPECT_EQ(server.connections(), 1);
  client.CloseIdle();
}

TEST_F(ClientHttp2Test, AFailureToConnectIsThatOfAllWhoWait) {
  TestServerOptions options = Http2();
  options.certificate = "wrong_host";
  const Served server(&client_, AlwaysHttp2(Echo), options);
  std::vector<Request> requests;
  for (int i = 0; i < 5; ++i) requests.push_back(Get(server));
  for (const auto& response : FetchAll(std::move(requests))) {
    EXPECT_EQ(ssl::GetErrorKind(response.status()), ssl::ErrorKind::kHostname)
        << response.status();
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ClientHttp2Test, CancelledCallsLeaveTheConnection) {
  absl::Notification stalled;
  const Served server(
      &client_, AlwaysHttp2([&](Http2Peer& peer, const SeenStream& request) {
        if (request.request.target != "/stall") Echo(peer, request);
      }),
      Http2());
  ASSERT_TRUE(client_.Fetch(Get(server)).ok());
  std::vector<Request> requests;
  requests.push_back(Get(server, "/stall"));
  requests.back().timeout = absl::Milliseconds(50);
  requests.push_back(Get(server));
  const auto responses = FetchAll(std::move(requests));
  EXPECT_EQ(FailureOf(responses[0].status()), Failure::kTimeout);
  EXPECT_TRUE(responses[1].ok()) << responses[1].status();
  ASSERT_TRUE(client_.Fetch(Get(server)).ok());
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace airlock::http::testing
