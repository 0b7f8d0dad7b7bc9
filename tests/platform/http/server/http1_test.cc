// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// HTTP/1 as a server has to speak it with any client.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/server/handler.h"
#include "platform/http/server/server_options.h"
#include "tests/platform/http/server/server_fixture.h"

namespace airlock::http::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr absl::string_view kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr absl::string_view kLast =
    "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

// Gives `size` bytes, and says that it has `stated`.
class Letters final : public BodyReader {
 public:
  Letters(uint64_t size, std::optional<uint64_t> stated)
      : left_(size), stated_(stated) {}

  absl::StatusOr<size_t> Read(absl::Span<char> into) override {
    const size_t n = std::min<uint64_t>(left_, into.size());
    std::fill_n(into.begin(), n, 'x');
    left_ -= n;
    return n;
  }
  std::optional<uint64_t> size() const override { return stated_; }

 private:
  uint64_t left_;
  const std::optional<uint64_t> stated_;
};

ServerOptions WithReader(uint64_t size, std::optional<uint64_t> stated) {
  return WithHandler(std::make_shared<FunctionHandler>(
      [=](const ServerRequest&, ServerConnection&,
          std::shared_ptr<Responder> responder) {
        ServerResponse response;
        response.body_reader = std::make_unique<Letters>(size, stated);
        responder->Respond(std::move(response));
        return nullptr;
      }));
}

TEST(Http1Test, AnswersRequestsInOrder) {
  RunningServer server(WithHandler(EchoHandler()));
  const std::string answers = server.Ask(absl::StrCat(
      kGet, "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nxy\r\n1;a=b\r\nz\r\n0\r\nTrailer: t\r\n\r\n",
      kLast, "GET /never HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_THAT(answers,
              AllOf(StartsWith("HTTP/1.1 200 OK\r\nServer: airlock\r\nDate: "),
                    HasSubstr("\r\n\r\nGET /a \nHTTP/1.1 200 OK\r\n"),
                    HasSubstr("\r\n\r\nPOST /b abc\nHTTP/1.1 200 OK\r\n"),
                    HasSubstr("\r\n\r\nPOST /c xyz\nHTTP/1.1 200 OK\r\n"),
                    HasSubstr("Connection: close\r\n"),
                    EndsWith("\r\n\r\nGET /last \n")));
  const ServerStats stats = server.server().stats();
  EXPECT_EQ(stats.requests_http1, 4);
  EXPECT_EQ(stats.responses[2], 4);
}

TEST(Http1Test, ParsesAnyDivisionOfTheBytes) {
  RunningServer server(WithHandler(EchoHandler()));
  for (const auto& [body, text] :
       std::vector<std::pair<std::string, std::string>>{
           {"2\r\nxy\r\n0\r\n\r\n", "xy"},
           {"0\r\n\r\n", ""},
           {"0\r\nA: b\r\n\r\n", ""}}) {
    SCOPED_TRACE(body);
    RawClient client(server.port());
    for (const char byte : absl::StrCat("\r\nPOST /b HTTP/1.1\r\nHost: a\r\n"
                                        "Transfer-Encoding: chunked\r\n\r\n",
                                        body, kLast)) {
      ASSERT_TRUE(client.Send({&byte, 1}));
    }
    EXPECT_THAT(client.ReadAll(),
                AllOf(HasSubstr(absl::StrCat("POST /b ", text, "\n")),
                      EndsWith("\r\n\r\nGET /last \n")));
    EXPECT_EQ(client.end(), "close_notify");
  }
}

// Each could be seen as another request by a proxy, or is not HTTP at all.
TEST(Http1Test, RefusesWhatCouldBeMisunderstood) {
  RunningServer server(WithHandler(EchoHandler()));
  const std::string long_name(20000, 'x');
  const std::vector<std::pair<std::string, int>> cases = {
      // Several lengths.
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
       "Content-Length: 3\r\n\r\n0\r\n\r\n",
       400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
       "Content-Length: 3\r\n\r\nabc",
       400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
       "Content-Length: 4\r\n\r\nabcd",
       400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nabc", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\n"
       "Content-Length: 18446744073709551617\r\n\r\na",
       400},
      {"POST / HTTP/1.1\r\nHost: a\r\n"
       "Content-Length: 99999999999999999\r\n\r\na",
       413},
      // Codings.
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
       "0\r\n\r\n",
       501},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
       501},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
       501},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      // Lines.
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nA: b\rB: c\r\n\r\n", 400},
      {std::string("GET / HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n", 35), 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nA: b\x01\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nA\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nA\"B: c\r\n\r\n", 400},
      {"\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      // The request line.
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 505},
      {"GET /\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"nonsense\r\n\r\n", 400},
      {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET https://a@b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET https:///a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      // Hosts.
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
      // Sizes.
      {absl::StrCat("GET / HTTP/1.1\r\nHost: a\r\nX: ", long_name, "\r\n\r\n"),
       431},
      {absl::StrCat("GET / HTTP/1.1\r\nHost: a\r\nX: ", long_name), 431},
      {absl::StrCat("GET /", long_name, " HTTP/1.1\r\nHost: a\r\n\r\n"), 414},
      {absl::StrCat("GET /", long_name), 414},
      {"POST / HTTP/1.1\r\nHost: a\r\nExpect: cake\r\nContent-Length: 1\r\n"
       "\r\nx",
       417},
  };
  for (const auto& [bytes, status] : cases) {
    SCOPED_TRACE(bytes.substr(0, 200));
    // The next request must not be answered.
    const std::string answer = server.Ask(absl::StrCat(bytes, kGet));
    EXPECT_THAT(answer, StartsWith("HTTP/1."));
    EXPECT_EQ(answer.substr(9, 4), absl::StrCat(status, " "));
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(answer.find("HTTP/1.1 ", 1), std::string::npos) << answer;
  }
  EXPECT_EQ(server.server().stats().connections_refused, cases.size());
}

