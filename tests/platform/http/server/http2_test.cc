// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The server over HTTP/2, with clients whose every frame a test decides.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/server/server.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/socket.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/server/server_fixture.h"
#include "tests/platform/http/test_server.h"

namespace airlock::http::testing {
namespace {

using ::testing::HasSubstr;

// RFC 9113, section 7.
constexpr uint32_t kNoError = 0;
constexpr uint32_t kProtocolError = 1;
constexpr uint32_t kInternalError = 2;
constexpr uint32_t kCancel = 8;
constexpr uint32_t kEnhanceYourCalm = 11;

constexpr absl::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

uint32_t Parse(absl::string_view bytes) {
  uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

std::string Repeat(absl::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all.append(text.data(), text.size());
  return all;
}

Headers Fielded(absl::string_view method, absl::string_view path,
                const Headers& more = {}) {
  Headers fields = {{":method", std::string(method)},
                    {":scheme", "https"},
                    {":authority", "localhost"},
                    {":path", std::string(path)}};
  for (const Header& field : more) fields.Add(field.name, field.value);
  return fields;
}

// A request without a body.
std::string Ask(uint32_t stream, absl::string_view path = "/",
                const Headers& more = {}) {
  return FrameBytes(kHeaders, kEndHeaders | kEndStream, stream,
                    Fields(Fielded("GET", path, more)));
}

// A request whose body follows.
std::string Begin(uint32_t stream, const Headers& more = {}) {
  return FrameBytes(kHeaders, kEndHeaders, stream,
                    Fields(Fielded("POST", "/", more)));
}

class SocketStream final : public ssl::Transport {
 public:
  explicit SocketStream(ssl::Socket* socket) : socket_(socket) {}
  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    return socket_->Read(into);
  }
  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    return socket_->Write(from);
  }

 private:
  ssl::Socket* const socket_;
};

std::shared_ptr<const ssl::Context> OfferingHttp2() {
  static const auto* const context = new std::shared_ptr<const ssl::Context>(
      ClientContext([](ssl::ContextOptions* options) {
        options->alpn_protocols = {"h2"};
      }));
  return *context;
}

class Http2Client {
 public:
  // Sends the preface unless `silent`.
  explicit Http2Client(const RunningServer& server, bool silent = false)
      : raw_(server.port(), OfferingHttp2()),
        stream_(&raw_.socket()),
        peer_(&stream_, &raw_.socket()),
        http2_(&peer_) {
    EXPECT_EQ(raw_.socket().info()->alpn, "h2");
    if (!silent) Send(absl::StrCat(kPreface, FrameBytes(kSettings, 0, 0, "")));
  }

  bool Send(absl::string_view bytes) { return raw_.Send(bytes); }
  Http2Peer& peer() { return http2_; }

  // The status of the next complete response, and its body.
  std::string Response() {
    const auto seen = http2_.ReadRequest();
    if (!seen.has_value()) return "gone";
    return absl::StrCat(seen->request.Header(":status"), " ",
                        seen->request.body);
  }
  // The code of the next RST_STREAM for a stream.
  absl::optional<uint32_t> ResetCode(uint32_t stream) {
    const auto frame = http2_.WaitFor(kRstStream, stream);
    if (!frame.has_value()) return absl::nullopt;
    return Parse(frame->payload);
  }
  // The code of GOAWAY, after which the connection ends.
  absl::optional<uint32_t> EndCode() {
    const auto frame = http2_.WaitFor(kGoaway, 0);
    if (!frame.has_value()) return absl::nullopt;
    while (http2_.Step()) {
    }
    return Parse(absl::string_view(frame->payload).substr(4, 4));
  }

 private:
  RawClient raw_;
  SocketStream stream_;
  Peer peer_;
  Http2Peer http2_;
};

ServerOptions Serving(std::shared_ptr<Handler> handler) {
  ServerOptions options;
  options.handler = std::move(handler);
  options.context = [] {
    static platform::Runtime* const runtime = MakeRuntime().release();
    platform::ContextRequest request;
    request.side = ssl::Side::kServer;
    request.cert_reqs = ssl::VerifyMode::kNone;
    ssl::ContextOptions context = ServerContextOptions();
    context.alpn_protocols = {"h2", "http/1.1"};
    return runtime->CreateContext(request, std::move(context));
  };
  return options;
}

// Keeps the responders.
std::shared_ptr<Handler> Keeping(
    std::vector<std::shared_ptr<Responder>>* kept) {
  return std::make_shared<FunctionHandler>(
      [kept](const ServerRequest&, ServerConnection&,
             std::shared_ptr<Responder> responder) {
        kept->push_back(std::move(responder));
        return nullptr;
      });
}

// Gives `size` bytes, and says that it has `said`.
class TextReader : public BodyReader {
 public:
  TextReader(size_t size, absl::optional<uint64_t> said)
      : left_(size), said_(said) {}
  absl::StatusOr<size_t> Read(absl::Span<char> into) override {
    const size_t size = std::min<size_t>({into.size(), left_, 5000});
    std::fill_n(into.begin(), size, 'r');
    left_ -= size;
    return size;
  }
  absl::optional<uint64_t> size() const override { return said_; }

