// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/nearest_word.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

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

// The same, word by word.
absl::string_view NearestOf(absl::string_view text,
                            const std::vector<absl::string_view>& words) {
  absl::string_view nearest;
  size_t best = std::string::npos;
  for (const absl::string_view word : words) {
    const size_t distance = EditDistance(text, word);
    if (distance > std::max(text.size(), word.size()) / 3) continue;
    if (distance < best) {
      best = distance;
      nearest = word;
    }
  }
  return nearest;
}

TEST(NearestWordTest, MissesNone) {
  const std::vector<absl::string_view> words = {
      "AIRLOCK_POLICY", "AIRLOCK_AUDIT", "SSL_CERT_FILE", "SSL_CERT_DIR",
      "aabbcc",         "abcabc",        "@`@`@`"};
  std::minstd_rand random;
  size_t found = 0;
  for (int i = 0; i < 20000; ++i) {
    // Bytes that differ by 64 share a bit of Letters.
    constexpr absl::string_view kBytes = "abcABC_xEIL@`\x80\xc1\0";
    std::string text(words[random() % words.size()]);
    for (uint32_t edits = random() % 6; edits > 0 && !text.empty(); --edits) {
      const size_t at = random() % text.size();
      const char byte = kBytes[random() % kBytes.size()];
      switch (random() % 3) {
        case 0:
          text.erase(at, 1);
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        default:
          text[at] = byte;
      }
    }
    const absl::string_view expected = NearestOf(text, words);
    ASSERT_EQ(NearestWord(text, words), expected) << text;
    found += expected.empty() ? 0 : 1;
  }
  EXPECT_GT(found, 5000);
  EXPECT_LT(found, 19000);
}

}  // namespace
}  // namespace airlock::config
