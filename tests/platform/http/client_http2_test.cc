// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The client over HTTP/2.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/http/client.h"
#include "ssl/error.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/test_server.h"
#include "tests/support/testdata.h"

namespace airlock::http::testing {
namespace {

using airlock::testing::ReadTestdata;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint16_t kMaxConcurrentStreams = 3;

void Echo(Http2Peer& peer, const SeenStream& seen) {
  peer.Respond(seen.stream, "200", {{"x-echo", "yes"}},
               seen.request.method == "HEAD"
                   ? ""
                   : absl::StrCat(seen.request.method, " ", seen.request.target,
                                  " ", seen.request.body));
}

Request Get(const TestServer& server, absl::string_view path = "/") {
  Request request;
  request.url = server.Url(path);
  return request;
}

class TextReader : public BodyReader {
 public:
  TextReader(size_t size, bool sized, size_t* given)
      : size_(size), sized_(sized), given_(given) {}
  absl::StatusOr<size_t> Read(absl::Span<char> into) override {
    const size_t size = std::min<size_t>({into.size(), 5000, size_ - *given_});
    std::fill_n(into.begin(), size, 'x');
    *given_ += size;
    return size;
  }
  absl::optional<uint64_t> size() const override {
    if (!sized_) return absl::nullopt;
    return size_;
  }

 private:
  const size_t size_;
  const bool sized_;
  size_t* const given_;
};

// Ends the idle connections, which a server waits for, first.
class Served : public TestServer {
 public:
  Served(Client* client, Script script, TestServerOptions options = {})
      : TestServer(std::move(script), std::move(options)), client_(client) {}
  ~Served() { client_->CloseIdle(); }

 private:
  Client* const client_;
};

class ClientHttp2Test : public ::testing::Test {
 protected:
  void SetUp() override {
    auto loop = EventLoop::Create();
    ASSERT_TRUE(loop.ok()) << loop.status();
    loop_ = *std::move(loop);
  }

  // Starts calls, and waits for all.
  std::vector<absl::StatusOr<Response>> FetchAll(
      std::vector<Request> requests) {
    std::vector<absl::StatusOr<Response>> responses(requests.size());
    size_t finished = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
      client_.Start(loop_.get(), std::move(requests[i]),
                    [&, i](absl::StatusOr<Response> response) {
                      responses[i] = std::move(response);
                      ++finished;
                    });
    }
    while (finished < responses.size()) {
      EXPECT_TRUE(loop_->RunOnce().ok());
    }
    return responses;
  }

  std::unique_ptr<platform::Runtime> runtime_ = MakeRuntime();
  Client client_{runtime_.get(), Direct()};
  std::unique_ptr<EventLoop> loop_;
};

TEST_F(ClientHttp2Test, EachMethodArrives) {
  const Served server(&client_, AlwaysHttp2(Echo), Http2());
  int number = 0;
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"}) {
    Request request = Get(server, "/a?b");
    request.method = method;
    const bool has_body = request.method[0] == 'P';
    if (has_body) request.body = "text";
    const auto response = client_.Fetch(std::move(request));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->version, Version::kHttp2);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->reason, "");
    EXPECT_EQ(response->connection.tls.alpn, "h2");
    EXPECT_TRUE(response->connection.verified);
    EXPECT_FALSE(response->connection.presented_chain.empty());
    EXPECT_EQ(response->connection.reused, number > 0);
    EXPECT_EQ(response->timing.secured.has_value(), number++ == 0);
    EXPECT_EQ(response->body,
              absl::StrCat(method) == "HEAD"
                  ? ""
                  : absl::StrCat(method, " /a?b ", has_body ? "text" : ""));
    EXPECT_EQ(*response->headers.Get("X-Echo"), "yes");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ClientHttp2Test, SaysWhatItIsAndWhatItTakes) {
  SeenRequest seen;
  uint32_t push = 1;
  const Served server(
      &client_, AlwaysHttp2([&](Http2Peer& peer, const SeenStream& request) {
        seen = request.request;
        push = peer.settings().at(2);
        Echo(peer, request);
      }),
      Http2());
  Request request = Get(server, "/x");
  request.method = "POST";
  request.headers = {{"X-A", "1"}, {"X-A", " 2\t"}};
  ASSERT_TRUE(client_.Fetch(std::move(request)).ok());
  EXPECT_EQ(push, 0u);
  EXPECT_EQ(seen.Header(":authority"),
            absl::StrCat("localhost:", server.port()));
  EXPECT_EQ(seen.Header(":scheme"), "https");
  EXPECT_EQ(seen.Header("user-agent"), "airlock");
  EXPECT_EQ(seen.Header("accept-encoding"), "gzip");
  EXPECT_EQ(seen.Header("content-length"), "0");
  EXPECT_THAT(seen.head, AllOf(HasSubstr("x-a: 1\r\nx-a: 2\r\n"),
                               Not(HasSubstr("\r\nhost:"))));
}

