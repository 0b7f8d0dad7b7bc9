// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/locked_memory.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "gtest/gtest.h"

// BoringSSL's allocator, which the library replaces.
extern "C" {
void* OPENSSL_memory_alloc(size_t size);
void OPENSSL_memory_free(void* data);
size_t OPENSSL_memory_get_size(void* data);
}

namespace airlock::keys {
namespace {

class LockedMemoryTest : public ::testing::Test {
 protected:
  LockedMemoryTest() { EXPECT_TRUE(ReserveLockedMemory().ok()); }
};

TEST_F(LockedMemoryTest, OnlyAScopeUsesIt) {
  void* const outside = OPENSSL_memory_alloc(100);
  EXPECT_FALSE(IsInLockedMemory(outside));
  EXPECT_EQ(LockedMemoryInUse(), 0u);
  void* inside = nullptr;
  {
    const LockedMemoryScope scope;
    inside = OPENSSL_memory_alloc(100);
    { const LockedMemoryScope inner; }
    void* const after = OPENSSL_memory_alloc(100);
    EXPECT_TRUE(IsInLockedMemory(after));
    OPENSSL_memory_free(after);
  }
  EXPECT_TRUE(IsInLockedMemory(inside));
  EXPECT_EQ(OPENSSL_memory_get_size(inside), 100u);
  EXPECT_GE(LockedMemoryInUse(), 100u);
  // Where a block was taken does not depend on where it is freed.
  OPENSSL_memory_free(inside);
  OPENSSL_memory_free(outside);
  EXPECT_EQ(LockedMemoryInUse(), 0u);
}

TEST_F(LockedMemoryTest, FreedMemoryIsWipedAndUsedAgain) {
  const LockedMemoryScope scope;
  constexpr size_t kSize = 200;
  auto* const block = static_cast<uint8_t*>(OPENSSL_memory_alloc(kSize));
  std::memset(block, 0x5a, kSize);
  OPENSSL_memory_free(block);
  // The reserve is never unmapped.
  for (size_t i = 0; i < kSize; ++i) EXPECT_NE(block[i], 0x5a);
  EXPECT_EQ(OPENSSL_memory_alloc(kSize), block);
  OPENSSL_memory_free(block);
}

TEST_F(LockedMemoryTest, FailsWhenItIsFullOrTheBlockTooLarge) {
  const LockedMemoryScope scope;
  EXPECT_EQ(OPENSSL_memory_alloc(SIZE_MAX), nullptr);
  EXPECT_EQ(OPENSSL_memory_alloc(1 << 20), nullptr);
  std::vector<void*> blocks;
  while (void* const block = OPENSSL_memory_alloc(100'000)) {
    blocks.push_back(block);
    ASSERT_LT(blocks.size(), 1000u);
  }
  EXPECT_GE(blocks.size(), 30u);
  for (void* const block : blocks) OPENSSL_memory_free(block);
  EXPECT_EQ(LockedMemoryInUse(), 0u);
}

}  // namespace
}  // namespace airlock::keys
