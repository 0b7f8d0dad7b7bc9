// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// HTTP/2 servers that break its rules, or the client's limits.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/test_server.h"

namespace airlock::http::testing {
namespace {

using ::testing::HasSubstr;

std::string Repeat(absl::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all.append(text.data(), text.size());
  return all;
}

std::string Head(const Headers& fields, uint8_t flags = kEndHeaders) {
  return FrameBytes(kHeaders, flags, 1, Fields(fields));
}

class HostileHttp2ServerTest : public ::testing::Test {
 protected:
  // Fetches from a server that answers the request by `attack`.
  absl::StatusOr<Response> Fetch(
      const std::function<void(Http2Peer&)>& attack,
      const std::function<void(Request&)>& change = [](Request&) {}) {
    const TestServer server(OverHttp2([&attack](Http2Peer& peer) {
                              if (peer.WaitFor(kHeaders, 1)) attack(peer);
                            }),
                            Http2());
    Client client(runtime_.get(), Direct());
    Request request;
    request.url = server.Url();
    request.timeout = absl::Seconds(20);
    change(request);
    return client.Fetch(std::move(request));
  }

  // The same for a server that sends `bytes` and waits.
  absl::Status Answer(
      const std::string& bytes,
      const std::function<void(Request&)>& change = [](Request&) {}) {
    return Fetch(
               [&bytes](Http2Peer& peer) {
                 peer.Send(bytes);
                 peer.WaitForEnd();
               },
               change)
        .status();
  }

