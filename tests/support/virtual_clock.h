// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Lets a test's process skip time, instead of waiting until it has passed.
// Linking this library replaces clock_gettime of the whole program.
#ifndef AIRLOCK_TESTS_SUPPORT_VIRTUAL_CLOCK_H_
#define AIRLOCK_TESTS_SUPPORT_VIRTUAL_CLOCK_H_

#include "absl/time/time.h"

namespace airlock::testing {

// The monotonic clock, and so std::chrono::steady_clock, goes on by `time` at
// once. What waits in the kernel does not notice, and must be woken.
// Thread-safe.
void SkipTime(absl::Duration time);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_VIRTUAL_CLOCK_H_
