// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/flood_guard.h"

#include <algorithm>

namespace airlock::http::internal {

bool FloodGuard::Allow(Time now) {
  if (last_ != Time::min() && now > last_) {
    const std::chrono::duration<double> passed = now - last_;
    Earn(passed.count() * per_second_);
  }
  last_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

void FloodGuard::Earn(double events) {
  tokens_ = std::min(burst_, tokens_ + events);
}

}  // namespace airlock::http::internal
