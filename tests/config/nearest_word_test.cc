// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/nearest_word.h"

#include <string>

#include "gtest/gtest.h"

namespace airlock::config {
namespace {

constexpr absl::string_view kWords[] = {"off", "default", "enforce"};

TEST(NearestWordTest, FindsWhatWasMeant) {
  EXPECT_EQ(NearestWord("enforced", kWords), "enforce");
  EXPECT_EQ(NearestWord("enforec", kWords), "enforce");
  EXPECT_EQ(NearestWord("ENFORCE", kWords), "enforce");
  EXPECT_EQ(NearestWord("of", kWords), "off");
  EXPECT_EQ(NearestWord(" default", kWords), "default");
  EXPECT_EQ(NearestWord("defualt", kWords), "default");
}

TEST(NearestWordTest, FindsNothingIfNothingIsNear) {
  EXPECT_EQ(NearestWord("", kWords), "");
  EXPECT_EQ(NearestWord("1", kWords), "");
  EXPECT_EQ(NearestWord("strict", kWords), "");
  EXPECT_EQ(NearestWord(std::string(1 << 20, 'e'), kWords), "");
  EXPECT_EQ(NearestWord("off", {}), "");
}

}  // namespace
}  // namespace airlock::config
