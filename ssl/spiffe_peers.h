// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which SPIFFE IDs a peer may have, and which CAs may issue them. Follows "The
// X.509 SPIFFE Verifiable Identity Document" (X509-SVID.md).
#ifndef AIRLOCK_SSL_SPIFFE_PEERS_H_
#define AIRLOCK_SSL_SPIFFE_PEERS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"
#include "ssl/spiffe_id.h"
#include "ssl/trust_store.h"

namespace airlock::ssl {

// The CAs of one trust domain.
struct SpiffeBundle {
  std::string trust_domain;  // "example.org"; see CheckTrustDomain.
  std::shared_ptr<const TrustStore> bundle;
};

// Verification::spiffe: in place of a host name, a peer's SPIFFE ID is checked.
// Immutable, so thread-safe; any number of Contexts can share it.
//
// A peer is accepted if its certificate is an X509-SVID (see LeafSpiffeId), its
// chain leads to the bundle of the trust domain in its ID, and its ID is
// allowed. Certificates in the bundles of other trust domains are not used, so
// that no trust domain can issue IDs of another.
class SpiffePeers {
 public:
  // An item of `allowed` is either an ID, which allows that one, or it ends
  // with "/**" and allows every ID below:
  //
  //   spiffe://example.org/payroll/db     this ID
  //   spiffe://example.org/payroll/**     all IDs of which the path begins with
  //                                       "/payroll/"
  //   spiffe://example.org/**             all IDs of the trust domain
  //
  // Errors (kInvalidArgument): no bundle; no allowed ID; an invalid or repeated
  // trust domain; a null bundle; one CA in two bundles, which could issue IDs
  // of either trust domain; an allowed item that is invalid, repeated, has no
  // path, or has a trust domain without bundle. kInternal: out of memory.
  static absl::StatusOr<std::shared_ptr<const SpiffePeers>> Create(
      const std::vector<SpiffeBundle>& bundles,
      const std::vector<std::string>& allowed);

  ~SpiffePeers();
  SpiffePeers(const SpiffePeers&) = delete;
  SpiffePeers& operator=(const SpiffePeers&) = delete;

  // The bundle of a trust domain; null if there is none. Valid as long as this.
  const TrustStore* BundleOf(absl::string_view trust_domain) const;

  // Whether `id` is allowed, whoever issued it.
  bool Allows(const SpiffeId& id) const;

  // The trust domains and the allowed items, sorted, for messages: "a, b, c".
  // Long lists are cut.
  std::string TrustDomainsText() const;
  std::string AllowedText() const;

  // A SHA-256 of all bundles and allowed items: equal only for objects that
  // accept the same peers. 32 bytes.
  const std::string& fingerprint() const;

  // The parsed form; for //ssl only.
  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit SpiffePeers(std::unique_ptr<const Impl> impl);
  const std::unique_ptr<const Impl> impl_;
};

// The trust domain of `text`, an item of SpiffePeers' `allowed`;
// kInvalidArgument if it cannot be one. Thread-safe.
absl::StatusOr<std::string> AllowedTrustDomain(absl::string_view text);

// The SPIFFE ID of a leaf X509-SVID, which authenticates a peer. Checks what
// X509-SVID.md, sections 2 to 5, require of it, but no signature: one URI among
// the subject alternative names, which is a SPIFFE ID with a path; cA FALSE; a
// keyUsage with digitalSignature and without keyCertSign and cRLSign. It
// accepts a keyUsage that is not critical, and an extendedKeyUsage with one
// purpose: these rules are the issuer's, and a connection requires the purpose
// that it needs. Errors: kVerification, which names the section; kInternal if
// out of memory. Thread-safe.
absl::StatusOr<SpiffeId> LeafSpiffeId(const Certificate& certificate);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SPIFFE_PEERS_H_
