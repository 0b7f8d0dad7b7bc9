// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The client over HTTP/2: requests, responses and bodies.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "tests/platform/http/client_http2_fixture.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/test_server.h"

namespace airlock::http::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

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
  std::optional<uint64_t> size() const override {
    if (!sized_) return std::nullopt;
    return size_;
  }

 private:
  const size_t size_;
  const bool sized_;
  size_t* const given_;
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

}  // namespace
}  // namespace airlock::http::testing
