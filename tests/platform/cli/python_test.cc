// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/python.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace airlock::cli {
namespace {

using Words = std::vector<std::string>;

TEST(IsolatingOptionTest, FindsWhatHidesAirlock) {
  EXPECT_EQ(IsolatingOption(Words{"-I"}), "-I");
  EXPECT_EQ(IsolatingOption(Words{"-E", "x.py"}), "-E");
  EXPECT_EQ(IsolatingOption(Words{"-sIc", "import ssl"}), "-sIc");
  EXPECT_EQ(IsolatingOption(Words{"-W", "error", "-uE", "-m", "x"}), "-uE");
  EXPECT_EQ(IsolatingOption(Words{"-Werror", "-X", "dev", "-I"}), "-I");
  EXPECT_EQ(IsolatingOption(Words{"--check-hash-based-pycs=always", "-I"}),
            "-I");
}

TEST(IsolatingOptionTest, LeavesTheProgramsOwnArgumentsAlone) {
  for (const Words& words :
       {Words{}, Words{"-c", "x", "-I"}, Words{"-m", "pip", "-E"},
        Words{"-uc", "x", "-I"}, Words{"-cI"}, Words{"x.py", "-I"},
        Words{"-", "-I"}, Words{"-W", "-I"}, Words{"-WI"},
        Words{"-X", "I", "x.py"}, Words{"-bb"}}) {
    EXPECT_EQ(IsolatingOption(words), "") << ::testing::PrintToString(words);
  }
}

}  // namespace
}  // namespace airlock::cli