TEST_F(ClientHttp2Test, TheRequestDecidesAboutVersions) {
  const Served both(
      &client_,
      [](Peer& peer) {
        if (peer.socket().info()->alpn == "h2") {
          AlwaysHttp2(Echo)(peer);
        } else if (peer.ReadRequest()) {
          peer.Respond("200 OK", "", "one");
          peer.WaitForEnd();
        }
      },
      Http2());
  Request request = Get(both);
  request.versions.http2 = false;
  auto response = client_.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->version, Version::kHttp1_1);
  // And the other way round, on another connection.
  request = Get(both);
  request.versions.http1 = false;
  response = client_.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->version, Version::kHttp2);

  const Served old(&client_, [](Peer&) {});
  request = Get(old);
  request.versions.http1 = false;
  const absl::Status refused = client_.Fetch(std::move(request)).status();
  EXPECT_EQ(FailureOf(refused), Failure::kProtocol) << refused;
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("does not speak HTTP/2"));
  request = Get(old);
  request.versions = {false, false};
  EXPECT_EQ(FailureOf(client_.Fetch(std::move(request)).status()),
            Failure::kInvalidRequest);
}

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

TEST_F(ClientHttp2Test, BodiesComeFromReaders) {
  const Served server(&client_, AlwaysHttp2(Echo), Http2());
  for (const bool sized : {true, false}) {
    size_t given = 0;
    Request request = Get(server);
    request.method = "PUT";
    request.body_reader = std::make_unique<TextReader>(1 << 20, sized, &given);
    const auto response = client_.Fetch(std::move(request));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_TRUE(response->body ==
                absl::StrCat("PUT / ", std::string(1 << 20, 'x')));
  }
}

// A server that takes nothing, and then everything.
TEST_F(ClientHttp2Test, ReadersWaitForTheServersWindow) {
  size_t given = 0;
  size_t given_before = 0;
  const Served server(&client_, OverHttp2([&](Http2Peer& peer) {
    if (!peer.WaitFor(kHeaders, 1)) return;
    size_t received = 0;
    while (received < 65535) {
      const auto frame = peer.ReadFrame();
      if (!frame.has_value()) return;
      if (frame->type == kData) received += frame->payload.size();
    }
    if (!peer.Send(FrameBytes(kPing, 0, 0, "12345678")) ||
        !peer.WaitFor(kPing, 0)) {
      return;
    }
    given_before = given;
    const std::string rest = Number(1 << 20, 4);
    peer.Send(FrameBytes(kWindowUpdate, 0, 0, rest) +
              FrameBytes(kWindowUpdate, 0, 1, rest));
    if (peer.ReadRequest(/*stingy=*/true)) {
      peer.Respond(1, "200", {}, "all");
    }
    peer.WaitForEnd();
  }),
                      Http2());
  Request request = Get(server);
  request.method = "PUT";
  request.body_reader = std::make_unique<TextReader>(1 << 20, false, &given);
  const auto response = client_.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "all");
  EXPECT_EQ(given, size_t{1} << 20);
  EXPECT_LE(given_before, 65535u + 16384);
}

