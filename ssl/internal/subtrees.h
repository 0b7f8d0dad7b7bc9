// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The subtrees of a name constraints extension (RFC 5280, section 4.2.1.10).
#ifndef AIRLOCK_SSL_INTERNAL_SUBTREES_H_
#define AIRLOCK_SSL_INTERNAL_SUBTREES_H_

#include <openssl/base.h>
#include <openssl/x509v3.h>

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

// How a name and a subtree of the same type relate.
enum class SubtreeMatch {
  kOutside,
  kInside,
  // A wildcard DNS name that covers names inside and names outside, or an IP
  // address that is inside in the form of the other version of IP.
  kOverlaps,
  // The name cannot be located: it is malformed, or a URI without a DNS host.
  kBadName,
};

// Why a subtree cannot be evaluated; empty if it can. That is the case for DNS
// names, e-mail addresses, URIs, directory names and IP addresses that are well
// formed, with a minimum of 0 and without a maximum. `*verify_code` tells the
// reasons apart (ssl/verify_code.h).
std::string UnusableSubtreeReason(const GENERAL_SUBTREE* subtree,
                                  int* verify_code);

// Whether a subtree of this type (GEN_DNS and so on) can be evaluated.
bool IsSupportedConstraint(int type);

// Locates `name` in `base`. Both have the same type, which is supported, and
// UnusableSubtreeReason is empty for the subtree. kBadName also if out of
// memory.
SubtreeMatch MatchSubtree(const GENERAL_NAME* name, const GENERAL_NAME* base);

// The rule for DNS names: any name that has zero or more labels more on the
// left is inside. An empty `base` contains all names.
SubtreeMatch MatchDnsSubtree(absl::string_view name, absl::string_view base);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_SUBTREES_H_
