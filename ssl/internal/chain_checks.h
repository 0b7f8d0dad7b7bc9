// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The checks of a path that Airlock does itself.
#ifndef AIRLOCK_SSL_INTERNAL_CHAIN_CHECKS_H_
#define AIRLOCK_SSL_INTERNAL_CHAIN_CHECKS_H_

#include <openssl/base.h>

#include <string>

#include "absl/types/span.h"
#include "ssl/internal/finding.h"
#include "ssl/internal/name_constraints.h"
#include "ssl/internal/verify.h"

namespace airlock::ssl::internal {

// Checks a path, from the leaf to the anchor, beyond what BoringSSL does: the
// bundle's trust settings, security level, pins, the profile's rules, and name
// constraints of every type. Signatures, dates and CRLs are BoringSSL's.
// Returns the first fault; a code of 0 if there is none.
Finding CheckChain(const VerifyRequest& request, absl::Span<X509* const> chain);

// "DNS name \"a.test\" is excluded by the name constraints of \"CN=ca\"".
std::string ConstraintText(const ConstraintFinding& constraint);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CHAIN_CHECKS_H_
