// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A path in the form in which BoringSSL follows it.
#ifndef AIRLOCK_SSL_INTERNAL_ENGINE_PATH_H_
#define AIRLOCK_SSL_INTERNAL_ENGINE_PATH_H_

#include <openssl/base.h>

#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace airlock::ssl::internal {

// BoringSSL takes a certificate for self-signed, and ends the path there, if
// subject and issuer have one name and no authorityKeyIdentifier contradicts; a
// key identifier that is missing on either side contradicts nothing. It would
// not go on from a CA's new key to the old one that signed it (RFC 4210,
// section 4.4). And if it always prefers trusted issuers, it takes the old key
// for the issuer of what the new one signed. Such certificates are replaced by
// copies whose authorityKeyIdentifier has the issuer's serial number, and its
// key identifier if it has one. Where both keys' certificates have equal ones,
// which RFC 5280, section 4.1.2.2, forbids, this does not help, and BoringSSL
// refuses the path.
class EnginePath {
 public:
  // `path` is from the leaf to the anchor and has to outlive the result. Unset
  // if out of memory.
  static std::optional<EnginePath> Make(absl::Span<X509* const> path);

  const std::vector<bssl::UniquePtr<X509>>& certificates() const {
    return certificates_;
  }

  // Replaces one of the copies by the original. Leaves others, and null.
  void Restore(bssl::UniquePtr<X509>* certificate) const;

 private:
  explicit EnginePath(absl::Span<X509* const> path) : originals_(path) {}

  absl::Span<X509* const> originals_;
  std::vector<bssl::UniquePtr<X509>> certificates_;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_ENGINE_PATH_H_
