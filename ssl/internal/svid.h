// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What "The X.509 SPIFFE Verifiable Identity Document" (X509-SVID.md) requires
// of certificates, beyond RFC 5280.
#ifndef AIRLOCK_SSL_INTERNAL_SVID_H_
#define AIRLOCK_SSL_INTERNAL_SVID_H_

#include <openssl/base.h>

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/spiffe_id.h"

namespace airlock::ssl::internal {

// A violated rule.
struct SvidFinding {
  std::string what = "";        // For messages; empty: no rule is violated.
  absl::string_view rule = "";  // "X509-SVID, section 2".
  int depth = 0;
};

// Checks a leaf as LeafSpiffeId does (ssl/spiffe_peers.h), and sets `id` if
// nothing is found. An error, kInternal, if out of memory.
absl::StatusOr<SvidFinding> CheckSvid(X509* leaf, std::optional<SpiffeId>* id);

// Checks the certificates of `chain` above the leaf: a SPIFFE ID in one has no
// path (section 3.2). One without a SPIFFE ID is accepted. An error, kInternal,
// if out of memory.
absl::StatusOr<SvidFinding> CheckSigningCertificates(
    absl::Span<X509* const> chain);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_SVID_H_
