// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How HTTP/2 connections end, and when clients are too slow.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/server/server.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/server/http2_client.h"
#include "tests/platform/http/server/server_fixture.h"

namespace airlock::http::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// The client learns that the server stops, and what it sends until then is
// answered.
TEST(Http2EndTest, StoppingAnswersWhatHasBegun) {
  RunningServer server(Serving(std::make_shared<FunctionHandler>(
      [](const ServerRequest& request, ServerConnection& connection,
         std::shared_ptr<Responder> responder) {
        if (request.target == "/last") connection.CloseWhenIdle();
        responder->Respond(TextResponse(200, request.target));
        return nullptr;
      })));
  Http2Client client(server);
  client.Send(Ask(1, "/last"));
  const auto notice = client.peer().WaitFor(kGoaway, 0);
  ASSERT_TRUE(notice.has_value());
  EXPECT_EQ(Parse(notice->payload.substr(0, 4)), 0x7fffffffu);
  // It was on its way.
  client.Send(Ask(3, "/more"));
  EXPECT_EQ(client.Response(), "200 /last\n");
  EXPECT_EQ(client.Response(), "200 /more\n");
  const auto last = client.peer().WaitFor(kGoaway, 0);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(Parse(last->payload.substr(0, 4)), 3u);
  EXPECT_EQ(Parse(last->payload.substr(4, 4)), kNoError);
  while (client.peer().Step()) {
  }
}

TEST(Http2EndTest, SlowClientsEnd) {
  auto options = Serving(EchoHandler());
  options.limits.header_timeout = absl::Milliseconds(100);
  options.limits.body_timeout = absl::Milliseconds(100);
  RunningServer server(std::move(options));
  Http2Client silent(server, /*silent=*/true);
  silent.Send("PRI");
  EXPECT_EQ(silent.EndCodeInSilence(), kNoError);
  EXPECT_TRUE(server.log().WaitFor("headers in time"));
  Http2Client head(server);
  head.Send(FrameBytes(kHeaders, 0, 1, ""));
  EXPECT_EQ(head.EndCodeInSilence(), kNoError);
  Http2Client body(server);
  body.Send(Begin(1) + FrameBytes(kData, 0, 1, "some"));
  EXPECT_THAT(body.Response(), HasSubstr("408 "));
  EXPECT_EQ(body.ResetCode(1), kNoError);
}

// The time for a head ends with it, even if it is invalid.
TEST(Http2EndTest, AnInvalidHeadDoesNotMakeTheNextOneLate) {
  auto options = Serving(EchoHandler());
  options.limits.header_timeout = absl::Milliseconds(100);
  options.limits.idle_timeout = absl::Milliseconds(500);
  RunningServer server(std::move(options));
  Http2Client client(server);
  client.Send(Ask(1, "/", {{"Upper", "x"}}));
  EXPECT_EQ(client.ResetCode(1), kProtocolError);
  EXPECT_EQ(client.EndCode(), kNoError);
  EXPECT_THAT(server.log().lines(),
              Not(Contains(HasSubstr("headers in time"))));
}

TEST(Http2EndTest, ClosesAfterSoManyRequests) {
  auto options = Serving(EchoHandler());
  options.limits.max_requests = 2;
  RunningServer server(std::move(options));
  Http2Client client(server);
  client.Send(Ask(1) + Ask(3));
  EXPECT_EQ(client.Response(), "200 GET / \n");
  EXPECT_EQ(client.Response(), "200 GET / \n");
  EXPECT_EQ(client.EndCode(), kNoError);
}

// A window that is never opened.
TEST(Http2EndTest, StalledResponsesEnd) {
  auto options = Serving(Reading(1 << 20, std::nullopt));
  options.limits.write_timeout = absl::Milliseconds(200);
  RunningServer server(std::move(options));
  Http2Client client(server);
  client.Send(FrameBytes(kSettings, 0, 0, Number(4, 2) + Number(1, 4)) +
              Ask(1));
  std::optional<Frame> frame;
  do {
    frame = client.peer().ReadFrame();
  } while (frame.has_value() && frame->type != kRstStream);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(Parse(frame->payload), kCancel);
  EXPECT_TRUE(server.log().WaitFor("did not take the response"));
}

// One that is opened a byte at a time.
TEST(Http2EndTest, TinyWindowsEndTheirConnection) {
  RunningServer server(Serving(Reading(1 << 20, std::nullopt)));
  Http2Client client(server);
  client.Send(FrameBytes(kSettings, 0, 0, Number(4, 2) + Number(1, 4)) +
              Ask(1));
  EXPECT_EQ(client.EndCode(), kEnhanceYourCalm);
}

// A client that has sent GOAWAY opens no more streams.
TEST(Http2EndTest, AClientThatLeavesIsAnsweredAndClosed) {
  RunningServer server(Serving(EchoHandler()));
  const std::string leaving =
      FrameBytes(kGoaway, 0, 0, Number(0, 4) + Number(0xff, 4));
  Http2Client idle(server);
  idle.Send(leaving);
  EXPECT_EQ(idle.EndCode(), kNoError);
  Http2Client busy(server);
  busy.Send(Begin(1) + FrameBytes(kData, 0, 1, "some ") + leaving);
  ASSERT_TRUE(busy.peer().WaitFor(kGoaway, 0).has_value());
  busy.Send(FrameBytes(kData, kEndStream, 1, "text") + Ping());
  EXPECT_EQ(busy.Response(), "200 POST / some text\n");
  while (busy.peer().Step()) {
  }
}

}  // namespace
}  // namespace airlock::http::testing
