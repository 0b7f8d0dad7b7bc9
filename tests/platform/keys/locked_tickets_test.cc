// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The keys of session tickets are in locked memory, and nowhere else: the test
// reads all of this process's memory.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/keys/locked_memory.h"
#include "ssl/error.h"
#include "ssl/internal/own_ticket_keys.h"
#include "ssl/secret.h"
#include "ssl/ticket_keyring.h"

// BoringSSL's allocator, which the library replaces.
extern "C" {
void* OPENSSL_memory_alloc(size_t size);
void OPENSSL_memory_free(void* data);
}

namespace airlock::keys {
namespace {

using ssl::TicketKey;
using ssl::TicketKeyring;

const absl::Time kNow = absl::FromUnixSeconds(1767225600);
constexpr absl::Duration kPeriod = absl::Hours(1);

// A key's secret, kept so that looking does not find it.
using Needle = std::array<uint8_t, TicketKey::kSecretSize>;
constexpr uint8_t kMask = 0xa5;

bool IsAt(const volatile uint8_t* memory, const Needle& needle) {
  for (size_t i = 0; i < needle.size(); ++i) {
    if ((memory[i] ^ kMask) != needle[i]) return false;
  }
  return true;
}

struct Copies {
  int locked = 0;
  int elsewhere = 0;
};

// Those in the memory that this process can write.
Copies CopiesOf(const Needle& needle) {
  Copies copies;
  std::FILE* const maps = std::fopen("/proc/self/maps", "r");
  if (maps == nullptr) return copies;
  char line[4096];
  while (std::fgets(line, sizeof(line), maps) != nullptr) {
    unsigned long begin = 0;
    unsigned long end = 0;
    char access[5] = "";
    if (std::sscanf(line, "%lx-%lx %4s", &begin, &end, access) != 3 ||
        access[0] != 'r' || access[1] != 'w' ||
        std::strstr(line, "[vvar]") != nullptr) {
      continue;
    }
    for (unsigned long at = begin; at + needle.size() <= end; ++at) {
      // NOLINTNEXTLINE(performance-no-int-to-ptr)
      auto* const memory = reinterpret_cast<uint8_t*>(at);
      if (!IsAt(memory, needle)) continue;
      ++(IsInLockedMemory(memory) ? copies.locked : copies.elsewhere);
    }
  }
  std::fclose(maps);
  return copies;
}

class LockedTicketsTest : public ::testing::Test {
 protected:
  LockedTicketsTest() { EXPECT_TRUE(ReserveLockedMemory().ok()); }

  // Gives the keyring a key, and returns its secret.
  static Needle Give(TicketKeyring* keyring) {
    Needle needle;
    std::string secret(needle.size(), '\0');
    const ssl::ScopedWipe wipe(&secret);
    for (size_t i = 0; i < needle.size(); ++i) {
      needle[i] = static_cast<uint8_t>(89 * i + 7);
      secret[i] = static_cast<char>(needle[i] ^ kMask);
    }
    std::vector<TicketKey> keys;
    keys.push_back(TicketKey::Random(kNow, kNow + kPeriod));
    keys.back().secret = ssl::Secret(secret);
    EXPECT_TRUE(keyring->Update(std::move(keys), kNow).ok());
    return needle;
  }
};

TEST_F(LockedTicketsTest, ASearchFinds) {
  const auto keyring = *TicketKeyring::Create({});
  const Copies copies = CopiesOf(Give(keyring.get()));
  EXPECT_GE(copies.elsewhere, 1);
  EXPECT_EQ(copies.locked, 0);
}

TEST_F(LockedTicketsTest, AGivenKeyIsNowhereElse) {
  const LockedMemoryScope scope;
  const auto keyring = *TicketKeyring::Create({});
  const Needle needle = Give(keyring.get());
  EXPECT_TRUE(keyring->MakeBlank(kNow).has_value());
  const Copies copies = CopiesOf(needle);
  EXPECT_GE(copies.locked, 1);
  EXPECT_EQ(copies.elsewhere, 0);
}

TEST_F(LockedTicketsTest, SoIsWhatOwnKeysAreDerivedFrom) {
  const LockedMemoryScope scope;
  const std::unique_ptr<ssl::internal::OwnTicketKeys> keys(
      new ssl::internal::OwnTicketKeys(kPeriod, kNow));
  EXPECT_TRUE(IsInLockedMemory(keys.get()));
}

TEST_F(LockedTicketsTest, WithoutRoomTheOldKeysStay) {
  const auto keyring = *TicketKeyring::Create({});
  Give(keyring.get());
  const std::string old = keyring->state(kNow).sealing;
  const LockedMemoryScope scope;
  std::vector<void*> blocks;
  for (const size_t size : {100'000, 1'000, 400, 100, 40}) {
    while (void* const block = OPENSSL_memory_alloc(size)) {
      blocks.push_back(block);
      ASSERT_LT(blocks.size(), 10'000u);
    }
  }
  std::vector<TicketKey> keys;
  keys.push_back(TicketKey::Random(kNow, kNow + kPeriod));
  const absl::Status updated = keyring->Update(std::move(keys), kNow);
  const auto own = TicketKeyring::CreateOwn(kPeriod, {}, kNow);
  for (void* const block : blocks) OPENSSL_memory_free(block);
  EXPECT_EQ(ssl::GetErrorKind(updated), ssl::ErrorKind::kInternal) << updated;
  EXPECT_EQ(ssl::GetErrorKind(own.status()), ssl::ErrorKind::kInternal);
  EXPECT_EQ(keyring->state(kNow).sealing, old);
}

}  // namespace
}  // namespace airlock::keys
