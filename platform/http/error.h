// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What kind of failure ended an HTTP call.
#ifndef AIRLOCK_PLATFORM_HTTP_ERROR_H_
#define AIRLOCK_PLATFORM_HTTP_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::http {

// Categories for callers to branch on. The numbers are stable.
enum class Failure : int {
  kOther = 0,           // Out of memory or descriptors.
  kInvalidRequest = 1,  // The request is invalid; nothing was sent.
  kResolve = 2,         // The host name has no address.
  kConnect = 3,         // No address accepted a connection.
  kProxy = 4,           // The proxy refused, or is unusable.
  kTls = 5,             // TLS or the policy; ssl::GetError has the details.
  kTimeout = 6,         // The deadline of the call has passed.
  kProtocol = 7,        // The response is not valid HTTP.
  kTruncated = 8,       // The connection ended before the response did.
  kTooLarge = 9,        // The response is larger than the request allows.
  kRedirect = 10,       // A redirect that must not be followed, or too many.
  kBody = 11,           // The caller's reader or callback failed.
};

// The enumerator's name without the "k": "Redirect".
absl::string_view FailureName(Failure failure);

// An error of this kind. Thread-safe, as are the functions below.
absl::Status MakeFailure(Failure failure, absl::string_view message);

// `status`, which is not ok, marked with this kind. Its message and payloads
// stay: ssl::GetError returns what TLS reported. A kind that it already has
// stays, too.
absl::Status WithFailure(absl::Status status, Failure failure);

// The kind of `status`, which is not ok; for a status from elsewhere kTls or
// kTimeout if it is one of //ssl, otherwise kOther.
Failure FailureOf(const absl::Status& status);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_ERROR_H_
