// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The strict profile: X509_V_FLAG_X509_STRICT, which BoringSSL accepts but
// ignores, and rules beyond OpenSSL's.
#ifndef AIRLOCK_SSL_INTERNAL_STRICT_H_
#define AIRLOCK_SSL_INTERNAL_STRICT_H_

#include <openssl/base.h>

#include "absl/types/span.h"
#include "ssl/internal/path_rules.h"

namespace airlock::ssl::internal {

// Checks a verified chain, leaf first, against the RFC 5280 rules for
// extensions that OpenSSL 3 enforces with this flag, in its order; then against
// further rules of RFC 5280 and of the CA/Browser Forum. Returns the first
// violation, from the leaf up.
RuleFinding CheckStrict(absl::Span<X509* const> chain);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_STRICT_H_
