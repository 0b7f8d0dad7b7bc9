// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// errno as an absl::Status.
#ifndef AIRLOCK_PLATFORM_INTERNAL_ERRNO_STATUS_H_
#define AIRLOCK_PLATFORM_INTERNAL_ERRNO_STATUS_H_

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::platform::internal {

// As absl::ErrnoToStatus, which makes kNotFound of ENXIO, ENODEV and ESRCH,
// too: here it is of ENOENT alone, because what is not there may be done
// without, and what cannot be read may not.
inline absl::Status ErrnoStatus(int error, absl::string_view message) {
  const absl::Status status = absl::ErrnoToStatus(error, message);
  if (!absl::IsNotFound(status) || error == ENOENT) return status;
  return absl::UnavailableError(status.message());
}

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_ERRNO_STATUS_H_
