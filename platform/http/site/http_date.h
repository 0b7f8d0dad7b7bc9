// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The dates in HTTP headers (RFC 9110, section 5.6.7).
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_HTTP_DATE_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_HTTP_DATE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace airlock::http {

// "Sun, 06 Nov 1994 08:49:37 GMT". Cuts off fractions of the second.
std::string FormatHttpDate(absl::Time time);

// Reads all three formats; unset if the date is invalid.
std::optional<absl::Time> ParseHttpDate(absl::string_view text);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_HTTP_DATE_H_
