// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/connection_place.h"

#include <unistd.h>

#include <cstdint>

namespace airlock::cli {

void ConnectionPlace::Progress(bool in_request) {
  absl::MutexLock lock(&mutex_);
  waits_since_ = std::chrono::steady_clock::now();
  in_request_ = in_request;
  if (!in_request && after_request_ != End::kNone) {
    InterruptLocked(after_request_);
  }
}

ConnectionPlace::End ConnectionPlace::ended() const {
  absl::MutexLock lock(&mutex_);
  return ended_;
}

void ConnectionPlace::Interrupt(End why) {
  absl::MutexLock lock(&mutex_);
  InterruptLocked(why);
}

void ConnectionPlace::InterruptAfterRequest(End why) {
  absl::MutexLock lock(&mutex_);
  if (in_request_) {
    after_request_ = why;
  } else {
    InterruptLocked(why);
  }
}

std::chrono::steady_clock::time_point ConnectionPlace::waits_since() const {
  absl::MutexLock lock(&mutex_);
  return waits_since_;
}

void ConnectionPlace::InterruptLocked(End why) {
  if (ended_ != End::kNone) return;
  ended_ = why;
  const uint64_t one = 1;
  // Fails only if the counter is at its limit, which is readable too.
  [[maybe_unused]] const ssize_t written =
      write(interrupt_.get(), &one, sizeof(one));
}

}  // namespace airlock::cli
