// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// errno as an absl::Status.
#ifndef AIRLOCK_PLATFORM_INTERNAL_ERRNO_STATUS_H_
#define AIRLOCK_PLATFORM_INTERNAL_ERRNO_STATUS_H_

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace airlock::platform::internal {

constexpr absl::string_view kErrnoUrl = "type.airlock/errno";

// `status`, an error, with the errno that caused it.
inline absl::Status WithErrno(absl::Status status, int error) {
  status.SetPayload(kErrnoUrl, absl::Cord(absl::StrCat(error)));
  return status;
}

// Like absl::ErrnoToStatus, which also maps ENXIO, ENODEV and ESRCH to
// kNotFound. Here only ENOENT becomes kNotFound, because a missing file may be
// optional, but an unreadable file is an error. The status stores `error`.
inline absl::Status ErrnoStatus(int error, absl::string_view message) {
  absl::Status status = absl::ErrnoToStatus(error, message);
  if (absl::IsNotFound(status) && error != ENOENT) {
    status = absl::UnavailableError(status.message());
  }
  return WithErrno(std::move(status), error);
}

// The errno from WithErrno or ErrnoStatus; unset if neither made `status`.
inline std::optional<int> ErrnoOf(const absl::Status& status) {
  const std::optional<absl::Cord> payload = status.GetPayload(kErrnoUrl);
  int error = 0;
  if (!payload.has_value() ||
      !absl::SimpleAtoi(std::string(*payload), &error)) {
    return std::nullopt;
  }
  return error;
}

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_ERRNO_STATUS_H_