  std::unique_ptr<platform::Runtime> runtime_ = MakeRuntime();
};

TEST_F(HostileHttp2ServerTest, InvalidResponsesAreErrors) {
  const std::string ok = Head({{":status", "200"}});
  const std::vector<std::pair<const char*, std::string>> answers = {
      {"no status", Head({{"a", "b"}}, kEndHeaders | kEndStream)},
      {"two", Head({{":status", "200"}, {":status", "200"}})},
      {"late", Head({{"a", "b"}, {":status", "200"}})},
      {"status", Head({{":status", "20"}}, kEndHeaders | kEndStream)},
      {"word", Head({{":status", "abc"}}, kEndHeaders | kEndStream)},
      {"zero", Head({{":status", "000"}}, kEndHeaders | kEndStream)},
      {"101", Head({{":status", "101"}}, kEndHeaders)},
      {"request", Head({{":status", "200"}, {":path", "/"}})},
      {"upper", Head({{":status", "200"}, {"Upper", "x"}})},
      {"space", Head({{":status", "200"}, {"a b", "x"}})},
      {"empty", Head({{":status", "200"}, {"", "x"}})},
      {"newline", Head({{":status", "200"}, {"a", "x\r\nb: c"}})},
      {"nul", Head({{":status", "200"}, {"a", std::string("x\0y", 3)}})},
      {"connection", Head({{":status", "200"}, {"connection", "close"}})},
      {"chunked", Head({{":status", "200"}, {"transfer-encoding", "chunked"}})},
      {"upgrade", Head({{":status", "200"}, {"upgrade", "x"}})},
      {"keep-alive", Head({{":status", "200"}, {"keep-alive", "x"}})},
      {"two lengths", Head({{":status", "200"},
                            {"content-length", "1"},
                            {"content-length", "2"}})},
      {"length", Head({{":status", "200"}, {"content-length", "x"}})},
      {"short", ResponseFrames(1, "200", {{"content-length", "5"}}, "abcd")},
      {"long", ResponseFrames(1, "200", {{"content-length", "3"}}, "abcd")},
      {"none", Head({{":status", "200"}, {"content-length", "1"}},
                    kEndHeaders | kEndStream)},
      {"interim end", Head({{":status", "103"}}, kEndHeaders | kEndStream)},
      {"pseudo trailer",
       ok + Head({{":status", "200"}}, kEndHeaders | kEndStream)},
      {"second head", ok + Head({{"a", "b"}})},
      {"interims", Repeat(Head({{":status", "100"}}), 17) + ok},
  };
  for (const auto& answer : answers) {
    const absl::Status status = Answer(answer.second);
    ASSERT_FALSE(status.ok()) << answer.first;
    EXPECT_EQ(FailureOf(status), Failure::kProtocol)
        << answer.first << ": " << status;
  }
  const absl::Status body =
      Answer(ok + FrameBytes(kData, kEndStream, 1, "x"),
             [](Request& request) { request.method = "HEAD"; });
  EXPECT_EQ(FailureOf(body), Failure::kProtocol) << body;
}

TEST_F(HostileHttp2ServerTest, InvalidFramesEndTheConnection) {
  const std::string ok = Head({{":status", "200"}});
  const std::vector<std::pair<const char*, std::string>> answers = {
      {"HTTP/1.1", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"large", Number(16385, 3) + Number(0, 2) + Number(1, 4) +
                    std::string(16385, 'x')},
      {"data on 0", FrameBytes(kData, 0, 0, "x")},
      {"headers on 0", FrameBytes(kHeaders, kEndHeaders, 0, "")},
      {"idle stream", FrameBytes(kData, 0, 7, "x")},
      {"idle headers",
       FrameBytes(kHeaders, kEndHeaders, 7, Fields({{":status", "200"}}))},
      {"even stream",
       FrameBytes(kHeaders, kEndHeaders, 2, Fields({{":status", "200"}}))},
      {"push", FrameBytes(kPushPromise, kEndHeaders, 1,
                          Number(2, 4) + Fields({{":method", "GET"}}))},
      {"settings size", FrameBytes(kSettings, 0, 0, "12345")},
      {"settings stream", FrameBytes(kSettings, 0, 1, "")},
      {"settings ack", FrameBytes(kSettings, 1, 0, "123456")},
      {"settings window",
       FrameBytes(kSettings, 0, 0, Number(4, 2) + Number(0x80000000, 4))},
      {"settings frame size",
       FrameBytes(kSettings, 0, 0, Number(5, 2) + Number(100, 4))},
      {"settings push",
       FrameBytes(kSettings, 0, 0, Number(2, 2) + Number(1, 4))},
      {"ping size", FrameBytes(kPing, 0, 0, "1234567")},
      {"ping stream", FrameBytes(kPing, 0, 1, "12345678")},
      {"window 0", FrameBytes(kWindowUpdate, 0, 0, Number(0, 4))},
      {"window overflow",
       FrameBytes(kWindowUpdate, 0, 0, Number(0x7fffffff, 4))},
      {"window size", FrameBytes(kWindowUpdate, 0, 0, "123")},
      {"reset size", FrameBytes(kRstStream, 0, 1, "123")},
      {"reset idle", FrameBytes(kRstStream, 0, 9, Number(0, 4))},
      {"goaway size", FrameBytes(kGoaway, 0, 0, "1234567")},
      {"padding", FrameBytes(kData, 8, 1, "\x05x")},
      {"continuation", FrameBytes(kContinuation, kEndHeaders, 1, "")},
      {"interleaved",
       FrameBytes(kHeaders, 0, 1, "") + FrameBytes(kPing, 0, 0, "12345678")},
      {"hpack index", FrameBytes(kHeaders, kEndHeaders, 1, "\xff\xff\xff")},
      {"hpack table",
       FrameBytes(kHeaders, kEndHeaders, 1, "\x3f\xe1\xff\xff\x7f")},
      {"hpack cut", FrameBytes(kHeaders, kEndHeaders, 1, Number(5, 2))},
  };
  for (const auto& answer : answers) {
    const absl::Status status = Answer(answer.second);
    ASSERT_FALSE(status.ok()) << answer.first;
    EXPECT_EQ(FailureOf(status), Failure::kProtocol)
        << answer.first << ": " << status;
  }
}

TEST_F(HostileHttp2ServerTest, TheFirstFrameIsSettings) {
  const TestServer server(
      [](Peer& peer) {
        peer.Send(FrameBytes(kPing, 0, 0, "12345678"));
        peer.WaitForEnd();
      },
      Http2());
  Client client(runtime_.get(), Direct());
  Request request;
  request.url = server.Url();
  const absl::Status status = client.Fetch(std::move(request)).status();
  EXPECT_EQ(FailureOf(status), Failure::kProtocol) << status;
}

TEST_F(HostileHttp2ServerTest, FloodsEnd) {
  const std::string ok = Head({{":status", "200"}});
  const std::vector<std::pair<const char*, std::string>> parts = {
      {"ping", FrameBytes(kPing, 0, 0, "12345678")},
      {"ping answers", FrameBytes(kPing, 1, 0, "12345678")},
      {"settings", FrameBytes(kSettings, 0, 0, "")},
      {"table sizes", FrameBytes(kSettings, 0, 0, Number(1, 2) + Number(0, 4))},
      {"priority", FrameBytes(kPriority, 0, 3, "12345")},
      {"unknown", FrameBytes(99, 0, 0, "")},
      {"windows", FrameBytes(kWindowUpdate, 0, 0, Number(1, 4))},
      {"empty data", FrameBytes(kData, 0, 1, "")},
      {"padding only", FrameBytes(kData, 8, 1, std::string("\3\0\0\0", 4))},
      {"goaway", FrameBytes(kGoaway, 0, 0, Number(1, 4) + Number(0, 4))},
  };
  for (const auto& part : parts) {
    const std::string many = Repeat(part.second, 100);
    const absl::Time start = absl::Now();
    const absl::Status status = Fetch([&](Http2Peer& peer) {
                                  if (!peer.Send(ok)) return;
                                  while (peer.Send(many)) {
                                  }
                                }).status();
    EXPECT_EQ(FailureOf(status), Failure::kProtocol)
        << part.first << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("ENHANCE_YOUR_CALM"));
    EXPECT_LT(absl::Now() - start, absl::Seconds(10)) << part.first;
  }
}

TEST_F(HostileHttp2ServerTest, HeadersHaveALimit) {
  // A field in HPACK's table, and then its index, a byte each.
  std::string bomb = Number(0x40, 1) + Number(1, 1) + "a" + Number(0x7f, 1) +
                     Number(0x81, 1) + Number(0x1e, 1) +
                     std::string(127 + 0x81 - 0x80 + (0x1e << 7), 'b');
  std::string block = Fields({{":status", "200"}});
  const std::string first = block + bomb;
  const std::string refer = std::string(16384, '\xbe');
  const absl::Status status =
      Answer(FrameBytes(kHeaders, 0, 1, first) +
             FrameBytes(kContinuation, kEndHeaders | kEndStream, 1, refer));
  EXPECT_EQ(FailureOf(status), Failure::kTooLarge) << status;

  const absl::Status many =
      Fetch([](Http2Peer& peer) {
        if (!peer.Send(
                FrameBytes(kHeaders, 0, 1, Fields({{":status", "200"}})))) {
          return;
        }
        while (peer.Send(FrameBytes(kContinuation, 0, 1, ""))) {
        }
      }).status();
  EXPECT_EQ(FailureOf(many), Failure::kProtocol) << many;

  const absl::Status trailers =
      Answer(Head({{":status", "200"}}) + FrameBytes(kHeaders, 0, 1, bomb) +
             FrameBytes(kContinuation, kEndHeaders | kEndStream, 1, refer));
  EXPECT_EQ(FailureOf(trailers), Failure::kTooLarge) << trailers;
}

TEST_F(HostileHttp2ServerTest, EndlessBodiesEnd) {
  const std::string part = FrameBytes(kData, 0, 1, std::string(16384, 'x'));
  const absl::Status status =
      Fetch(
          [&](Http2Peer& peer) {
            peer.Send(Head({{":status", "200"}}));
            while (peer.Send(part)) {
            }
          },
          [](Request& request) { request.max_body_bytes = 500000; })
          .status();
  EXPECT_EQ(FailureOf(status), Failure::kTooLarge) << status;
}

// More than the windows allow.
TEST_F(HostileHttp2ServerTest, WindowsHold) {
  const std::string part = FrameBytes(kData, 0, 1, std::string(16384, 'x'));
  const absl::Status status = Fetch(
                                  [&](Http2Peer& peer) {
                                    peer.Send(Head({{":status", "200"}}));
                                    // All at once, before the client can give
                                    // any back.
                                    peer.Send(Repeat(part, 400));
                                    peer.WaitForEnd();
                                  },
                                  [](Request& request) {
                                    request.on_data = [](absl::string_view) {
                                      return absl::OkStatus();
                                    };
                                    request.timeout = absl::Milliseconds(500);
                                  })
                                  .status();
  EXPECT_FALSE(status.ok());
}

TEST_F(HostileHttp2ServerTest, EveryWaitEndsAtTheDeadline) {
  const auto hasty = [](Request& request) {
    request.timeout = absl::Milliseconds(100);
  };
  const std::string ok = Head({{":status", "200"}});
  for (const std::string& bytes :
       {std::string(), FrameBytes(kHeaders, 0, 1, Fields({{":status", "200"}})),
        ok, ok + FrameBytes(kData, 0, 1, "x"), ok.substr(0, 5)}) {
    const absl::Status status = Answer(bytes, hasty);
    EXPECT_EQ(FailureOf(status), Failure::kTimeout) << status;
  }
  // It never gives back its window.
  const absl::Status stalled = Answer("", [](Request& request) {
    request.method = "PUT";
    request.body = std::string(1 << 20, 'x');
    request.timeout = absl::Milliseconds(100);
  });
  EXPECT_EQ(FailureOf(stalled), Failure::kTimeout) << stalled;
  // It has none.
  const absl::Status none =
      Answer(FrameBytes(kSettings, 0, 0, Number(4, 2) + Number(0, 4)),
             [](Request& request) {
               request.method = "PUT";
               request.body = std::string(1 << 20, 'x');
               request.timeout = absl::Milliseconds(100);
             });
  EXPECT_EQ(FailureOf(none), Failure::kTimeout) << none;
}

TEST_F(HostileHttp2ServerTest, TruncatedResponsesAreErrors) {
  const std::string ok = Head({{":status", "200"}});
  for (const std::string& bytes :
       {std::string(), std::string("\0\0", 2), ok.substr(0, 12), ok,
        ok + FrameBytes(kData, 0, 1, "abc"),
        ok + FrameBytes(kData, 0, 1, "abc").substr(0, 11),
        FrameBytes(kRstStream, 0, 1, Number(0, 4)),
        ok + FrameBytes(kRstStream, 0, 1, Number(0, 4)),
        ok + FrameBytes(kData, 0, 1, "a") +
            FrameBytes(kRstStream, 0, 1, Number(8, 4))}) {
    const absl::Status status =
        Fetch([&](Http2Peer& peer) { peer.Send(bytes); }).status();
    EXPECT_EQ(FailureOf(status), Failure::kTruncated) << status;
  }
}

}  // namespace
}  // namespace airlock::http::testing
