// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/json.h"

#include <string>

#include "absl/strings/ascii.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace airlock::config {
namespace {

using std::string_literals::operator""s;

// In insertion order, which is not alphabetical.
Json Sample() {
  Json json;
  json["b"] = {1, nullptr};
  json["a"] = Json::object();
  json["c"] = Json::array();
  return json;
}

TEST(JsonTest, KeepsTheOrder) {
  EXPECT_EQ(JsonLine(Sample()), R"({"b":[1,null],"a":{},"c":[]})");
  EXPECT_EQ(JsonLines(Sample()),
            "{\n  \"b\": [\n    1,\n    null\n  ],\n  \"a\": {},\n"
            "  \"c\": []\n}");
}

TEST(JsonTest, EscapesLineEndsAndControlCharacters) {
  EXPECT_EQ(JsonLine("q\"b\\n\r\n\t\x1b\x7f\0"s),
            R"("q\"b\\n\r\n\t\u001b\u007f\u0000")");
  EXPECT_EQ(JsonLine("\u00fc\u009b\u2028\u202e\U0001f512"),
            R"("\u00fc\u009b\u2028\u202e\ud83d\udd12")");
}

TEST(JsonTest, ReplacesInvalidUtf8) {
  EXPECT_EQ(JsonLine("a\xff\x62"), R"("a\ufffdb")");
  EXPECT_EQ(JsonLine("\xc3"), R"("\ufffd")") << "cut short";
  EXPECT_EQ(JsonLine("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")")
      << "a surrogate";
  EXPECT_EQ(JsonLine("\xc0\xaf"), R"("\ufffd\ufffd")") << "overlong";
}

// Keys, too; for every pair of bytes, which covers every kind of beginning.
TEST(JsonTest, AnyBytesAreOneLineOfAsciiThatParses) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string bytes = {static_cast<char>(a), static_cast<char>(b)};
      Json json;
      json[bytes] = bytes;
      const std::string line = JsonLine(json);
      for (const char c : line) ASSERT_TRUE(absl::ascii_isprint(c)) << line;
      const Json parsed =
          Json::parse(line, nullptr, /*allow_exceptions=*/false);
      ASSERT_TRUE(parsed.is_object()) << line;
      if (a < 0x80 && b < 0x80) {
        ASSERT_EQ(parsed, json);
      }
    }
  }
}

}  // namespace
}  // namespace airlock::config
