// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The rules of the strict profile beyond those of OpenSSL.
#ifndef AIRLOCK_SSL_INTERNAL_STRICT_EXTRAS_H_
#define AIRLOCK_SSL_INTERNAL_STRICT_EXTRAS_H_

#include <openssl/base.h>

#include "ssl/internal/path_rules.h"

namespace airlock::ssl::internal {

// Checks one certificate of a chain against rules of RFC 5280 and of the
// CA/Browser Forum's Baseline Requirements, which each finding names. The depth
// is left for the caller to set.
RuleFinding CheckBeyondOpenssl(X509* certificate, bool is_leaf, bool is_anchor);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_STRICT_EXTRAS_H_
