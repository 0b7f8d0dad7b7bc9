// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/secret.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace {

// Counts arrays that were freed with kPattern still in them. The size of an
// array is stored before it, where the rest of the test does not look.
constexpr char kPattern[] = "correct horse battery staple";
constexpr size_t kHeader = alignof(std::max_align_t);
int unwiped = 0;

}  // namespace

// Not inline: the compiler would take one half of the pair for malloc.
ABSL_ATTRIBUTE_NOINLINE void* operator new[](size_t size) {
  void* memory = std::malloc(size + kHeader);
  if (memory == nullptr) std::abort();
  std::memcpy(memory, &size, sizeof(size));
  return static_cast<char*>(memory) + kHeader;
}

ABSL_ATTRIBUTE_NOINLINE void operator delete[](void* array) noexcept {
  if (array == nullptr) return;
  char* memory = static_cast<char*>(array) - kHeader;
  size_t size = 0;
  std::memcpy(&size, memory, sizeof(size));
  if (size >= sizeof(kPattern) - 1 &&
      std::memcmp(array, kPattern, sizeof(kPattern) - 1) == 0) {
    ++unwiped;
  }
  std::free(memory);
}

void operator delete[](void* array, size_t /*size*/) noexcept {
  operator delete[](array);
}

namespace airlock::ssl {
namespace {

static_assert(!std::is_copy_constructible<Secret>::value, "no silent copies");
static_assert(!std::is_copy_assignable<Secret>::value, "no silent copies");
static_assert(!std::is_convertible<absl::string_view, Secret>::value,
              "no silent copies");

constexpr absl::string_view kBytes("pass\0word", 9);

TEST(SecretTest, HoldsBytesInItsOwnMemory) {
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
  EXPECT_TRUE(a.empty());   // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(a.view(), "");  // NOLINT(clang-analyzer-cplusplus.Move)

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

TEST(SecretTest, IsWipedBeforeItsMemoryIsFreed) {
  // Check that the test can detect this.
  char* plain = new char[sizeof(kPattern)];
  std::memcpy(plain, kPattern, sizeof(kPattern));
  delete[] plain;
  EXPECT_EQ(unwiped, 1);  // NOLINT(clang-analyzer-unix.Malloc)
  unwiped = 0;

  { const Secret destroyed(kPattern); }
  Secret wiped(kPattern);
  wiped.Wipe();
  Secret assigned(kPattern);
  assigned = Secret("other");
  EXPECT_EQ(unwiped, 0);
}

}  // namespace
}  // namespace airlock::ssl
