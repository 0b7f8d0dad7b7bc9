// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/audit_lines.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace airlock::launcher {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kStart = absl::FromUnixSeconds(1767225600);
constexpr char kGood[] = R"({"time":"now","action":"refused"})";

std::vector<nlohmann::json> Parse(const std::string& lines) {
  std::vector<nlohmann::json> result;
  for (const absl::string_view line :
       absl::StrSplit(lines, '\n', absl::SkipEmpty())) {
    result.push_back(nlohmann::json::parse(line, nullptr, false));
    EXPECT_TRUE(result.back().is_object()) << line;
  }
  return result;
}

// The actions of `lines`; Airlock's own are in brackets.
std::vector<std::string> Actions(const std::string& lines) {
  std::vector<std::string> result;
  for (const nlohmann::json& line : Parse(lines)) {
    const std::string action = line["action"].get<std::string>();
    result.push_back(line.contains("by") ? absl::StrCat("[", action, "]")
                                         : action);
  }
  return result;
}

TEST(AuditLinesTest, LinesComeInAnyPieces) {
  const std::string text = absl::StrCat(kGood, "\n\n", kGood, "\n");
  AuditLines whole;
  const std::string expected = absl::StrCat(kGood, "\n", kGood, "\n");
  EXPECT_EQ(whole.Add(text, kStart), expected);
  AuditLines bytes;
  std::string result;
  for (const char byte : text) result += bytes.Add({&byte, 1}, kStart);
  EXPECT_EQ(result, expected);
  EXPECT_EQ(bytes.Finish(kStart), "");
  EXPECT_EQ(whole.Add(kGood, kStart), "");
  EXPECT_EQ(whole.Finish(kStart), absl::StrCat(kGood, "\n"));
}

TEST(AuditLinesTest, ALineIsNoLongerThanItsLimit) {
  const auto line = [](size_t size) {
    const std::string begin = R"({"time":1,"action":"x","host":")";
    return absl::StrCat(begin, std::string(size - begin.size() - 2, 'h'),
                        "\"}");
  };
  AuditLines lines;
  const std::string longest = line(AuditLines::kMaxLine);
  EXPECT_THAT(Actions(lines.Add(longest + "\n", kStart)), ElementsAre("x"));
  const std::string result =
      lines.Add(line(AuditLines::kMaxLine + 1) + "\n", kStart);
  EXPECT_THAT(Actions(result), ElementsAre("[invalid]"));
  EXPECT_LT(result.size(), 1024);
}

TEST(AuditLinesTest, InvalidLinesAreShownAndMarked) {
  for (const char* bad :
       {"junk", "{", "{}", "[]", "7", "{\"time\":1}", "{\"action\":1}",
        R"({"time":1,"action":"closed","by":"airlock run"})",
        R"({"time":1,"action":"x","by":1,"by":"airlock run"})",
        R"({"time":1,"action":"x","claimed":{"a":{"b":1}}})",
        R"({"time":1,"action":"x","other":{}})", R"({"time":1,"action":null})",
        R"({"time":1,"action":"x"} x)", "\xff\xfe\x01"}) {
    AuditLines lines;
    const std::string result = lines.Add(absl::StrCat(bad, "\n"), kStart);
    EXPECT_THAT(Actions(result), ElementsAre("[invalid]")) << bad;
  }
  AuditLines lines;
  const auto shown = Parse(lines.Add(std::string(1000, 'x') + "\n", kStart));
  ASSERT_THAT(shown, SizeIs(1));
  EXPECT_THAT(shown[0]["text"].get<std::string>(), SizeIs(256));
}

// The parser keeps one of two, and only that one is written.
TEST(AuditLinesTest, AMemberIsThereOnce) {
  AuditLines lines;
  const std::string result =
      lines.Add("{\"time\":1,\"action\":\"x\",\"action\":\"y\"}\n", kStart);
  EXPECT_EQ(result, "{\"time\":1,\"action\":\"y\"}\n");
}

TEST(AuditLinesTest, ALineAfterAnUnfinishedOneIsALine) {
  for (const std::string& junk :
       {std::string("x"), std::string("{\"time\":\"begun"), std::string(9, '['),
        std::string(5000, 'x'), std::string(100'000, 'x')}) {
    AuditLines lines;
    std::string result = lines.Add(junk, kStart);
    result += lines.Add(absl::StrCat(kGood, "\n"), kStart);
    const std::vector<std::string> actions = Actions(result);
    ASSERT_FALSE(actions.empty());
    EXPECT_EQ(actions.back(), "refused") << junk.size();
  }
}

TEST(AuditLinesTest, AFloodIsBoundedAndCounted) {
  AuditLineLimits limits;
  limits.burst = 3;
  limits.per_second = 1;
  limits.invalid_burst = 1;
  limits.invalid_per_second = 0.5;
  AuditLines lines(limits);
  std::string text;
  for (int i = 0; i < 10; ++i) absl::StrAppend(&text, kGood, "\njunk\n");
  const auto first = Actions(lines.Add(text, kStart));
  EXPECT_THAT(first, ElementsAre("refused", "[invalid]", "refused", "refused",
                                 "[dropped]"));
  // Reported once a second; then one more is allowed.
  EXPECT_THAT(Actions(lines.Add(text, kStart)), IsEmpty());
  const auto second =
      Parse(lines.Add(absl::StrCat(kGood, "\n"), kStart + absl::Seconds(1)));
  ASSERT_THAT(second, SizeIs(2));
  EXPECT_EQ(second[0]["action"], "refused");
  EXPECT_EQ(second[1]["count"], 20);
  lines.CountLost(5);
  const auto last = Parse(lines.Finish(kStart + absl::Seconds(1)));
  ASSERT_THAT(last, SizeIs(1));
  EXPECT_EQ(last[0]["count"], 5);
  EXPECT_EQ(last[0]["by"], "airlock run");
}

TEST(AuditLinesTest, PassesLinesAgainAfterTheClockStepsBack) {
  AuditLineLimits limits;
  limits.burst = 1;
  limits.per_second = 1;
  AuditLines lines(limits);
  const std::string line = absl::StrCat(kGood, "\n");
  EXPECT_THAT(Actions(lines.Add(line, kStart)), ElementsAre("refused"));
  const absl::Time back = kStart - absl::Hours(1);
  EXPECT_THAT(Actions(lines.Add(line, back)), ElementsAre("[dropped]"));
  EXPECT_THAT(Actions(lines.Add(line, back + absl::Seconds(1))),
              ElementsAre("refused"));
  // And it reports what it dropped.
  EXPECT_THAT(Actions(lines.Add(line, back - absl::Hours(1))),
              ElementsAre("[dropped]"));
}

TEST(AuditLinesTest, ReportsTheEnd) {
  AuditLines lines;
  EXPECT_THAT(Actions(lines.Closed(kStart)), ElementsAre("[closed]"));
}

}  // namespace
}  // namespace airlock::launcher
