// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// HTTP/2 clients that break the rules: what ends, and what does not.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/server/server.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/server/http2_client.h"
#include "tests/platform/http/server/server_fixture.h"

namespace airlock::http::testing {
namespace {

using ::testing::HasSubstr;

TEST(Http2FaultsTest, InvalidRequestsResetTheirStream) {
  RunningServer server(Serving(EchoHandler()));
  Http2Client client(server);
  const std::vector<Headers> heads = {
      {{":method", "GET"}},
      {{":method", "GET"}, {":scheme", "https"}, {":path", ""}},
      Fielded("G T", "/"),
      Fielded("GET", "/", {{"Upper", "x"}}),
      Fielded("GET", "/", {{"a b", "x"}}),
      Fielded("GET", "/", {{"a", "x\r\ny: z"}}),
      Fielded("GET", "/", {{"connection", "close"}}),
      Fielded("GET", "/", {{"transfer-encoding", "chunked"}}),
      Fielded("GET", "/", {{"te", "gzip"}}),
      Fielded("GET", "/", {{":path", "/b"}}),
      Fielded("GET", "/", {{":status", "200"}}),
      Fielded("GET", "/", {{"content-length", "1"}}),
      Fielded("GET", "/", {{"content-length", "x"}}),
      {{"a", "b"}, {":method", "GET"}, {":scheme", "https"}, {":path", "/"}},
  };
  uint32_t stream = 1;
  for (const Headers& head : heads) {
    client.Send(
        FrameBytes(kHeaders, kEndHeaders | kEndStream, stream, Fields(head)));
    EXPECT_EQ(client.ResetCode(stream), kProtocolError) << stream;
    stream += 2;
  }
  client.Send(Begin(stream, {{"content-length", "5"}}) +
              FrameBytes(kData, kEndStream, stream, "four"));
  EXPECT_EQ(client.ResetCode(stream), kProtocolError);
  stream += 2;
  // Valid for HTTP/2, and refused.
  client.Send(Ask(stream, "no-slash"));
  EXPECT_NE(client.ResetCode(stream), std::nullopt);
  stream += 2;
  client.Send(Ask(stream, "/", {{"host", "other"}}));
  EXPECT_THAT(client.Response(), HasSubstr("400 "));
  stream += 2;
  // nghttp2 does not look at the targets of other schemes.
  client.Send(FrameBytes(kHeaders, kEndHeaders | kEndStream, stream,
                         Fields({{":method", "GET"},
                                 {":scheme", "other"},
                                 {":authority", "localhost"},
                                 {":path", "no-slash"}})));
  EXPECT_THAT(client.Response(), HasSubstr("400 "));
  stream += 2;
  client.Send(
      FrameBytes(kHeaders, kEndHeaders, stream,
                 Fields({{":method", "CONNECT"}, {":authority", "a:443"}})));
  EXPECT_THAT(client.Response(), HasSubstr("501 "));
  stream += 2;
  client.Send(Ask(stream));
  EXPECT_EQ(client.Response(), "200 GET / \n");
}

TEST(Http2FaultsTest, InvalidFramesEndTheConnection) {
  RunningServer server(Serving(EchoHandler()));
  const std::vector<std::pair<const char*, std::string>> attacks = {
      {"large", Number(16385, 3) + Number(0, 2) + Number(1, 4) +
                    std::string(16385, 'x')},
      {"data on 0", FrameBytes(kData, 0, 0, "x")},
      {"data on idle", FrameBytes(kData, 0, 1, "x")},
      {"even", Ask(2)},
      {"push", FrameBytes(kPushPromise, kEndHeaders, 1, Number(2, 4))},
      {"settings size", FrameBytes(kSettings, 0, 0, "12345")},
      {"settings push",
       FrameBytes(kSettings, 0, 0, Number(2, 2) + Number(2, 4))},
      {"settings window",
       FrameBytes(kSettings, 0, 0, Number(4, 2) + Number(0x80000000, 4))},
      {"ping size", FrameBytes(kPing, 0, 0, "1")},
      {"window 0", FrameBytes(kWindowUpdate, 0, 0, Number(0, 4))},
      {"window overflow",
       FrameBytes(kWindowUpdate, 0, 0, Number(0x7fffffff, 4))},
      {"reset idle", FrameBytes(kRstStream, 0, 1, Number(0, 4))},
      {"continuation", FrameBytes(kContinuation, kEndHeaders, 1, "")},
      {"interleaved", FrameBytes(kHeaders, 0, 1, "") + Ping()},
      {"hpack", FrameBytes(kHeaders, kEndHeaders, 1, "\xff\xff\xff")},
      {"itself",
       FrameBytes(kHeaders, kEndHeaders | kEndStream | 0x20, 1,
                  Number(1, 4) + Number(1, 1) + Fields(Fielded("GET", "/")))},
  };
  for (const auto& attack : attacks) {
    Http2Client client(server);
    client.Send(attack.second);
    const auto code = client.EndCode();
    ASSERT_TRUE(code.has_value()) << attack.first;
    EXPECT_NE(*code, kNoError) << attack.first;
  }
  Http2Client not_http2(server, /*silent=*/true);
  not_http2.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(not_http2.EndCode(), kProtocolError);
  Http2Client client(server);
  client.Send(Ask(1));
  EXPECT_EQ(client.Response(), "200 GET / \n");
}

TEST(Http2FaultsTest, FloodsEndTheirConnection) {
  std::vector<std::shared_ptr<Responder>> kept;
  RunningServer server(Serving(Keeping(&kept)));
  Http2Client innocent(server);
  innocent.Send(Ping());
  ASSERT_TRUE(innocent.peer().WaitFor(kPing, 0).has_value());
  const std::vector<std::pair<const char*, std::string>> parts = {
      {"settings", FrameBytes(kSettings, 0, 0, "")},
      {"ping", Ping()},
      {"priority", FrameBytes(kPriority, 0, 1, std::string(5, '\0'))},
      {"unknown", FrameBytes(77, 0, 0, "")},
      {"windows", FrameBytes(kWindowUpdate, 0, 0, Number(1, 4))},
      {"empty data", FrameBytes(kData, 0, 1, "")},
      {"padding", FrameBytes(kData, 8, 1, std::string("\3\0\0\0", 4))},
      {"continuation", FrameBytes(kHeaders, kEndStream, 3, "") +
                           Repeat(FrameBytes(kContinuation, 0, 3, ""), 100)},
  };
  for (const auto& part : parts) {
    Http2Client client(server);
    client.Send(Begin(1));
    client.Send(Repeat(part.second, part.second.size() > 100 ? 1 : 2000));
    EXPECT_EQ(client.EndCode(), kEnhanceYourCalm) << part.first;
  }
  // Rapid reset, and requests that the server must reset.
  for (const bool malformed : {false, true}) {
    Http2Client client(server);
    for (uint32_t stream = 1; stream < 2000; stream += 2) {
      if (!client.Send(malformed
                           ? Ask(stream, "/", {{"Upper", "x"}})
                           : Ask(stream) + FrameBytes(kRstStream, 0, stream,
                                                      Number(kCancel, 4)))) {
        break;
      }
    }
    EXPECT_EQ(client.EndCode(), kEnhanceYourCalm) << malformed;
  }
  // A field in HPACK's table, and then its index, a byte each.
  Http2Client bomb(server);
  bomb.Send(FrameBytes(kHeaders, 0, 1,
                       Fields(Fielded("GET", "/")) + Number(0x40, 1) +
                           Number(1, 1) + "a" + Number(0x7f, 1) +
                           Number(0x81, 1) + Number(0x1e, 1) +
                           std::string(127 + 1 + (0x1e << 7), 'b')) +
            FrameBytes(kContinuation, kEndHeaders | kEndStream, 1,
                       std::string(16384, '\xbe')));
  EXPECT_EQ(bomb.EndCode(), kEnhanceYourCalm);
  EXPECT_TRUE(server.log().WaitFor("expand"));

  innocent.Send(Ping());
  EXPECT_TRUE(innocent.peer().WaitFor(kPing, 0).has_value());
  EXPECT_GE(server.server().stats().connections_refused, 11u);
}

TEST(Http2FaultsTest, MoreStreamsThanAllowedAreRefused) {
  std::vector<std::shared_ptr<Responder>> kept;
  RunningServer server(Serving(Keeping(&kept)));
  Http2Client client(server);
  std::string requests;
  for (uint32_t i = 0; i < 101; ++i) requests += Ask(2 * i + 1);
  client.Send(requests);
  EXPECT_EQ(client.ResetCode(201), kRefusedStream);
  // The server need not wait for the others.
  std::string resets;
  for (uint32_t i = 0; i < 100; ++i) {
    resets += FrameBytes(kRstStream, 0, 2 * i + 1, Number(kCancel, 4));
  }
  client.Send(resets + Ping());
  EXPECT_TRUE(client.peer().WaitFor(kPing, 0).has_value());
}

// Gives 20000 bytes, and says that it keeps some in memory.
class KeepingReader : public BodyReader {
 public:
  explicit KeepingReader(size_t memory) : memory_(memory) {}
  absl::StatusOr<size_t> Read(absl::Span<char> into) override {
    const size_t size = std::min(into.size(), left_);
    std::fill_n(into.begin(), size, 'r');
    left_ -= size;
    return size;
  }
  std::optional<uint64_t> size() const override { return 20000; }
  size_t memory() const override { return memory_; }

