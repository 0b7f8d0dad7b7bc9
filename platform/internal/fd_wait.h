// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Waiting for a file descriptor.
#ifndef AIRLOCK_PLATFORM_INTERNAL_FD_WAIT_H_
#define AIRLOCK_PLATFORM_INTERNAL_FD_WAIT_H_

#include <chrono>
#include <ctime>

#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace airlock::platform::internal {

// A point on a clock that nobody sets; unset: never.
using Until = absl::optional<std::chrono::steady_clock::time_point>;

// `timeout` from now; never, where that is too far off to matter. What is
// negative has passed already.
Until UntilAfter(absl::Duration timeout);

// The earlier of the two.
Until Earlier(Until a, Until b);

// Whether `until` has passed.
bool HasPassed(Until until);

// How long it is until then; zero once it has passed.
timespec TimeLeft(std::chrono::steady_clock::time_point until);

enum class FdState { kReady, kTimedOut, kFailed };

// Waits until `fd` is ready for one of poll(2)'s `events`, in error, or closed
// by the peer, all of which are kReady: the next call on it will tell. Goes on
// waiting after signals. Where `interrupt` (unless it is -1) becomes readable
// first, it is as if `until` had passed. kFailed leaves the reason in errno.
// Other threads may fork meanwhile.
FdState WaitForFd(int fd, int events, Until until, int interrupt = -1);

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_FD_WAIT_H_
