// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Says why no CRL of the trust store could be used.
#ifndef AIRLOCK_SSL_INTERNAL_CRL_REASONS_H_
#define AIRLOCK_SSL_INTERNAL_CRL_REASONS_H_

#include <openssl/base.h>

#include <string>

#include "ssl/internal/verify.h"

namespace airlock::ssl::internal {

// If `code` (ssl/verify_code.h) says that BoringSSL found no CRL for
// `certificate`, or none that is current: why it did not take those that the
// trust store holds. They are from other issuers, of another scope (RFC 5280,
// section 5.2.5), not current (5.1.2.4, 5.1.2.5), or have an unknown critical
// extension (5.2). Empty for other codes.
std::string CrlReason(const VerifyRequest& request, int code,
                      X509* certificate);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CRL_REASONS_H_
