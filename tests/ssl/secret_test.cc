// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/secret.h"

#include <type_traits>
#include <utility>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace airlock::ssl {
namespace {

static_assert(!std::is_copy_constructible<Secret>::value, "no silent copies");
static_assert(!std::is_copy_assignable<Secret>::value, "no silent copies");
static_assert(!std::is_convertible<absl::string_view, Secret>::value,
              "no silent copies");

constexpr absl::string_view kBytes("pass\0word", 9);

TEST(SecretTest, HoldsBytesInMemoryOfItsOwn) {
  const Secret secret(kBytes);
  EXPECT_EQ(secret.view(), kBytes);
  EXPECT_NE(secret.view().data(), kBytes.data());
  EXPECT_EQ(secret.size(), 9u);
  EXPECT_FALSE(secret.empty());
}

TEST(SecretTest, Empty) {
  EXPECT_TRUE(Secret().empty());
  EXPECT_TRUE(Secret("").empty());
  EXPECT_EQ(Secret().view(), "");
}

TEST(SecretTest, MovesWithoutCopying) {
  Secret a(kBytes);
  const char* data = a.view().data();
  Secret b(std::move(a));
  EXPECT_EQ(b.view().data(), data);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(a.view(), "");

  Secret c("other");
  c = std::move(b);
  EXPECT_EQ(c.view().data(), data);
  EXPECT_EQ(c.view(), kBytes);
  Secret& same = c;
  c = std::move(same);
  EXPECT_EQ(c.view(), kBytes);
}

TEST(SecretTest, ClonesAreIndependent) {
  Secret a(kBytes);
  const Secret b = a.Clone();
  a.Wipe();
  EXPECT_TRUE(a.empty());
  EXPECT_EQ(b.view(), kBytes);
}

}  // namespace
}  // namespace airlock::ssl
