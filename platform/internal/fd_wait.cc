// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/fd_wait.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace airlock::platform::internal {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

Until UntilAfter(absl::Duration timeout) {
  // So far off that adding it to the clock is still safe.
  if (timeout > absl::Hours(24 * 365 * 100)) return absl::nullopt;
  return steady_clock::now() +
         absl::ToChronoNanoseconds(std::max(timeout, absl::ZeroDuration()));
}

Until Earlier(Until a, Until b) {
  if (!a.has_value()) return b;
  if (!b.has_value()) return a;
  return std::min(*a, *b);
}

bool HasPassed(Until until) {
  return until.has_value() && *until <= steady_clock::now();
}

FdState WaitForFd(int fd, int events, Until until) {
  pollfd poll_fd = {};
  poll_fd.fd = fd;
  poll_fd.events = static_cast<decltype(poll_fd.events)>(events);
  while (true) {
    timespec left = {};
    if (until.has_value()) {
      const int64_t ns = std::max<int64_t>(
          0, nanoseconds(*until - steady_clock::now()).count());
      left.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
      left.tv_nsec = static_cast<decltype(left.tv_nsec)>(ns % 1'000'000'000);
    }
    const int count =
        ppoll(&poll_fd, 1, until.has_value() ? &left : nullptr, nullptr);
    if (count > 0) return FdState::kReady;
    if (count == 0) return FdState::kTimedOut;
    if (errno != EINTR) return FdState::kFailed;
  }
}

}  // namespace airlock::platform::internal
