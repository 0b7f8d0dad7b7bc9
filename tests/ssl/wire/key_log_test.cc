// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/key_log.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/recording.h"

namespace airlock::ssl::wire {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Hex(char digit, size_t bytes) {
  return std::string(2 * bytes, digit);
}
std::string Raw(char digit, size_t bytes) {
  return testing::FromHex(Hex(digit, bytes));
}

std::vector<KeyLog::BadLine> Problems(absl::string_view text) {
  std::vector<KeyLog::BadLine> bad;
  KeyLog::Parse(text, &bad);
  return bad;
}

TEST(KeyLogTest, FindsSecretsByLabelAndRandom) {
  std::vector<KeyLog::BadLine> bad;
  const KeyLog log = KeyLog::Parse(
      absl::StrCat("# a comment\n\n", "CLIENT_RANDOM ", Hex('a', 32), " ",
                   Hex('1', 48), "\r\n", "SERVER_TRAFFIC_SECRET_0 ",
                   Hex('A', 32), " ", Hex('B', 32), "\n", "EXPORTER_SECRET\t",
                   Hex('a', 32), "  ", Hex('c', 48)),
      &bad);
  EXPECT_THAT(bad, IsEmpty());
  EXPECT_EQ(log.size(), 3u);
  EXPECT_EQ(log.Find("CLIENT_RANDOM", Raw('a', 32)), Raw('1', 48));
  // The case of digits does not matter.
  EXPECT_EQ(log.Find("SERVER_TRAFFIC_SECRET_0", Raw('a', 32)), Raw('b', 32));
  EXPECT_EQ(log.Find("EXPORTER_SECRET", Raw('a', 32)), Raw('c', 48));
  EXPECT_EQ(log.Find("CLIENT_RANDOM", Raw('b', 32)), "");
  EXPECT_EQ(log.Find("CLIENT_TRAFFIC_SECRET_0", Raw('a', 32)), "");
}

TEST(KeyLogTest, TheLastLineTakesPrecedence) {
  std::vector<KeyLog::BadLine> bad;
  const std::string start = absl::StrCat("CLIENT_RANDOM ", Hex('a', 32), " ");
  const KeyLog log = KeyLog::Parse(
      absl::StrCat(start, Hex('1', 48), "\n", start, Hex('2', 48), "\n"), &bad);
  EXPECT_EQ(log.size(), 1u);
  EXPECT_EQ(log.Find("CLIENT_RANDOM", Raw('a', 32)), Raw('2', 48));
}

TEST(KeyLogTest, OtherLabelsAreSkipped) {
  EXPECT_THAT(Problems(absl::StrCat("RSA 0123456789abcdef ", Hex('a', 48),
                                    "\nECH_SECRET ", Hex('a', 32), " ",
                                    Hex('b', 32), "\n")),
              IsEmpty());
}

TEST(KeyLogTest, MalformedLinesAreNamedWithoutTheirContent) {
  const std::string random = Hex('a', 32);
  const std::string secret = Hex('7', 48);
  for (const std::string& line : {
           std::string("CLIENT_RANDOM"),
           absl::StrCat("CLIENT_RANDOM ", random),
           absl::StrCat("CLIENT_RANDOM ", random, " ", secret, " more"),
           absl::StrCat("CLIENT_RANDOM ", random, " ", Hex('7', 32)),
           absl::StrCat("CLIENT_RANDOM ", random, " ", Hex('g', 48)),
           absl::StrCat("CLIENT_RANDOM ", random, " ", secret.substr(1)),
           absl::StrCat("CLIENT_RANDOM ", Hex('a', 31), " ", secret),
           absl::StrCat("CLIENT_RANDOM ", Hex('x', 32), " ", secret),
           absl::StrCat("SERVER_TRAFFIC_SECRET_0 ", random, " ", Hex('7', 20)),
           absl::StrCat("client_random ", random, " ", secret),
           std::string("\x01\x02\xff"),
           std::string("<html>"),
       }) {
    const auto bad = Problems(absl::StrCat("# fine\n", line, "\n"));
    ASSERT_EQ(bad.size(), 1u) << line;
    EXPECT_EQ(bad[0].number, 2u);
    EXPECT_THAT(bad[0].problem, Not(HasSubstr("7777")));
    EXPECT_THAT(bad[0].problem, Not(IsEmpty()));
  }
}

TEST(KeyLogTest, TheNumberOfProblemsIsBounded) {
  std::string text;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&text, "nonsense\n");
  EXPECT_EQ(Problems(text).size(), 10u);
}

}  // namespace
}  // namespace airlock::ssl::wire