TEST(Http1Test, RefusesBadChunks) {
  RunningServer server(WithHandler(EchoHandler()));
  for (const std::string& body : std::vector<std::string>{
           "x\r\n", "-1\r\n", "+1\r\nx\r\n", " 1\r\nx\r\n", "0x1\r\nx\r\n",
           "1 \r\nx\r\n0\r\n\r\n", "1\nx\n0\n\n", "1\r\nxy\r\n0\r\n\r\n",
           "1\r\nx\n0\r\n\r\n", "1\r\nx\r\r0\r\n\r\n", "fffffffffffffffff\r\nx",
           "1;a=\"\n\"\r\nx\r\n0\r\n\r\n", "1;\x01\r\nx\r\n0\r\n\r\n", "\r\n",
           "1\r\nx\r\n\r\n\r\n",
           absl::StrCat("1;", std::string(20000, 'a'), "\r\nx\r\n"),
           absl::StrCat("1;", std::string(20000, 'a')),
           absl::StrCat("0\r\nA: ", std::string(20000, 'a'), "\r\n\r\n"),
           "0\r\nA: b\r\nContent-Length: 3\r\n\r\n"}) {
    SCOPED_TRACE(body.substr(0, 100));
    const std::string answer =
        server.Ask(absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\n"
                                "Transfer-Encoding: chunked\r\n\r\n",
                                body, kGet));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
    EXPECT_EQ(answer.find("HTTP/1.1 ", 1), std::string::npos) << answer;
  }
}

// Small chunks cannot bring large extensions.
TEST(Http1Test, LimitsTheExtensionsOfAllChunks) {
  RunningServer server(WithHandler(EchoHandler()));
  std::string body;
  for (int i = 0; i < 100; ++i) {
    absl::StrAppend(&body, "1;", std::string(500, 'a'), "\r\nx\r\n");
  }
  EXPECT_THAT(server.Ask(absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\n"
                                      "Transfer-Encoding: chunked\r\n\r\n",
                                      body, "0\r\n\r\n")),
              StartsWith("HTTP/1.1 400 "));
}

