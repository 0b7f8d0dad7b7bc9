// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Rules of RFC 5280 for a whole path that BoringSSL does not check, or does not
// check for the anchor. They hold in both profiles.
#ifndef AIRLOCK_SSL_INTERNAL_PATH_RULES_H_
#define AIRLOCK_SSL_INTERNAL_PATH_RULES_H_

#include <openssl/base.h>

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/options.h"

namespace airlock::ssl::internal {

// A violated rule. `verify_code` is 0 if none is.
struct RuleFinding {
  int verify_code = 0;  // See ssl/verify_code.h.
  int depth = 0;
  std::string what = "";        // For messages.
  absl::string_view rule = "";  // "RFC 5280, section 4.2".
};

// Checks `chain`, leaf first, up to the anchor:
// - no certificate has an unknown critical extension, or one twice (4.2);
// - no path length is exceeded (4.2.1.9);
// - each issuer is a CA; an anchor need not say so, but must not deny it
//   (4.2.1.9);
// - the extended key usage of each issuer that has one allows the use of `peer`
//   (4.2.1.12);
// - the key usage and extended key usage of the leaf allow the use of `peer`
//   (4.2.1.3, 4.2.1.12), also if it is trusted itself;
// - the leaf is not a CA, unless `leaf_is_anchor`.
RuleFinding CheckPathRules(absl::Span<X509* const> chain, Side peer,
                           bool leaf_is_anchor);

// Checks that the names in the leaf's subjectAltName are well formed (4.2.1.6).
RuleFinding CheckAltNames(X509* leaf);

// The rule behind a number of ssl/verify_code.h: "RFC 5280, section 4.1.2.5".
// Empty for a number without one.
absl::string_view RuleOfVerifyCode(int code);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_PATH_RULES_H_
