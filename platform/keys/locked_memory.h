// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Memory for private keys that is neither swapped out nor part of a core dump.
#ifndef AIRLOCK_PLATFORM_KEYS_LOCKED_MEMORY_H_
#define AIRLOCK_PLATFORM_KEYS_LOCKED_MEMORY_H_

#include <cstddef>

#include "absl/status/status.h"

namespace airlock::keys {

// Reserves the process's locked memory; call it once, before any
// LockedMemoryScope. Linking this library replaces BoringSSL's allocator.
// Errors: kFailedPrecondition if the system does not lock that much
// (RLIMIT_MEMLOCK).
absl::Status ReserveLockedMemory();

// While it exists, what BoringSSL allocates on this thread is in the locked
// memory: parsed keys, those of ticket keyrings, and the numbers of a
// signature. An allocation fails if there is no room. Freed memory is wiped,
// wherever it was.
class LockedMemoryScope {
 public:
  LockedMemoryScope();
  ~LockedMemoryScope();
  LockedMemoryScope(const LockedMemoryScope&) = delete;
  LockedMemoryScope& operator=(const LockedMemoryScope&) = delete;
};

// How many bytes of the locked memory are in use. Thread-safe.
size_t LockedMemoryInUse();

// Whether `data` points into the locked memory. Thread-safe.
bool IsInLockedMemory(const void* data);

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_LOCKED_MEMORY_H_