TEST_F(ClientHttp2Test, AFailingReaderEndsTheCallOnly) {
  class Failing : public BodyReader {
    absl::StatusOr<size_t> Read(absl::Span<char>) override {
      return absl::DataLossError("the disk is gone");
    }
  };
  const Served server(&client_, AlwaysHttp2(Echo), Http2());
  Request request = Get(server);
  request.method = "PUT";
  request.body_reader = std::make_unique<Failing>();
  const absl::Status status = client_.Fetch(std::move(request)).status();
  EXPECT_EQ(FailureOf(status), Failure::kBody);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the disk is gone"));
  const auto next = client_.Fetch(Get(server));
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_TRUE(next->connection.reused);
}

// More than the windows hold, so that the client must give them back.
TEST_F(ClientHttp2Test, LargeResponsesAreStreamed) {
  constexpr size_t kSize = 9 << 20;
  const Served server(&client_, OverHttp2([](Http2Peer& peer) {
    const auto request = peer.ReadRequest();
    if (!request.has_value()) return;
    const uint32_t stream = request->stream;
    peer.Send(FrameBytes(kHeaders, kEndHeaders, stream,
                         Fields({{":status", "103"}, {"link", "x"}})));
    peer.Send(FrameBytes(kHeaders, kEndHeaders, stream,
                         Fields({{":status", "200"}})));
    for (size_t sent = 0; sent < kSize;) {
      const size_t window =
          std::min(65535 + peer.granted(0),
                   peer.settings().at(4) + peer.granted(stream));
      const size_t part =
          std::min({size_t{16384}, window - sent, kSize - sent});
      if (part == 0) {
        if (!peer.Step()) return;
        continue;
      }
      if (!peer.Send(FrameBytes(kData, 0, stream, std::string(part, 'y')))) {
        return;
      }
      sent += part;
    }
    // Trailers end it.
    peer.Send(FrameBytes(kHeaders, kEndHeaders | kEndStream, stream,
                         Fields({{"x-sum", "1"}})));
    peer.WaitForEnd();
  }),
                      Http2());
  Request request = Get(server);
  size_t received = 0;
  int heads = 0;
  request.on_head = [&](const Response& head) {
    ++heads;
    EXPECT_EQ(head.status, 200);
    return absl::OkStatus();
  };
  request.on_data = [&](absl::string_view part) {
    received += part.size();
    return absl::OkStatus();
  };
  const auto response = client_.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(received, kSize);
  EXPECT_EQ(heads, 1);
  EXPECT_FALSE(response->headers.Has("x-sum"));
}

TEST_F(ClientHttp2Test, GzipIsDecoded) {
  const std::string text(1000, 'a');
  const Served server(
      &client_, AlwaysHttp2([&](Http2Peer& peer, const SeenStream& request) {
        peer.Respond(request.stream, "200", {{"content-encoding", "gzip"}},
                     Gzip(text));
      }),
      Http2());
  const auto response = client_.Fetch(Get(server));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, text);
  EXPECT_TRUE(response->decoded);
}

