// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef AIRLOCK_PLATFORM_INTERNAL_SETTLED_H_
#define AIRLOCK_PLATFORM_INTERNAL_SETTLED_H_

#include "absl/time/time.h"
#include "platform/host.h"

namespace airlock::platform::internal {

// Whether a change after `now` would surely show in the identity of a file.
// File systems keep time in steps, within which a second change need not show:
// of a few milliseconds, or, where they keep whole seconds, of up to two.
inline bool IsSettled(const FileIdentity& identity, absl::Time now) {
  const bool whole_seconds = identity.changed_ns % 1'000'000'000 == 0;
  const absl::Duration step =
      whole_seconds ? absl::Seconds(2) : absl::Milliseconds(100);
  return now - absl::FromUnixNanos(identity.changed_ns) > step;
}

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_SETTLED_H_
