// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Requests and responses over HTTP/2.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/server/server.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/server/http2_client.h"
#include "tests/platform/http/server/server_fixture.h"

namespace airlock::http::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Http2ServerTest, RequestsAreAnswered) {
  RunningServer server(Serving(EchoHandler()));
  Http2Client client(server);
  client.Send(Ask(1, "/a?b"));
  EXPECT_EQ(client.Response(), "200 GET /a?b \n");
  client.Send(Begin(3) + FrameBytes(kData, 0, 3, "some ") +
              FrameBytes(kData, kEndStream, 3, "text"));
  EXPECT_EQ(client.Response(), "200 POST / some text\n");
  client.Send(FrameBytes(kHeaders, kEndHeaders | kEndStream, 5,
                         Fields(Fielded("HEAD", "/"))));
  EXPECT_EQ(client.Response(), "200 ");
  EXPECT_EQ(server.server().stats().requests_http2, 3u);
  // HTTP/1.1 as before.
  EXPECT_THAT(server.Ask("GET /x HTTP/1.1\r\nHost: a\r\n"
                         "Connection: close\r\n\r\n"),
              HasSubstr("GET /x"));
}

TEST(Http2ServerTest, ManyRequestsAreAnsweredAtOnce) {
  std::vector<std::shared_ptr<Responder>> kept;
  auto options = Serving(std::make_shared<FunctionHandler>(
      [&kept](const ServerRequest&, ServerConnection&,
              std::shared_ptr<Responder> responder) {
        kept.push_back(std::move(responder));
        if (kept.size() == 100) {
          for (const auto& one : kept) one->Respond(TextResponse(200, "all"));
          kept.clear();
        }
        return nullptr;
      }));
  RunningServer server(std::move(options));
  Http2Client client(server);
  std::string requests;
  for (uint32_t i = 0; i < 100; ++i) requests += Ask(2 * i + 1);
  client.Send(requests);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.Response(), "200 all\n");
}

TEST(Http2ServerTest, HandlersSeeTheHead) {
  std::string seen;
  RunningServer server(Serving(std::make_shared<FunctionHandler>(
      [&seen](const ServerRequest& request, ServerConnection& connection,
              std::shared_ptr<Responder> responder) {
        seen = absl::StrCat(
            VersionName(request.version), " ", request.authority, " ",
            *request.headers.Get("cookie"), " ", request.headers.size(), " ",
            request.has_body, " ", connection.requests());
        ServerResponse response;
        response.status = 204;
        response.headers = {{"X-Upper", " y "}, {"Connection", "close"}};
        responder->Respond(std::move(response));
        return nullptr;
      })));
  Http2Client client(server);
  client.Send(Ask(1, "/", {{"cookie", "a=1"}, {"x", "y"}, {"cookie", "b=2"}}));
  const auto response = client.peer().ReadRequest();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(seen, "HTTP/2 localhost a=1; b=2 2 0 1");
  EXPECT_EQ(response->request.Header(":status"), "204");
  EXPECT_EQ(response->request.Header("x-upper"), "y");
  EXPECT_EQ(response->request.Header("server"), "airlock");
  EXPECT_EQ(response->request.Header("connection"), "");
  EXPECT_EQ(response->request.Header("content-length"), "");
  client.Send(Begin(3, {{"cookie", "c=3"}}));
  EXPECT_NE(client.Response(), "gone");
  EXPECT_EQ(seen, "HTTP/2 localhost c=3 1 1 2");
}

TEST(Http2ServerTest, ReadersFollowTheClientsWindow) {
  for (const std::optional<uint64_t> said :
       {std::optional<uint64_t>(1 << 20), std::optional<uint64_t>()}) {
    RunningServer server(Serving(Reading(1 << 20, said)));
    Http2Client client(server);
    client.Send(Ask(1));
    EXPECT_EQ(client.Response(),
              absl::StrCat("200 ", std::string(1 << 20, 'r')));
  }
}

TEST(Http2ServerTest, IncompleteBodiesResetTheStream) {
  RunningServer server(Serving(Reading(100, 200)));
  Http2Client client(server);
  client.Send(Ask(1));
  EXPECT_EQ(client.ResetCode(1), kInternalError);
  client.Send(Ask(3));
  EXPECT_EQ(client.ResetCode(3), kInternalError);
}

