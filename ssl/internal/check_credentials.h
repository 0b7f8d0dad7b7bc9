// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Whether credentials can be presented.
#ifndef AIRLOCK_SSL_INTERNAL_CHECK_CREDENTIALS_H_
#define AIRLOCK_SSL_INTERNAL_CHECK_CREDENTIALS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "ssl/credentials.h"
#include "ssl/protocol.h"

namespace airlock::ssl::internal {

// Ok if each of `credentials` meets the security level and has a certificate
// that lets its key sign. Errors: kInvalidArgument for null, else kCredentials.
absl::Status CheckCredentials(
    absl::Span<const std::shared_ptr<const Credentials>> credentials,
    int security_level);

// An error of kind kInvalidArgument if each of `credentials` needs TLS 1.3, and
// `maximum` is older. OK without credentials.
absl::Status CheckVersionFits(
    absl::Span<const std::shared_ptr<const Credentials>> credentials,
    TlsVersion maximum);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CHECK_CREDENTIALS_H_
