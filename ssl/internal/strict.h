// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// X509_V_FLAG_X509_STRICT, which BoringSSL accepts but ignores.
#ifndef AIRLOCK_SSL_INTERNAL_STRICT_H_
#define AIRLOCK_SSL_INTERNAL_STRICT_H_

#include <openssl/base.h>

#include "absl/types/span.h"

namespace airlock::ssl::internal {

struct StrictFinding {
  int verify_code = 0;  // See ssl/verify_code.h; 0: no violation.
  int depth = 0;
};

// Checks a verified chain, leaf first, against the RFC 5280 rules for
// extensions that OpenSSL 3 enforces with this flag. Returns the first
// violation, from the leaf up.
StrictFinding CheckStrict(absl::Span<X509* const> chain);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_STRICT_H_
