// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Counts the allocations of a program, whose malloc this library replaces.
#ifndef AIRLOCK_TESTS_BENCH_ALLOCATIONS_H_
#define AIRLOCK_TESTS_BENCH_ALLOCATIONS_H_

#include <cstdint>

namespace airlock::bench {

struct Allocations {
  uint64_t count = 0;      // Calls that returned memory.
  int64_t live_bytes = 0;  // Usable bytes, and the header of each block.
};

// Those of the calling thread, since it began.
Allocations ThreadAllocations();

}  // namespace airlock::bench

#endif  // AIRLOCK_TESTS_BENCH_ALLOCATIONS_H_
