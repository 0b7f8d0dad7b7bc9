// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Conditional requests (RFC 9110, section 13).
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_CONDITIONS_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_CONDITIONS_H_

#include <string>

#include "absl/time/time.h"
#include "platform/http/headers.h"

namespace airlock::http {

// What identifies the state of the content that would be sent.
struct Validators {
  std::string etag;     // With quotes; W/ for a weak one.
  absl::Time modified;  // In whole seconds.
};

enum class Precondition {
  kHolds,        // Answer as without conditions.
  kNotModified,  // 304.
  kFailed,       // 412.
};

// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since
// for GET and HEAD in the order of section 13.2.2. An invalid date is ignored;
// an invalid entity tag matches nothing.
Precondition CheckPreconditions(const Headers& headers,
                                const Validators& validators);

// Whether a Range header takes effect: If-Range is missing, or it names these
// validators exactly. A weak entity tag never does, and then a date neither: it
// is as unreliable.
bool IfRangeHolds(const Headers& headers, const Validators& validators);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_CONDITIONS_H_