TEST(Http2ServerTest, EarlyResponsesRefuseTheRest) {
  auto options = Serving(std::make_shared<FunctionHandler>(
      [](const ServerRequest&, ServerConnection&,
         std::shared_ptr<Responder> responder) {
        responder->Respond(TextResponse(403, "no"));
        return nullptr;
      }));
  options.limits.max_body_bytes = 1000;
  options.limits.max_header_bytes = 1000;
  RunningServer server(std::move(options));
  Http2Client client(server);
  client.Send(Begin(1));
  EXPECT_EQ(client.Response(), "403 no\n");
  client.Send(Repeat(FrameBytes(kData, 0, 1, std::string(16384, 'x')), 5));
  EXPECT_EQ(client.ResetCode(1), kNoError);
  client.Send(Begin(3, {{"content-length", "1001"}}));
  EXPECT_THAT(client.Response(), HasSubstr("413 "));
  client.Send(Ask(5, "/",
                  {{"x", std::string(120, 'x')},
                   {"y", std::string(120, 'x')},
                   {"a", std::string(120, 'x')},
                   {"b", std::string(120, 'x')},
                   {"c", std::string(120, 'x')},
                   {"d", std::string(120, 'x')},
                   {"e", std::string(120, 'x')},
                   {"f", std::string(120, 'x')},
                   {"g", std::string(120, 'x')}}));
  EXPECT_THAT(client.Response(), HasSubstr("431 "));
  client.Send(Ask(7));
  EXPECT_EQ(client.Response(), "403 no\n");
}

TEST(Http2ServerTest, TrailersHaveALimit) {
  auto options = Serving(EchoHandler());
  options.limits.max_header_bytes = 200;
  RunningServer server(std::move(options));
  Http2Client client(server);
  for (const size_t size : {120, 90}) {
    const uint32_t stream = size == 120 ? 1 : 3;
    client.Send(Begin(stream) +
                FrameBytes(kHeaders, kEndHeaders | kEndStream, stream,
                           Fields({{"a", std::string(size, 'x')},
                                   {"b", std::string(size, 'x')}})));
  }
  EXPECT_EQ(client.ResetCode(1), kEnhanceYourCalm);
  EXPECT_EQ(client.Response(), "200 POST / \n");
}

// More than both windows, which the server opens again.
TEST(Http2ServerTest, TakesALargeBody) {
  RunningServer server(Serving(EchoHandler()));
  Http2Client client(server);
  client.Send(Begin(1));
  for (int i = 0; i < 20; ++i) {
    client.Send(Repeat(FrameBytes(kData, 0, 1, std::string(10000, 'x')), 10) +
                Ping());
    ASSERT_TRUE(client.peer().WaitFor(kPing, 0).has_value()) << i;
  }
  client.Send(FrameBytes(kData, kEndStream, 1, ""));
  EXPECT_EQ(client.Response(),
            absl::StrCat("200 POST / ", std::string(2000000, 'x'), "\n"));
}

TEST(Http2ServerTest, InvitesABodyThatTheHandlerWants) {
  RunningServer server(Serving(EchoHandler()));
  Http2Client client(server);
  client.Send(Begin(1, {{"expect", "100-continue"}}));
  ASSERT_TRUE(client.peer().WaitFor(kHeaders, 1).has_value());
  client.Send(FrameBytes(kData, kEndStream, 1, "text"));
  const auto seen = client.peer().ReadRequest();
  ASSERT_TRUE(seen.has_value());
  EXPECT_THAT(seen->request.head, StartsWith(":status: 100\r\n:status: 200"));
  EXPECT_EQ(seen->request.body, "POST / text\n");
}

// Answers at its first data, in one of several ways.
class AnsweringSink : public BodySink {
 public:
  AnsweringSink(std::shared_ptr<Responder> responder, absl::Status status)
      : responder_(std::move(responder)), status_(std::move(status)) {}
  absl::Status OnData(absl::string_view data) override {
    EXPECT_EQ(data, "first") << "it has already answered";
    if (status_.ok()) responder_->Respond(TextResponse(200, "enough"));
    return status_;
  }
  void OnEnd() override { ADD_FAILURE() << "it has already answered"; }

 private:
  const std::shared_ptr<Responder> responder_;
  const absl::Status status_;
};

