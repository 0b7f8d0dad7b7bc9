// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/loop_state.h"

#include <chrono>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace airlock::http::internal {

LoopState::LoopState(ServerShared& the_shared, EventLoop& the_loop)
    : shared(the_shared),
      loop(the_loop),
      wheel(std::chrono::steady_clock::now()),
      read_buffer(kReadBuffer),
      data_buffer(kDataBuffer) {}

const std::string& LoopState::Date() {
  const absl::Time now = absl::Now();
  const int64_t second = absl::ToUnixSeconds(now);
  if (second != date_second_) {
    date_second_ = second;
    date_ =
        absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", now, absl::UTCTimeZone());
  }
  return date_;
}

}  // namespace airlock::http::internal