// One stream ends at a limit; the connection goes on.
TEST_F(ClientHttp2Test, LimitsEndTheCallOnly) {
  const Served server(
      &client_, AlwaysHttp2([&](Http2Peer& peer, const SeenStream& request) {
        if (request.request.target == "/head") {
          peer.Respond(request.stream, "200", {{"x-a", std::string(100, 'a')}},
                       "text");
        } else {
          peer.Respond(request.stream, "200", {}, std::string(100000, 'b'));
        }
      }),
      Http2());
  ASSERT_TRUE(client_.Fetch(Get(server)).ok());
  Request head = Get(server, "/head");
  head.max_header_bytes = 100;
  Request body = Get(server);
  body.max_body_bytes = 99999;
  for (Request* request : {&head, &body}) {
    const absl::Status status = client_.Fetch(std::move(*request)).status();
    EXPECT_EQ(FailureOf(status), Failure::kTooLarge) << status;
  }
  Request cut = Get(server);
  cut.max_body_bytes = 1000;
  cut.allow_truncated = true;
  const auto response = client_.Fetch(std::move(cut));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->truncated);
  EXPECT_EQ(response->body.size(), 1000u);
  EXPECT_TRUE(response->connection.reused);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ClientHttp2Test, RedirectsAreFollowed) {
  const Served server(
      &client_, AlwaysHttp2([](Http2Peer& peer, const SeenStream& request) {
        if (request.request.target == "/old") {
          peer.Respond(request.stream, "307", {{"location", "/new"}},
                       std::string(100000, 'x'));
        } else {
          Echo(peer, request);
        }
      }),
      Http2());
  Request request = Get(server, "/old");
  request.method = "PUT";
  request.body = "again";
  const auto response = client_.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "PUT /new again");
  EXPECT_EQ(response->redirects, 1);
  EXPECT_EQ(server.connections(), 1);
}

// The rest of the request's body is not sent, and the connection is kept.
TEST_F(ClientHttp2Test, EarlyAnswersArrive) {
  const Served server(&client_, OverHttp2([](Http2Peer& peer) {
    while (const auto frame = peer.WaitFor(kHeaders, 1)) {
      peer.Respond(1, "413", {}, "no");
      const auto reset = peer.WaitFor(kRstStream, 1);
      if (!reset.has_value()) return;
      if (const auto next = peer.ReadRequest()) Echo(peer, *next);
    }
  }),
                      Http2());
  Request request = Get(server);
  request.method = "POST";
  request.body = std::string(8 << 20, 'x');
  const auto response = client_.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 413);
  EXPECT_EQ(response->body, "no");
  const auto next = client_.Fetch(Get(server));
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_TRUE(next->connection.reused);
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
          // The last stream is 0: none.
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

// The CAs change while a connection is being made, and back: it was verified by
// others than those that its call, and the next one, found.
TEST(ConnectionTrustTest, ConnectionsVerifiedByOthersAreNotKept) {
  const std::string bundle = "/etc/ca-certificates.crt";
  const std::string root = ReadTestdata("certs/ca.pem");
  const std::string more = root + ReadTestdata("certs/other_root.pem");
  for (const char* protocol : {"h2", "http/1.1"}) {
    TestServerOptions server_options;
    server_options.alpn = {protocol};
    const TestServer server(
        [](Peer& peer) {
          if (peer.socket().info()->alpn == "h2") {
            return AlwaysHttp2(Echo)(peer);
          }
          while (peer.ReadRequest()) peer.Respond("200 OK", "", "");
        },
        server_options);
    const auto host = std::make_shared<platform::FakeHost>();
    host->SetFile(bundle, root);
    host->AdvanceTime(absl::Hours(1));
    auto runtime = platform::Runtime::Create(host, host->environment());
    ASSERT_TRUE(runtime.ok()) << runtime.status();
    bool change = true;
    ClientOptions options = Direct();
    options.resolve = [&](const std::string& name, uint16_t port) {
      if (change) host->SetFile(bundle, more);
      return ResolveWithSystem(name, port);
    };
    Client client(runtime->get(), std::move(options));
    ASSERT_TRUE(client.Fetch(Get(server)).ok());
    host->SetFile(bundle, root);
    change = false;
    for (const bool reused : {false, true}) {
      const auto response = client.Fetch(Get(server));
      ASSERT_TRUE(response.ok()) << response.status();
      EXPECT_EQ(response->connection.reused, reused) << protocol;
      EXPECT_FALSE(response->connection.tls.session_reused);
    }
    client.CloseIdle();
  }
}

}  // namespace
}  // namespace airlock::http::testing
