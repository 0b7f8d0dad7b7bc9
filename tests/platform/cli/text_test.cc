// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/text.h"

#include <string>

#include "gtest/gtest.h"

namespace airlock::cli {
namespace {

using std::string_literals::operator""s;

TEST(ForTerminalTest, KeepsPrintableCharacters) {
  EXPECT_EQ(ForTerminal("CN=M\u00fcller, \u65e5\u672c \U0001f512"),
            "CN=M\u00fcller, \u65e5\u672c \U0001f512");
}

TEST(ForTerminalTest, EscapesControlCharacters) {
  EXPECT_EQ(ForTerminal("a\x1b[2J\n\t\x7f"), "a\\x1b[2J\\x0a\\x09\\x7f");
  EXPECT_EQ(ForTerminal("a\0b"s), "a\\x00b");
  EXPECT_EQ(ForTerminal("\u009b"), "\\x9b");
  EXPECT_EQ(ForTerminal("\u202eevil"), "\\u202eevil");
}

TEST(ForTerminalTest, EscapesInvalidUtf8) {
  EXPECT_EQ(ForTerminal("\xff"), "\\xff");
  EXPECT_EQ(ForTerminal("\xc3"), "\\xc3") << "cut short";
  EXPECT_EQ(ForTerminal("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(ForTerminal("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(ForTerminal("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(WrapTest, BreaksAtSpaces) {
  const std::string word(40, 'x');
  EXPECT_EQ(Wrap(word + " " + word, 2), "  " + word + "\n  " + word + "\n");
  EXPECT_EQ(Wrap("a b\nc", 1), " a b\n c\n");
  EXPECT_EQ(Wrap(std::string(100, 'y'), 0), std::string(100, 'y') + "\n");
}

TEST(PadRightTest, CountsCharacters) {
  EXPECT_EQ(PadRight("\u00fc", 3), "\u00fc  ");
  EXPECT_EQ(PadRight("long", 2), "long");
}

TEST(DescribeValidityTest, SpeaksOfNow) {
  const absl::Time from = absl::FromUnixSeconds(1577836800);  // 2020-01-01
  const absl::Time to = from + absl::Hours(24 * 10);
  EXPECT_EQ(DescribeValidity(from, to, from - absl::Seconds(1)),
            "not valid before 2020-01-01");
  EXPECT_EQ(DescribeValidity(from, to, from), "expires in 10 days");
  EXPECT_EQ(DescribeValidity(from, to, to), "expires in less than an hour");
  EXPECT_EQ(DescribeValidity(from, to, to + absl::Hours(24 * 800)),
            "expired 2 years ago");
  EXPECT_EQ(DescribeValidity(from, absl::InfinitePast(), from),
            "has a malformed date");
}

}  // namespace
}  // namespace airlock::cli