 private:
  size_t left_;
  const absl::optional<uint64_t> said_;
};

std::shared_ptr<Handler> Reading(size_t size, absl::optional<uint64_t> said) {
  return std::make_shared<FunctionHandler>(
      [size, said](const ServerRequest&, ServerConnection&,
                   std::shared_ptr<Responder> responder) {
        ServerResponse response;
        response.body_reader = std::make_unique<TextReader>(size, said);
        responder->Respond(std::move(response));
        return nullptr;
      });
}

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
}

TEST(Http2ServerTest, ReadersFollowTheClientsWindow) {
  for (const absl::optional<uint64_t> said :
       {absl::optional<uint64_t>(1 << 20), absl::optional<uint64_t>()}) {
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

TEST(Http2ServerTest, InvalidRequestsResetTheirStream) {
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
  EXPECT_NE(client.ResetCode(stream), absl::nullopt);
  stream += 2;
  client.Send(Ask(stream, "/", {{"host", "other"}}));
  EXPECT_THAT(client.Response(), HasSubstr("400 "));
  stream += 2;
  client.Send(Ask(stream));
  EXPECT_EQ(client.Response(), "200 GET / \n");
}

TEST(Http2ServerTest, InvalidFramesEndTheConnection) {
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
      {"interleaved",
       FrameBytes(kHeaders, 0, 1, "") + FrameBytes(kPing, 0, 0, "12345678")},
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

TEST(Http2ServerTest, FloodsEndTheirConnection) {
  std::vector<std::shared_ptr<Responder>> kept;
  RunningServer server(Serving(Keeping(&kept)));
  Http2Client innocent(server);
  innocent.Send(FrameBytes(kPing, 0, 0, "12345678"));
  ASSERT_TRUE(innocent.peer().WaitFor(kPing, 0).has_value());
  const std::vector<std::pair<const char*, std::string>> parts = {
      {"settings", FrameBytes(kSettings, 0, 0, "")},
      {"ping", FrameBytes(kPing, 0, 0, "12345678")},
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

  innocent.Send(FrameBytes(kPing, 0, 0, "12345678"));
  EXPECT_TRUE(innocent.peer().WaitFor(kPing, 0).has_value());
  EXPECT_GE(server.server().stats().connections_refused, 11u);
}

TEST(Http2ServerTest, MoreStreamsThanAllowedAreRefused) {
  std::vector<std::shared_ptr<Responder>> kept;
  RunningServer server(Serving(Keeping(&kept)));
  Http2Client client(server);
  std::string requests;
  for (uint32_t i = 0; i < 101; ++i) requests += Ask(2 * i + 1);
  client.Send(requests);
  EXPECT_EQ(client.ResetCode(201), 7u);  // REFUSED_STREAM
  // The server need not wait for the others.
  std::string resets;
  for (uint32_t i = 0; i < 100; ++i) {
    resets += FrameBytes(kRstStream, 0, 2 * i + 1, Number(kCancel, 4));
  }
  client.Send(resets + FrameBytes(kPing, 0, 0, "12345678"));
  EXPECT_TRUE(client.peer().WaitFor(kPing, 0).has_value());
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
  {
    Http2Client client(server);
    client.Send(Begin(1) + FrameBytes(kData, 0, 1, "part"));
    ASSERT_TRUE(begun.WaitForNotificationWithTimeout(absl::Seconds(20)));
    EXPECT_FALSE(destroyed.HasBeenNotified());
  }
  EXPECT_TRUE(destroyed.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

// The client learns that the server stops, and what it sends until then is
// answered.
TEST(Http2ServerTest, StoppingAnswersWhatHasBegun) {
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

TEST(Http2ServerTest, SlowClientsEnd) {
  auto options = Serving(EchoHandler());
  options.limits.header_timeout = absl::Milliseconds(100);
  options.limits.body_timeout = absl::Milliseconds(100);
  RunningServer server(std::move(options));
  Http2Client silent(server, /*silent=*/true);
  silent.Send("PRI");
  EXPECT_NE(silent.EndCode(), absl::nullopt);
  Http2Client head(server);
  head.Send(FrameBytes(kHeaders, 0, 1, ""));
  EXPECT_NE(head.EndCode(), absl::nullopt);
  Http2Client body(server);
  body.Send(Begin(1) + FrameBytes(kData, 0, 1, "some"));
  EXPECT_THAT(body.Response(), HasSubstr("408 "));
  EXPECT_EQ(body.ResetCode(1), kNoError);
}

// A window that is never opened.
TEST(Http2ServerTest, StalledResponsesEnd) {
  auto options = Serving(Reading(1 << 20, absl::nullopt));
  options.limits.write_timeout = absl::Milliseconds(200);
  RunningServer server(std::move(options));
  Http2Client client(server);
  client.Send(FrameBytes(kSettings, 0, 0, Number(4, 2) + Number(1, 4)) +
              Ask(1));
  absl::optional<Frame> frame;
  do {
    frame = client.peer().ReadFrame();
  } while (frame.has_value() && frame->type != kRstStream);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(Parse(frame->payload), kCancel);
  EXPECT_TRUE(server.log().WaitFor("did not take the response"));
}

// One that is opened a byte at a time.
TEST(Http2ServerTest, TinyWindowsEndTheirConnection) {
  RunningServer server(Serving(Reading(1 << 20, absl::nullopt)));
  Http2Client client(server);
  client.Send(FrameBytes(kSettings, 0, 0, Number(4, 2) + Number(1, 4)) +
              Ask(1));
  EXPECT_EQ(client.EndCode(), kEnhanceYourCalm);
}

}  // namespace
}  // namespace airlock::http::testing
