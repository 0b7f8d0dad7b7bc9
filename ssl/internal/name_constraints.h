// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Name constraints (RFC 5280, section 4.2.1.10), evaluated over a path.
#ifndef AIRLOCK_SSL_INTERNAL_NAME_CONSTRAINTS_H_
#define AIRLOCK_SSL_INTERNAL_NAME_CONSTRAINTS_H_

#include <openssl/base.h>

#include <cstddef>
#include <string>

#include "absl/types/span.h"

namespace airlock::ssl::internal {

struct ConstraintFinding {
  int verify_code = 0;  // See ssl/verify_code.h; 0: no violation.
  int depth = 0;        // The certificate at fault.
  std::string what;     // The name or constraint at fault, for messages.
  std::string issuer;   // Who set the constraint, in RFC 4514 form.
  // How many names were compared with constraints.
  size_t comparisons = 0;
};

// Checks each certificate of `chain` (leaf first) that is not self-issued, and
// the leaf in any case, against the constraints of each issuer above it, the
// anchor included: all names of its subjectAltName, its subject as a directory
// name, and e-mail addresses in the subject. DNS names, IP addresses, e-mail
// addresses, URIs and directory names are evaluated. A violation is also
// - a constraint of another type, if the certificate has a name of that type,
// - a constraint that is malformed, or an extension without any, whatever the
//   names are,
// - a name that is malformed and of a type with a constraint,
// - a wildcard that covers an excluded name (CVE-2025-61727),
// - more comparisons than a real chain needs (65,536).
ConstraintFinding CheckNameConstraints(absl::Span<X509* const> chain);

// The RFC does not apply constraints for DNS names to common names. If the leaf
// has neither a DNS name nor an IP address in its subjectAltName, checks its
// common names against the DNS constraints of each issuer in `chain`: software,
// such as Python's match_hostname, may treat such a common name as a host name.
// Like OpenSSL's NAME_CONSTRAINTS_check_CN, checks names that look like a DNS
// name of two or more labels. In addition, checks
// wildcards, and single labels if the leaf has no subjectAltName and
// `common_name_fallback` is on.
ConstraintFinding CheckCommonNames(absl::Span<X509* const> chain,
                                   bool common_name_fallback);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_NAME_CONSTRAINTS_H_