TEST(Http1Test, LimitsTheBody) {
  ServerOptions options = WithHandler(EchoHandler());
  options.limits.max_body_bytes = 10;
  RunningServer server(std::move(options));
  EXPECT_THAT(server.Ask("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                         "Content-Length: 10\r\n\r\n0123456789"),
              EndsWith("POST / 0123456789\n"));
  EXPECT_THAT(server.Ask("POST / HTTP/1.1\r\nHost: a\r\n"
                         "Content-Length: 11\r\n\r\n0123456789a"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(server.Ask("POST / HTTP/1.1\r\nHost: a\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n"
                         "6\r\n012345\r\n6\r\n012345\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST(Http1Test, TakesTheAuthorityFromAnAbsoluteTarget) {
  RunningServer server(WithHandler(std::make_shared<FunctionHandler>(
      [](const ServerRequest& request, ServerConnection& connection,
         std::shared_ptr<Responder> responder) {
        connection.CloseWhenIdle();
        responder->Respond(TextResponse(
            200, absl::StrCat(request.authority, " ", request.target)));
        return nullptr;
      })));
  EXPECT_THAT(server.Ask("GET https://b:1/c?d HTTP/1.1\r\nHost: a\r\n\r\n"),
              EndsWith("\r\n\r\nb:1 /c?d\n"));
  EXPECT_THAT(server.Ask("GET HTTP://b HTTP/1.1\r\nHost: a\r\n\r\n"),
              EndsWith("\r\n\r\nb /\n"));
  EXPECT_THAT(server.Ask("GET http://b?c HTTP/1.1\r\nHost: a\r\n\r\n"),
              EndsWith("\r\n\r\nb /?c\n"));
  EXPECT_THAT(server.Ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
              EndsWith("\r\n\r\na *\n"));
}

TEST(Http1Test, SpeaksHttp10) {
  RunningServer server(WithHandler(EchoHandler()));
  EXPECT_THAT(server.Ask("GET /a HTTP/1.0\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.0 200 OK"), EndsWith("\nGET /a \n"),
                    HasSubstr("Connection: close\r\n")));
  const std::string kept = server.Ask(
      "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
      "GET /b HTTP/1.0\r\n\r\n");
  EXPECT_THAT(kept, AllOf(HasSubstr("Connection: keep-alive\r\n"),
                          EndsWith("\nGET /b \n")));
}

TEST(Http1Test, HeadHasNoBody) {
  RunningServer server(WithHandler(EchoHandler()));
  EXPECT_THAT(
      server.Ask("HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
      AllOf(HasSubstr("Content-Length: 9\r\n"), EndsWith("\r\n\r\n")));
}

TEST(Http1Test, SendsABodyOfUnknownSizeInChunks) {
  constexpr uint64_t kSize = 100000;
  RunningServer server(WithReader(kSize, std::nullopt));
  std::string answer = server.Ask(kLast);
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
  answer.erase(0, answer.find("\r\n\r\n") + 4);
  uint64_t size = 0;
  while (true) {
    const size_t chunk = std::stoul(answer, nullptr, 16);
    answer.erase(0, answer.find("\r\n") + 2);
    if (chunk == 0) break;
    EXPECT_EQ(answer.substr(chunk, 2), "\r\n");
    answer.erase(0, chunk + 2);
    size += chunk;
  }
  EXPECT_EQ(size, kSize);
  EXPECT_EQ(answer, "\r\n");
  // To an old client, the end of the stream is the end of the body.
  const std::string old = server.Ask("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old, Not(HasSubstr("chunked")));
  EXPECT_EQ(old.size() - old.find("\r\n\r\n") - 4, kSize);
}

// So that the client can tell that the body is incomplete.
TEST(Http1Test, EndsAConnectionWhoseBodyIsTooShort) {
  RunningServer server(WithReader(/*size=*/100000, /*stated=*/100001));
  RawClient client(server.port());
  client.Send(absl::StrCat(kGet, kGet));
  const std::string answer = client.ReadAll();
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 100000);
  EXPECT_EQ(client.end(), "eof");
}

TEST(Http1Test, SendsABodyAsLongAsItSays) {
  RunningServer server(WithReader(/*size=*/3000000, /*stated=*/3000000));
  RawClient client(server.port());
  client.Send(absl::StrCat(kGet, kLast));
  const std::string answers = client.ReadAll();
  EXPECT_EQ(client.end(), "close_notify");
  EXPECT_GT(answers.size(), 6000000);
  EXPECT_LT(answers.size(), 6001000);
}

TEST(Http1Test, InvitesABodyThatTheHandlerWants) {
  RunningServer server(WithHandler(EchoHandler()));
  RawClient client(server.port());
  client.Send(
      "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
      "Content-Length: 3\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_THAT(client.ReadUntil("abc\n"), StartsWith("HTTP/1.1 200 OK"));
}

// A handler that answers before the body.
ServerOptions Refusing() {
  return WithHandler(std::make_shared<FunctionHandler>(
      [](const ServerRequest&, ServerConnection&,
         std::shared_ptr<Responder> responder) {
        responder->Respond(TextResponse(405, "no"));
        return nullptr;
      }));
}

TEST(Http1Test, DoesNotInviteABodyThatIsRefused) {
  RunningServer server(Refusing());
  const std::string answer = server.Ask(
      "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
      "Content-Length: 3\r\n\r\n");
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 405 "),
                            HasSubstr("Connection: close\r\n")));
}

TEST(Http1Test, SkipsASmallBodyThatIsRefused) {
  RunningServer server(Refusing());
  const std::string answers = server.Ask(absl::StrCat(
      "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n",
      std::string(1000, 'x'), kLast));
  EXPECT_NE(answers.find("HTTP/1.1 405 ", 1), std::string::npos) << answers;
}

// The client sends everything before it reads: a server that closed with data
// unread would reset the connection and destroy the response.
TEST(Http1Test, LetsTheClientReadWhyABodyIsRefused) {
  RunningServer server(Refusing());
  RawClient client(server.port());
  EXPECT_TRUE(client.Send(absl::StrCat(
      "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "60000\r\n",
      std::string(0x60000, 'x'))));
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 405 "));
  EXPECT_EQ(client.end(), "close_notify");
}

TEST(Http1Test, AnswersAClientThatHasEndedItsSide) {
  RunningServer server(WithHandler(EchoHandler()));
  RawClient client(server.port());
  client.Send(absl::StrCat(kGet, kGet));
  client.HalfClose();
  const std::string answers = client.ReadAll();
  EXPECT_NE(answers.find("HTTP/1.1 200 ", 1), std::string::npos) << answers;
  EXPECT_EQ(client.end(), "close_notify");
  // In the middle of a body, and of a head.
  RawClient incomplete(server.port());
  incomplete.Send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
  incomplete.HalfClose();
  EXPECT_THAT(incomplete.ReadAll(), StartsWith("HTTP/1.1 400 "));
  RawClient head(server.port());
  head.Send("POST /a HT");
  head.HalfClose();
  EXPECT_EQ(head.ReadAll(), "");
}

TEST(Http1Test, AnswersForAHandlerThatDoesNot) {
  RunningServer server(WithHandler(std::make_shared<FunctionHandler>(
      [](const ServerRequest& request, ServerConnection&,
         std::shared_ptr<Responder>) -> std::unique_ptr<BodySink> {
        if (request.target == "/throw") throw std::bad_alloc();
        return nullptr;
      })));
  EXPECT_THAT(server.Ask(kLast), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(server.Ask("GET /throw HTTP/1.0\r\n\r\n"),
              StartsWith("HTTP/1.0 500 "));
}

// A handler's fields cannot end the head.
TEST(Http1Test, RefusesInvalidResponses) {
  RunningServer server(WithHandler(std::make_shared<FunctionHandler>(
      [](const ServerRequest& request, ServerConnection&,
         std::shared_ptr<Responder> responder) {
        ServerResponse response = TextResponse(200, "a");
        if (request.target == "/status") response.status = 99;
        response.headers.Add("Content-Length", "99");
        response.headers.Add("Connection", "keep-alive");
        if (request.target == "/field") {
          response.headers.Add("A", "b\r\n\r\nHTTP/1.1 200 OK");
        }
        responder->Respond(std::move(response));
        return nullptr;
      })));
  EXPECT_THAT(server.Ask("GET /status HTTP/1.0\r\n\r\n"),
              StartsWith("HTTP/1.0 500 "));
  EXPECT_THAT(server.Ask("GET /field HTTP/1.0\r\n\r\n"),
              StartsWith("HTTP/1.0 500 "));
  EXPECT_THAT(server.Ask("GET / HTTP/1.0\r\n\r\n"),
              AllOf(HasSubstr("Content-Length: 2\r\n"), Not(HasSubstr("99")),
                    Not(HasSubstr("keep-alive"))));
}

TEST(Http1Test, ClosesAfterSoManyRequests) {
  ServerOptions options = WithHandler(EchoHandler());
  options.limits.max_requests = 2;
  RunningServer server(std::move(options));
  const std::string answers = server.Ask(absl::StrCat(kGet, kGet, kGet, kGet));
  EXPECT_THAT(answers, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(server.server().stats().requests_http1, 2);
}

// A sink that fails in the middle of a body.
TEST(Http1Test, AnswersForASinkThatFails) {
  class Full final : public BodySink {
   public:
    explicit Full(std::shared_ptr<Responder> responder)
        : responder_(std::move(responder)) {}
    absl::Status OnData(absl::string_view) override {
      return absl::OutOfRangeError("enough");
    }
    void OnEnd() override { ADD_FAILURE(); }

   private:
    const std::shared_ptr<Responder> responder_;
  };
  RunningServer server(WithHandler(std::make_shared<FunctionHandler>(
      [](const ServerRequest&, ServerConnection&,
         std::shared_ptr<Responder> responder) {
        return std::make_unique<Full>(std::move(responder));
      })));
  EXPECT_THAT(server.Ask("POST / HTTP/1.1\r\nHost: a\r\n"
                         "Content-Length: 10\r\n\r\n0123456789"),
              AllOf(StartsWith("HTTP/1.1 413 "), EndsWith("\nenough\n")));
}

}  // namespace
}  // namespace airlock::http::testing
