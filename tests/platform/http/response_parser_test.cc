// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/response_parser.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/error.h"

namespace airlock::http::internal {
namespace {

constexpr size_t kMaxHeader = 1000;

struct Result {
  absl::Status status;
  bool done = false;
  bool keep_alive = false;
  int code = 0;
  std::string body;
  size_t unused = 0;
};

// Parses `bytes` in parts of `part` bytes; `end`: the connection ends then.
Result Parse(absl::string_view bytes, size_t part, bool end = false,
             bool no_body = false) {
  Result result;
  ResponseParser parser(no_body, kMaxHeader, [&](absl::string_view data) {
    result.body.append(data.data(), data.size());
    return absl::StatusOr<bool>(true);
  });
  std::string pending;
  while (!bytes.empty() && result.status.ok()) {
    pending.append(bytes.data(), std::min(part, bytes.size()));
    bytes.remove_prefix(std::min(part, bytes.size()));
    while (!pending.empty() && !parser.done()) {
      const bool head_was_done = parser.head_done();
      const absl::StatusOr<size_t> used = parser.Put(pending);
      if (!used.ok()) {
        result.status = used.status();
        break;
      }
      pending.erase(0, *used);
      if (*used == 0 && head_was_done == parser.head_done()) break;
    }
  }
  if (end && result.status.ok()) result.status = parser.PutEof();
  result.done = parser.done();
  result.keep_alive = parser.keep_alive();
  if (parser.head_done()) result.code = parser.head().status;
  result.unused = pending.size();
  return result;
}

Failure FailureIn(absl::string_view bytes) {
  const Result whole = Parse(bytes, bytes.size(), /*end=*/true);
  const Result in_bytes = Parse(bytes, 1, /*end=*/true);
  EXPECT_FALSE(whole.status.ok()) << bytes;
  EXPECT_FALSE(in_bytes.status.ok()) << bytes;
  if (whole.status.ok() || in_bytes.status.ok()) return Failure::kOther;
  EXPECT_EQ(FailureOf(whole.status), FailureOf(in_bytes.status)) << bytes;
  return FailureOf(whole.status);
}

TEST(ResponseParserTest, BodiesHaveOneEnd) {
  struct Case {
    const char* bytes;
    const char* body;
    bool keep_alive;
  };
  for (const Case& one : std::vector<Case>{
           {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc", true},
           {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", true},
           // Many servers leave out the space before a missing reason.
           {"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc", "abc", true},
           {"HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\nabc", "abc", true},
           {"HTTP/1.1 204\r\n\r\n", "", true},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            "2\r\nab\r\n1;x=\"y\"\r\nc\r\n0\r\nA: b\r\n\r\n",
            "abc", true},
           {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
            "1\r\n\r\nx",
            "x", false},
           {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "x", false},
           {"HTTP/1.1 204 No Content\r\n\r\n", "", true},
           {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "", true},
       }) {
    for (const size_t part : {size_t{1}, size_t{7}, size_t{10000}}) {
      const Result result = Parse(one.bytes, part);
      EXPECT_TRUE(result.status.ok()) << result.status << one.bytes;
      EXPECT_TRUE(result.done) << one.bytes;
      EXPECT_EQ(result.body, one.body) << one.bytes;
      EXPECT_EQ(result.keep_alive, one.keep_alive) << one.bytes;
      EXPECT_EQ(result.unused, 0u) << one.bytes;
    }
  }
}

TEST(ResponseParserTest, ABodyWithoutLengthEndsWithTheConnection) {
  const Result result = Parse("HTTP/1.1 200 OK\r\n\r\nabc", 5, /*end=*/true);
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_TRUE(result.done);
  EXPECT_EQ(result.body, "abc");
  EXPECT_FALSE(result.keep_alive);
}

TEST(ResponseParserTest, AHeadResponseHasNoBody) {
  const Result result = Parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
                              1000, /*end=*/false, /*no_body=*/true);
  EXPECT_TRUE(result.done);
  EXPECT_EQ(result.body, "");
  EXPECT_EQ(result.unused, 3u);
}

// What one parser takes for one response, and another for two.
TEST(ResponseParserTest, AmbiguousLengthsAreRefused) {
  for (const char* headers : {
           "Content-Length: 1\r\nContent-Length: 2\r\n",
           "Content-Length: 1\r\nContent-Length: 1\r\n",
           "Content-Length: 1, 2\r\n",
           "Content-Length: 1, 1\r\n",
           "Content-Length: -1\r\n",
           "Content-Length: +1\r\n",
           "Content-Length: 1a\r\n",
           "Content-Length: 0x1\r\n",
           "Content-Length: \r\n",
           "Content-Length: 99999999999999999999\r\n",
           "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
           "Transfer-Encoding: gzip, chunked\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked, identity\r\n",
           "Transfer-Encoding: identity\r\n",
           "Transfer-Encoding: xchunked\r\n",
           "Transfer-Encoding : chunked\r\n",
           " Content-Length: 1\r\n",
           "Content Length: 1\r\n",
           "Content-Length\r\n",
           "X: a\rb\r\n",
           "X: a\nContent-Length: 1\r\n",
       }) {
    EXPECT_EQ(FailureIn(absl::StrCat("HTTP/1.1 200 OK\r\n", headers,
                                     "\r\n1\r\nx\r\n0\r\n\r\n")),
              Failure::kProtocol)
        << headers;
  }
  EXPECT_EQ(FailureIn("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "0\r\n\r\n"),
            Failure::kProtocol);
}

TEST(ResponseParserTest, BadChunkSizesAreRefused) {
  for (const char* chunk :
       {"x\r\na\r\n", "-1\r\na\r\n", "\r\na\r\n", "1\na\r\n", "1\r\nab\r\n",
        "10000000000000000\r\na\r\n", "0x1\r\na\r\n", " 1\r\na\r\n",
        "1 \r\na\r\nx", "1\r\na0\r\n\r\n"}) {
    EXPECT_EQ(FailureIn(absl::StrCat(
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                  chunk, "0\r\n\r\n")),
              Failure::kProtocol)
        << chunk;
  }
}

TEST(ResponseParserTest, WhatIsNotHttpIsRefused) {
  for (const char* bytes :
       {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n", "<html></html>\r\n\r\n",
        "HTTP/1.1 20\r\n\r\n", "HTTP/1.1 2000\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1\r\n\r\n", "HTTP/1.1 200\r\nHTTP/1.1 200\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n"}) {
    EXPECT_EQ(FailureIn(bytes), Failure::kProtocol) << bytes;
  }
}

TEST(ResponseParserTest, AnEarlyEndIsTruncated) {
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
      "0\r\n\r\n";
  for (size_t size = 0; size < chunked.size(); ++size) {
    EXPECT_EQ(FailureIn(chunked.substr(0, size)), Failure::kTruncated) << size;
  }
  const std::string sized = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
  for (size_t size = 0; size < sized.size(); ++size) {
    EXPECT_EQ(FailureIn(sized.substr(0, size)), Failure::kTruncated) << size;
  }
}

TEST(ResponseParserTest, HeadersAreLimited) {
  std::string many = "HTTP/1.1 200 OK\r\n";
  while (many.size() <= kMaxHeader) absl::StrAppend(&many, "A: b\r\n");
  EXPECT_EQ(FailureIn(many), Failure::kTooLarge);
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& endless :
       {absl::StrCat("HTTP/1.1 200 OK\r\nX: ", std::string(kMaxHeader, 'x')),
        absl::StrCat("HTTP/1.1 200 ", std::string(kMaxHeader, 'x')),
        absl::StrCat(chunked, "1;", std::string(kMaxHeader + 9, 'x')),
        absl::StrCat(chunked, std::string(kMaxHeader + 9, '0')),
        absl::StrCat(chunked, "0\r\nX: ", std::string(kMaxHeader + 9, 'x'))}) {
    EXPECT_EQ(FailureIn(endless), Failure::kTooLarge) << endless;
  }
}

// With assertions, Beast ends the program at the fourth byte of such a body.
TEST(ResponseParserTest, ALastChunkMayComeInParts) {
  for (const char* last : {"0\r\n\r\n", "00\r\n\r\n", "0\r\nA: b\r\n\r\n"}) {
    const std::string bytes = absl::StrCat(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", last);
    for (size_t part = 1; part <= bytes.size(); ++part) {
      const Result result = Parse(bytes, part);
      EXPECT_TRUE(result.status.ok() && result.done) << last << part;
    }
  }
}

TEST(ResponseParserTest, TrailersAreNoHeaders) {
  ResponseParser parser(false, kMaxHeader, [](absl::string_view) {
    return absl::StatusOr<bool>(true);
  });
  const std::string head =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  ASSERT_EQ(*parser.Put(head), head.size());
  ASSERT_TRUE(parser.Put("0\r\nSet-Cookie: x\r\n\r\n").ok());
  EXPECT_TRUE(parser.done());
  EXPECT_FALSE(parser.head().headers.Has("Set-Cookie"));
}

TEST(SerializeTest, AHeadIsItsLines) {
  EXPECT_EQ(SerializeHead("PATCH", "/a?b", {{"Host", "x"}, {"X-Y", "z"}}),
            "PATCH /a?b HTTP/1.1\r\nHost: x\r\nX-Y: z\r\n\r\n");
  EXPECT_EQ(SerializeChunk("abc"), "3\r\nabc\r\n");
  EXPECT_EQ(SerializeChunk(""), "0\r\n\r\n");
}

}  // namespace
}  // namespace airlock::http::internal