 private:
  const size_t memory_;
  size_t left_ = 20000;
};

std::string WithWindow(uint32_t size) {
  // SETTINGS_INITIAL_WINDOW_SIZE.
  return FrameBytes(kSettings, 0, 0,
                    absl::StrCat(Number(4, 2), Number(size, 4)));
}

TEST(Http2FaultsTest, ResponsesThatNobodyReadsHaveALimit) {
  auto options = Serving(std::make_shared<FunctionHandler>(
      [](const ServerRequest& request, ServerConnection&,
         std::shared_ptr<Responder> responder) {
        ServerResponse response;
        if (request.target == "/text") {
          response.body = std::string(20000, 't');
        } else if (request.target == "/kept") {
          response.body_reader = std::make_unique<KeepingReader>(20000);
        } else if (request.target == "/file") {
          response.body_reader = std::make_unique<KeepingReader>(0);
        } else {
          response.body = "small";
        }
        responder->Respond(std::move(response));
        return nullptr;
      }));
  options.limits.max_waiting_bytes = 50000;
  RunningServer server(std::move(options));
  for (const char* large : {"/text", "/kept"}) {
    Http2Client client(server);
    std::string requests = WithWindow(0);
    for (uint32_t i = 0; i < 30; ++i) {
      const char* const other = i % 3 == 1 ? "/file" : "/small";
      requests += Ask(2 * i + 1, i % 3 == 0 ? large : other);
    }
    client.Send(requests + Ping());
    ASSERT_TRUE(client.peer().WaitFor(kPing, 0).has_value());
    client.Send(WithWindow(1 << 20));
    int refused = 0;
    for (uint32_t i = 0; i < 30; ++i) {
      const auto seen = client.peer().ReadRequest();
      ASSERT_TRUE(seen.has_value());
      const std::string status = seen->request.Header(":status");
      if (status == "200") continue;
      EXPECT_EQ(status, "503");
      // Of the large ones, and not the first three.
      EXPECT_EQ(seen->stream % 6, 1u);
      EXPECT_GT(seen->stream, 13u);
      ++refused;
    }
    EXPECT_EQ(refused, 7) << large;
    // What was read does not wait.
    client.Send(Ask(61, large));
    EXPECT_EQ(client.Response().substr(0, 4), "200 ");
  }
}

// nghttp2 ignores these frames.
TEST(Http2FaultsTest, StreamsThatTheClientHasEndedStayEnded) {
  RunningServer server(Serving(EchoHandler()));
  const std::string data = FrameBytes(kData, kEndStream, 1, "x");
  const std::string trailers =
      FrameBytes(kHeaders, kEndHeaders | kEndStream, 1, Fields({{"a", "b"}}));
  struct Attack {
    std::string first;
    std::string then;
  };
  const std::vector<Attack> attacks = {
      {Ask(1), data},
      {Begin(1) + data, data},
      {Begin(1) + trailers, trailers},
      {Begin(1) + Cancel(1), data},
      {Ask(1), Ask(1)},
      {Begin(1) + Cancel(1), Ask(1)},
  };
  for (size_t i = 0; i < attacks.size(); ++i) {
    Http2Client at_once(server);
    at_once.Send(attacks[i].first + attacks[i].then);
    EXPECT_EQ(at_once.EndCode(), kStreamClosed) << i;
    Http2Client later(server);
    later.Send(attacks[i].first + Ping());
    ASSERT_TRUE(later.peer().WaitFor(kPing, 0).has_value());
    later.Send(attacks[i].then);
    EXPECT_EQ(later.EndCode(), kStreamClosed) << i;
  }
  for (const std::string& late : {Ask(3), FrameBytes(kData, 0, 3, "x")}) {
    Http2Client client(server);
    client.Send(Ask(1) + Ask(5) + late);
    EXPECT_EQ(client.EndCode(), kProtocolError);
  }
}

// A client cannot know yet that the server has reset a stream.
TEST(Http2FaultsTest, WhatIsOnItsWayToAResetStreamIsIgnored) {
  RunningServer server(Serving(EchoHandler()));
  Http2Client client(server);
  client.Send(FrameBytes(kHeaders, kEndHeaders, 1,
                         Fields(Fielded("POST", "/", {{"Upper", "x"}}))));
  ASSERT_EQ(client.ResetCode(1), kProtocolError);
  // More than the connection's window, in parts that each fit: the server
  // returns it.
  for (int i = 0; i < 4; ++i) {
    client.Send(Repeat(FrameBytes(kData, 0, 1, std::string(16384, 'x')), 40) +
                Ping());
    ASSERT_TRUE(client.peer().WaitFor(kPing, 0).has_value());
  }
  client.Send(
      FrameBytes(kHeaders, kEndHeaders | kEndStream, 1, Fields({{"a", "b"}})) +
      Cancel(1) + Ask(3));
  EXPECT_EQ(client.Response(), "200 GET / \n");
}

// Streams may be used in any order, once they are open.
TEST(Http2FaultsTest, ValidOrdersAreAllowed) {
  RunningServer server(Serving(EchoHandler()));
  Http2Client client(server);
  const std::string trailers =
      FrameBytes(kHeaders, kEndHeaders | kEndStream, 7, Fields({{"a", "b"}}));
  // The windows of a stream may still grow, and it may be reset, once it has
  // ended. The client may leave numbers out.
  client.Send(Begin(1) + Begin(7) + Begin(99) +
              FrameBytes(kData, kEndStream, 99, "c") + trailers +
              FrameBytes(kData, kEndStream, 1, "a") +
              FrameBytes(kWindowUpdate, 0, 1, Number(1, 4)));
  EXPECT_EQ(client.Response(), "200 POST / c\n");
  EXPECT_EQ(client.Response(), "200 POST / \n");
  EXPECT_EQ(client.Response(), "200 POST / a\n");
  client.Send(Cancel(1) + Ask(101));
  EXPECT_EQ(client.Response(), "200 GET / \n");
}

}  // namespace
}  // namespace airlock::http::testing
