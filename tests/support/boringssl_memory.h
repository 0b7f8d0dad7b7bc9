// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Counts BoringSSL's allocations in a test's process, and makes them fail.
// Linking this library replaces BoringSSL's allocator.
#ifndef AIRLOCK_TESTS_SUPPORT_BORINGSSL_MEMORY_H_
#define AIRLOCK_TESTS_SUPPORT_BORINGSSL_MEMORY_H_

#include "absl/strings/string_view.h"

namespace airlock::testing {

// How many allocations fail after the ones that succeed.
enum class MemoryFailure { kOne, kAllFromThen };

// The allocation after the next `successes` fails. Not thread-safe, like all
// functions here: for tests whose BoringSSL runs on one thread.
void FailBoringSslMemory(int successes,
                         MemoryFailure failure = MemoryFailure::kOne);

// From now on, all allocations succeed.
void RestoreBoringSslMemory();

// Whether an allocation has failed since FailBoringSslMemory.
bool BoringSslMemoryFailed();

// How many of BoringSSL's allocations have not been freed.
int LivingBoringSslAllocations();

// Why tests whose BoringSSL has no memory need API 19; empty: this is API 19. A
// later BoringSSL reads the name of a certificate (x509_name_get_cache) into a
// cache that it does not check for null: each of them would end in a crash.
absl::string_view BoringSslCrash();

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_BORINGSSL_MEMORY_H_
