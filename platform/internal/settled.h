// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef AIRLOCK_PLATFORM_INTERNAL_SETTLED_H_
#define AIRLOCK_PLATFORM_INTERNAL_SETTLED_H_

#include "absl/time/time.h"
#include "platform/host.h"

namespace airlock::platform::internal {

// Whether a change after `now` would certainly show in the identity of a file.
// File systems have coarse timestamps, and a second change within one step may
// not show: a few milliseconds, or up to two seconds if they store whole
// seconds.
inline bool IsSettled(const FileIdentity& identity, absl::Time now) {
  const bool whole_seconds = identity.changed_ns % 1'000'000'000 == 0;
  const absl::Duration step =
      whole_seconds ? absl::Seconds(2) : absl::Milliseconds(100);
  return now - absl::FromUnixNanos(identity.changed_ns) > step;
}

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_SETTLED_H_
