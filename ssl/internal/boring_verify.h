// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// BoringSSL's verification of a chain.
#ifndef AIRLOCK_SSL_INTERNAL_BORING_VERIFY_H_
#define AIRLOCK_SSL_INTERNAL_BORING_VERIFY_H_

#include <openssl/base.h>
#include <openssl/x509.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "ssl/internal/finding.h"
#include "ssl/internal/verify.h"

namespace airlock::ssl::internal {

// What BoringSSL says about a chain.
struct BoringVerdict {
  // From the leaf up, as far as it was built.
  std::vector<bssl::UniquePtr<X509>> chain;
  Finding finding;
  // The certificate at fault; may be null.
  bssl::UniquePtr<X509> certificate;
};

// The time for BoringSSL, clamped to the range of certificates (years 0 to
// 9999): beyond that its arithmetic overflows.
int64_t PosixSeconds(absl::Time time);

// The most certificates in a path: leaf, intermediates and anchor.
int MostCertificates(const VerifyRequest& request);

// Whether the leaf's key is pinned and the leaf is self-signed: then it needs
// no issuer.
bool IsPinnedLeaf(const VerifyRequest& request);

// Whether the leaf is its own anchor: it is self-signed and pinned or trusted,
// or it is trusted and any trusted certificate is an anchor.
bool IsTrustedLeaf(const VerifyRequest& request);

// Has BoringSSL find a chain by itself and check it; for both functions, the
// trust store has decoded what is reachable (TrustStore::Impl::Reachable). A
// trusted leaf is a chain by itself, whatever else has its name or was sent
// with it. Only if it fails where CRLs are checked, whose signer may be its
// issuer, does the chain go on. Unset if out of memory.
std::optional<BoringVerdict> FindWithBoring(const VerifyRequest& request);

// Has it check `path`, from the leaf to the anchor, and nothing else: it fails
// if it comes to another one. Unset if out of memory.
std::optional<BoringVerdict> CheckWithBoring(const VerifyRequest& request,
                                             absl::Span<X509* const> path);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_BORING_VERIFY_H_
