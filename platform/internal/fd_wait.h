// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Waiting for a file descriptor.
#ifndef AIRLOCK_PLATFORM_INTERNAL_FD_WAIT_H_
#define AIRLOCK_PLATFORM_INTERNAL_FD_WAIT_H_

#include <chrono>
#include <ctime>
#include <optional>

#include "absl/time/time.h"

namespace airlock::platform::internal {

// A time on the steady clock; unset: never.
using Until = std::optional<std::chrono::steady_clock::time_point>;

// `timeout` from now; never, if that is too far away to matter. A negative
// `timeout` has already passed.
Until UntilAfter(absl::Duration timeout);

// The earlier of the two.
Until Earlier(Until a, Until b);

// Whether `until` has passed.
bool HasPassed(Until until);

// The time until `until`; zero once it has passed.
timespec TimeLeft(std::chrono::steady_clock::time_point until);

enum class FdState { kReady, kTimedOut, kFailed };

// Waits until `fd` is ready for one of poll(2)'s `events`, has an error, or is
// closed by the peer. All of these are kReady: the next call on it will show
// which. Continues after signals. If `interrupt` (unless it is -1) becomes
// readable first, the result is as if `until` had passed. On kFailed, errno has
// the reason. Other threads may fork meanwhile.
FdState WaitForFd(int fd, int events, Until until, int interrupt = -1);

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_FD_WAIT_H_
