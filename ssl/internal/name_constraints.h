// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Name constraints (RFC 5280, section 4.2.1.10) for the common name, which the
// RFC does not cover and BoringSSL does not check.
#ifndef AIRLOCK_SSL_INTERNAL_NAME_CONSTRAINTS_H_
#define AIRLOCK_SSL_INTERNAL_NAME_CONSTRAINTS_H_

#include <openssl/base.h>

#include <string>

#include "absl/types/span.h"

namespace airlock::ssl::internal {

struct ConstraintFinding {
  int verify_code = 0;  // See ssl/verify_code.h; 0: no violation.
  std::string name;     // The violating common name.
  std::string issuer;   // Who set the constraint, in RFC 4514 form.
};

// If the leaf has no DNS name in its subjectAltName, checks its common names
// against the DNS constraints of each issuer in `chain` (leaf first): software
// may treat such a common name as a host name. Like OpenSSL's
// NAME_CONSTRAINTS_check_CN, checks names that look like a DNS name of two or
// more labels. In addition, checks wildcards, and single labels if the leaf has
// no subjectAltName and `common_name_fallback` is on.
ConstraintFinding CheckCommonNames(absl::Span<X509* const> chain,
                                   bool common_name_fallback);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_NAME_CONSTRAINTS_H_
