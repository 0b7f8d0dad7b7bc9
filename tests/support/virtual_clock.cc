// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/virtual_clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace {

constexpr int64_t kSecond = 1'000'000'000;

// In nanoseconds.
std::atomic<int64_t> skipped{0};

}  // namespace

// Replaces libc's, for libraries, too.
extern "C" __attribute__((visibility("default"))) int clock_gettime(
    clockid_t clock, timespec* time) noexcept {
  const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  if (result != 0 || clock != CLOCK_MONOTONIC) return result;
  const int64_t nanoseconds = time->tv_nsec + skipped.load();
  time->tv_sec += nanoseconds / kSecond;
  time->tv_nsec = nanoseconds % kSecond;
  return 0;
}

namespace airlock::testing {

void SkipTime(absl::Duration time) {
  skipped += absl::ToInt64Nanoseconds(time);
}

}  // namespace airlock::testing
