// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/conditions.h"

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/http/site/accept_encoding.h"
#include "platform/http/site/http_date.h"

namespace airlock::http {
namespace {

constexpr char kEarlier[] = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr char kSame[] = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr char kLater[] = "Sun, 06 Nov 1994 08:49:38 GMT";

Validators Strong() { return {"\"a\"", absl::FromUnixSeconds(784111777)}; }
Validators Weak() { return {"W/\"a\"", absl::FromUnixSeconds(784111777)}; }

int Check(const Headers& headers, const Validators& validators = Strong()) {
  switch (CheckPreconditions(headers, validators)) {
    case Precondition::kHolds:
      return 200;
    case Precondition::kNotModified:
      return 304;
    case Precondition::kFailed:
      return 412;
  }
  return 0;
}

TEST(ConditionsTest, CompareEntityTags) {
  const std::vector<std::pair<std::string, int>> none_match = {
      {"\"a\"", 304},         {"W/\"a\"", 304}, {"*", 304},
      {" * ", 304},           {"\"b\"", 200},   {"\"b\", \"a\"", 304},
      {"\"b\",W/\"a\"", 304}, {"a", 200},       {"\"a", 200},
      {"\"\"", 200},          {"", 200},        {"\"b,\"", 200},
      {"\"b\" \"a\"", 200},   {"w/\"a\"", 200},
  };
  for (const auto& [value, status] : none_match) {
    EXPECT_EQ(Check({{"If-None-Match", value}}), status) << value;
    EXPECT_EQ(Check({{"If-None-Match", value}}, Weak()), status) << value;
  }
  const std::vector<std::pair<std::string, int>> match = {
      {"\"a\"", 200}, {"W/\"a\"", 412},      {"*", 200},
      {"\"b\"", 412}, {"\"b\", \"a\"", 200}, {"", 412},
  };
  for (const auto& [value, status] : match) {
    EXPECT_EQ(Check({{"If-Match", value}}), status) << value;
    EXPECT_EQ(Check({{"If-Match", value}}, Weak()), value == "*" ? 200 : 412)
        << value;
  }
  EXPECT_EQ(Check({{"If-None-Match", "\"b\""}, {"if-none-match", "\"a\""}}),
            304);
}

TEST(ConditionsTest, CompareDates) {
  EXPECT_EQ(Check({{"If-Modified-Since", kEarlier}}), 200);
  EXPECT_EQ(Check({{"If-Modified-Since", kSame}}), 304);
  EXPECT_EQ(Check({{"If-Modified-Since", kLater}}), 304);
  EXPECT_EQ(Check({{"If-Modified-Since", "yesterday"}}), 200);
  EXPECT_EQ(Check({{"If-Modified-Since", "infinite-future"}}), 200);
  EXPECT_EQ(Check({{"If-Unmodified-Since", kEarlier}}), 412);
  EXPECT_EQ(Check({{"If-Unmodified-Since", kSame}}), 200);
  EXPECT_EQ(Check({{"If-Unmodified-Since", "yesterday"}}), 200);
}

// RFC 9110, section 13.2.2.
TEST(ConditionsTest, HaveAnOrder) {
  EXPECT_EQ(Check({{"If-Match", "\"a\""}, {"If-Unmodified-Since", kEarlier}}),
            200);
  EXPECT_EQ(Check({{"If-Match", "\"b\""}, {"If-None-Match", "\"a\""}}), 412);
  EXPECT_EQ(
      Check({{"If-Unmodified-Since", kEarlier}, {"If-None-Match", "\"a\""}}),
      412);
  EXPECT_EQ(Check({{"If-None-Match", "\"b\""}, {"If-Modified-Since", kLater}}),
            200);
  EXPECT_EQ(Check({{"If-Match", "\"a\""}, {"If-None-Match", "\"a\""}}), 304);
}

TEST(ConditionsTest, IfRangeNeedsAStrongMatch) {
  EXPECT_TRUE(IfRangeHolds({}, Weak()));
  EXPECT_TRUE(IfRangeHolds({{"If-Range", "\"a\""}}, Strong()));
  EXPECT_TRUE(IfRangeHolds({{"If-Range", kSame}}, Strong()));
  for (const char* value :
       {"\"b\"", "W/\"a\"", "a", "", "*", kEarlier, kLater, "yesterday"}) {
    EXPECT_FALSE(IfRangeHolds({{"If-Range", value}}, Strong())) << value;
  }
  for (const char* value : {"\"a\"", "W/\"a\"", kSame}) {
    EXPECT_FALSE(IfRangeHolds({{"If-Range", value}}, Weak())) << value;
  }
}

TEST(HttpDateTest, HasThreeFormats) {
  const absl::Time time = absl::FromUnixSeconds(784111777);
  EXPECT_EQ(FormatHttpDate(time + absl::Milliseconds(900)), kSame);
  for (const char* text :
       {kSame, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(ParseHttpDate(text), time) << text;
  }
  for (const char* text :
       {"", "0", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, x", "infinite-past"}) {
    EXPECT_EQ(ParseHttpDate(text), std::nullopt) << text;
  }
}

TEST(AcceptEncodingTest, HasWeights) {
  for (const char* value :
       {"gzip", "deflate, gzip, br", "GZIP", "x-gzip", "*", "gzip;q=1.000",
        "gzip;q=0.001", "gzip ; Q=0.5", "br;q=1.0, gzip;q=0.8, *;q=0.1",
        "identity;q=0.5, gzip;q=0.5", "identity, gzip", "identity;q=0, *"}) {
    EXPECT_TRUE(AcceptsGzip({{"Accept-Encoding", value}})) << value;
  }
  for (const char* value :
       {"", "br", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *",
        "identity, gzip;q=0.5", "gzip;q=1.1", "gzip;q=x",
        "gzip;q=", "gzip;q=0.0001", "gzip;level=9", "gzipped", "gzip;q=-1"}) {
    EXPECT_FALSE(AcceptsGzip({{"Accept-Encoding", value}})) << value;
  }
  EXPECT_FALSE(AcceptsGzip({}));
  EXPECT_TRUE(
      AcceptsGzip({{"Accept-Encoding", "br"}, {"Accept-Encoding", "gzip"}}));
}

}  // namespace
}  // namespace airlock::http
