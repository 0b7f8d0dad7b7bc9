// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/keyed_digest.h"

#include <cstddef>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace airlock::ssl {
namespace {

TEST(KeyedDigest, EqualBytesHaveEqualDigests) {
  const KeyedDigest digests;
  const std::string text(5000, 'x');
  const std::string copy = text;
  ASSERT_TRUE(digests.Of(text).has_value());
  EXPECT_EQ(digests.Of(text), digests.Of(copy));
  EXPECT_EQ(digests.Of(""), digests.Of(absl::string_view()));
}

TEST(KeyedDigest, EachByteChangesIt) {
  const KeyedDigest digests;
  std::string text(1000, '\0');
  std::set<KeyedDigest::Value> seen = {*digests.Of(text)};
  for (size_t i = 0; i < text.size(); ++i) {
    for (const char value : {'\1', '\x80'}) {
      text[i] = value;
      EXPECT_TRUE(seen.insert(*digests.Of(text)).second) << i;
    }
    text[i] = '\0';
  }
}

// GHASH pads its input with zeros; its last block has the length.
TEST(KeyedDigest, ZerosAtTheEndChangeIt) {
  const KeyedDigest digests;
  std::set<KeyedDigest::Value> seen;
  for (size_t size = 0; size < 100; ++size) {
    EXPECT_TRUE(seen.insert(*digests.Of(std::string(size, '\0'))).second)
        << size;
  }
}

TEST(KeyedDigest, EachObjectHasAKeyOfItsOwn) {
  const KeyedDigest one;
  const KeyedDigest other;
  EXPECT_NE(one.Of("text"), other.Of("text"));
  EXPECT_NE(one.Of(""), other.Of(""));
}

}  // namespace
}  // namespace airlock::ssl
