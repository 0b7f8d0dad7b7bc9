// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/fd_wait.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "platform/fork_guard.h"

namespace airlock::platform::internal {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

Until UntilAfter(absl::Duration timeout) {
  // A limit at which adding it to the clock does not overflow.
  if (timeout > absl::Hours(24 * 365 * 100)) return std::nullopt;
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

timespec TimeLeft(steady_clock::time_point until) {
  const int64_t ns =
      std::max<int64_t>(0, nanoseconds(until - steady_clock::now()).count());
  timespec left = {};
  left.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
  left.tv_nsec = static_cast<decltype(left.tv_nsec)>(ns % 1'000'000'000);
  return left;
}

FdState WaitForFd(int fd, int events, Until until, int interrupt) {
  std::array<pollfd, 2> fds = {
      {{fd, static_cast<decltype(pollfd::events)>(events), 0},
       {interrupt, POLLIN, 0}}};
  // poll rejects more entries than the limit of open descriptors.
  const nfds_t size = interrupt < 0 ? 1 : 2;
  const ForkPause fork_pause;
  while (true) {
    timespec left = {};
    if (until.has_value()) left = TimeLeft(*until);
    const int count =
        ppoll(fds.data(), size, until.has_value() ? &left : nullptr, nullptr);
    if (count > 0) {
      return fds[0].revents != 0 ? FdState::kReady : FdState::kTimedOut;
    }
    if (count == 0) return FdState::kTimedOut;
    if (errno != EINTR) return FdState::kFailed;
  }
}

}  // namespace airlock::platform::internal
