// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Whether credentials can be presented.
#ifndef AIRLOCK_SSL_INTERNAL_CHECK_CREDENTIALS_H_
#define AIRLOCK_SSL_INTERNAL_CHECK_CREDENTIALS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "ssl/credentials.h"

namespace airlock::ssl::internal {

// Ok if each of `credentials` meets the security level and has a certificate
// that lets its key sign. Errors: kInvalidArgument for null, else kCredentials.
absl::Status CheckCredentials(
    absl::Span<const std::shared_ptr<const Credentials>> credentials,
    int security_level);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CHECK_CREDENTIALS_H_
