// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/ranges.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace airlock::http {
namespace {

// "200", "416", or the ranges of a file of ten bytes: "0-4 9-9".
std::string Parse(absl::string_view value, uint64_t size = 10) {
  const RangeRequest request = ParseRange(value, size);
  switch (request.kind) {
    case RangeRequest::Kind::kWhole:
      return "200";
    case RangeRequest::Kind::kUnsatisfiable:
      return "416";
    case RangeRequest::Kind::kParts:
      break;
  }
  std::string parts;
  for (const ByteRange& part : request.parts) {
    absl::StrAppend(&parts, parts.empty() ? "" : " ", part.first, "-",
                    part.first + part.size - 1);
  }
  return parts;
}

TEST(RangesTest, AreParsed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"bytes=0-4", "0-4"},
      {"bytes=0-0", "0-0"},
      {"bytes=9-9", "9-9"},
      {"bytes=3-", "3-9"},
      {"bytes=-3", "7-9"},
      {"bytes=-99", "0-9"},
      {"bytes=5-99", "5-9"},
      {"BYTES=0-4", "0-4"},
      {"bytes=0-1,4-5 , -1", "0-1 4-5 9-9"},
      {"bytes=8-9,0-1", "8-9 0-1"},
      {"bytes=0-1,,10-20,", "0-1"},
      {"bytes=0-99999999999999999999999999", "0-9"},
      {"bytes=-99999999999999999999999999", "0-9"},
      // The file has none of it.
      {"bytes=10-", "416"},
      {"bytes=10-20", "416"},
      {"bytes=-0", "416"},
      {"bytes=99999999999999999999999999-", "416"},
      // Invalid, or another unit.
      {"bytes=", "200"},
      {"bytes=,", "200"},
      {"bytes", "200"},
      {"", "200"},
      {"lines=0-4", "200"},
      {"bytes=4-2", "200"},
      {"bytes=-", "200"},
      {"bytes=a-b", "200"},
      {"bytes=0x1-2", "200"},
      {"bytes=+1-2", "200"},
      {"bytes=1 -2", "200"},
      {"bytes=1--2", "200"},
      {"bytes=0-4;5-6", "200"},
      {"bytes=0-1,x", "200"},
      // More than the file.
      {"bytes=0-,0-", "200"},
      {"bytes=0-5,5-9", "200"},
      {"bytes=0-9,-1", "200"},
  };
  for (const auto& [value, expected] : cases) {
    EXPECT_EQ(Parse(value), expected) << value;
  }
}

TEST(RangesTest, AnEmptyFileHasNone) {
  for (const char* value : {"bytes=0-", "bytes=-1", "bytes=0-0"}) {
    EXPECT_EQ(Parse(value, 0), "200") << value;
  }
}

TEST(RangesTest, AreBounded) {
  std::string value = "bytes=0-0";
  for (size_t i = 1; i < kMostRanges; ++i) {
    absl::StrAppend(&value, ",", i, "-", i);
  }
  EXPECT_NE(Parse(value, 1000), "200");
  EXPECT_EQ(Parse(value + ",900-901", 1000), "200");
}

TEST(RangesTest, AreNamed) {
  EXPECT_EQ(ContentRange({3, 4}, 10), "bytes 3-6/10");
}

}  // namespace
}  // namespace airlock::http