TEST(Http2ServerTest, SinksThatHaveAnsweredReceiveNothingMore) {
  RunningServer server(Serving(std::make_shared<FunctionHandler>(
      [](const ServerRequest& request, ServerConnection&,
         std::shared_ptr<Responder> responder) {
        if (request.headers.Has("early")) {
          responder->Respond(TextResponse(403, "no"));
        }
        return std::make_unique<AnsweringSink>(
            std::move(responder), request.headers.Has("fail")
                                      ? absl::ResourceExhaustedError("full")
                                      : absl::OkStatus());
      })));
  Http2Client client(server);
  const auto body = [](uint32_t stream) {
    return FrameBytes(kData, 0, stream, "first") +
           FrameBytes(kData, kEndStream, stream, "second");
  };
  client.Send(Begin(1) + body(1));
  EXPECT_EQ(client.Response(), "200 enough\n");
  client.Send(Begin(3, {{"fail", ""}}) + body(3));
  EXPECT_EQ(client.Response(), "503 full\n");
  client.Send(Begin(5, {{"early", ""}}) +
              FrameBytes(kData, kEndStream, 5, "second"));
  EXPECT_EQ(client.Response(), "403 no\n");
}

TEST(Http2ServerTest, BodiesHaveALimit) {
  auto options = Serving(EchoHandler());
  options.limits.max_body_bytes = 10;
  RunningServer server(std::move(options));
  Http2Client client(server);
  client.Send(Begin(1) + FrameBytes(kData, 0, 1, "12345678") +
              FrameBytes(kData, 0, 1, "12345678"));
  EXPECT_THAT(client.Response(), HasSubstr("413 "));
  client.Send(Ask(3));
  EXPECT_EQ(client.Response(), "200 GET / \n");
}

TEST(Http2ServerTest, ResponsesAfterAResetAreDropped) {
  std::vector<std::shared_ptr<Responder>> kept;
  RunningServer server(Serving(std::make_shared<FunctionHandler>(
      [&kept](const ServerRequest& request, ServerConnection&,
              std::shared_ptr<Responder> responder) {
        if (request.target == "/keep") {
          kept.push_back(std::move(responder));
        } else {
          EXPECT_FALSE(kept[0]->wanted());
          kept[0]->Respond(TextResponse(200, "late"));
          responder->Respond(TextResponse(200, "ok"));
        }
        return nullptr;
      })));
  Http2Client client(server);
  client.Send(Ask(1, "/keep") +
              FrameBytes(kRstStream, 0, 1, Number(kCancel, 4)) + Ask(3));
  EXPECT_EQ(client.Response(), "200 ok\n");
}

// Tells when data arrives, and when it is destroyed.
class WatchedSink : public BodySink {
 public:
  WatchedSink(std::shared_ptr<Responder> responder, absl::Notification* begun,
              absl::Notification* destroyed)
      : responder_(std::move(responder)),
        begun_(begun),
        destroyed_(destroyed) {}
  ~WatchedSink() override { destroyed_->Notify(); }
  absl::Status OnData(absl::string_view) override {
    begun_->Notify();
    return absl::OkStatus();
  }
  void OnEnd() override { ADD_FAILURE() << "the body is incomplete"; }

 private:
  const std::shared_ptr<Responder> responder_;  // Dropped, it would answer.
  absl::Notification* const begun_;
  absl::Notification* const destroyed_;
};

TEST(Http2ServerTest, ABodyWhoseClientHasGoneEndsAtOnce) {
  absl::Notification begun;
  absl::Notification destroyed;
  auto options = Serving(std::make_shared<FunctionHandler>(
      [&](const ServerRequest&, ServerConnection&,
          std::shared_ptr<Responder> responder) {
        return std::make_unique<WatchedSink>(std::move(responder), &begun,
                                             &destroyed);
      }));
  options.limits.body_timeout = absl::Hours(1);
  RunningServer server(std::move(options));
  // It ends only its side, so that the connection does not break.
  Http2Client client(server);
  client.Send(Begin(1) + FrameBytes(kData, 0, 1, "part"));
  ASSERT_TRUE(begun.WaitForNotificationWithTimeout(absl::Seconds(20)));
  EXPECT_FALSE(destroyed.HasBeenNotified());
  client.HalfClose();
  EXPECT_TRUE(destroyed.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

}  // namespace
}  // namespace airlock::http::testing
