// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Says more of a path that BoringSSL refused with a number only.
#ifndef AIRLOCK_SSL_INTERNAL_FINDING_DETAILS_H_
#define AIRLOCK_SSL_INTERNAL_FINDING_DETAILS_H_

#include <openssl/base.h>

#include "absl/types/span.h"
#include "ssl/internal/finding.h"
#include "ssl/internal/verify.h"

namespace airlock::ssl::internal {

// Adds to `*finding`, BoringSSL's verdict on `path`, what a user needs to know:
// - what our own checks say of the same fault: which name a constraint forbids,
//   which extension is unknown, which use is missing;
// - why a certificate that has the missing issuer's name is not the issuer;
// - which CA requires a certificate policy;
// - why no CRL could be used (crl_reasons.h).
// Never changes the code. Sets `*certificate`, the one at fault, where
// BoringSSL leaves it out. The finding has a code.
void AddDetails(const VerifyRequest& request, absl::Span<X509* const> path,
                bssl::UniquePtr<X509>* certificate, Finding* finding);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_FINDING_DETAILS_H_
