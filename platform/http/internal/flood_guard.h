// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Limits how often a peer may do what costs it little.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_FLOOD_GUARD_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_FLOOD_GUARD_H_

#include <chrono>

namespace airlock::http::internal {

// A token bucket: `burst` events at once, and `per_second` in the long run.
// Thread-compatible.
class FloodGuard {
 public:
  using Time = std::chrono::steady_clock::time_point;

  FloodGuard(double burst, double per_second)
      : burst_(burst), per_second_(per_second), tokens_(burst) {}

  // Counts one event at `now`. False if there are too many.
  bool Allow(Time now);
  // The peer did something useful: it may cause this many more events.
  void Earn(double events);

 private:
  const double burst_;
  const double per_second_;
  double tokens_;
  Time last_ = Time::min();
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_FLOOD_GUARD_H_
