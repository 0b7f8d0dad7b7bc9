// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Deadlines.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_TIME_AFTER_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_TIME_AFTER_H_

#include <chrono>

#include "absl/time/time.h"

namespace airlock::http::internal {

// `now + duration`; Time::max(), which is never, if that is too far away.
inline std::chrono::steady_clock::time_point TimeAfter(
    std::chrono::steady_clock::time_point now, absl::Duration duration) {
  using Time = std::chrono::steady_clock::time_point;
  if (absl::FromChrono(Time::max() - now) <= duration) return Time::max();
  return now + absl::ToChronoNanoseconds(duration);
}

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_TIME_AFTER_H_
