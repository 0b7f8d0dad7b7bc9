// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Name constraints (RFC 5280, section 4.2.1.10) over the common name, which the
// RFC leaves out and BoringSSL does not evaluate.
#ifndef AIRLOCK_SSL_INTERNAL_NAME_CONSTRAINTS_H_
#define AIRLOCK_SSL_INTERNAL_NAME_CONSTRAINTS_H_

#include <openssl/base.h>

#include <string>

#include "absl/types/span.h"

namespace airlock::ssl::internal {

struct ConstraintFinding {
  int verify_code = 0;  // See ssl/verify_code.h; 0: nothing found.
  std::string name;     // The common name at fault.
  std::string issuer;   // Who set the constraint, as RFC 4514 writes it.
};

// Holds the leaf's common names against the DNS constraints of each issuer in
// `chain`, leaf first, where the leaf has no DNS name in its subjectAltName:
// someone may take such a common name for a host name. As in OpenSSL's
// NAME_CONSTRAINTS_check_CN, these are the names that look like a DNS name of
// two labels or more; here wildcards, too, and names of one label where the
// leaf has no subjectAltName and `common_name_fallback` is on.
ConstraintFinding CheckCommonNames(absl::Span<X509* const> chain,
                                   bool common_name_fallback);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_NAME_CONSTRAINTS_H_
