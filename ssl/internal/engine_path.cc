// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/engine_path.h"

#include <openssl/asn1.h>
#include <openssl/nid.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>

#include "ssl/internal/engine_differences.h"

namespace airlock::ssl::internal {
namespace {

// BoringSSL's own questions: before it looks at a signature.
bool SeemsSelfSigned(X509* certificate) {
  return (X509_get_extension_flags(certificate) & EXFLAG_SS) != 0;
}

bool SeemsSignedBy(X509* anchor, X509* certificate) {
  return X509_check_issued(anchor, certificate) == X509_V_OK;
}

// The copy keeps the bytes that were signed, so that its signature stays valid.
bssl::UniquePtr<X509> WithIssuer(X509* certificate, X509* issuer) {
  bssl::UniquePtr<X509> copy(X509_dup(certificate));
  const bssl::UniquePtr<AUTHORITY_KEYID> id(AUTHORITY_KEYID_new());
  if (copy == nullptr || id == nullptr) return nullptr;
  id->serial = ASN1_INTEGER_dup(X509_get0_serialNumber(issuer));
  const ASN1_OCTET_STRING* key = X509_get0_subject_key_id(issuer);
  if (key != nullptr) id->keyid = ASN1_OCTET_STRING_dup(key);
  if (id->serial == nullptr || (key != nullptr && id->keyid == nullptr) ||
      // -1 without memory.
      X509_add1_ext_i2d(copy.get(), NID_authority_key_identifier, id.get(),
                        /*crit=*/0, X509V3_ADD_REPLACE) != 1) {
    return nullptr;
  }
  return copy;
}

}  // namespace

std::optional<EnginePath> EnginePath::Make(absl::Span<X509* const> path) {
  EnginePath made(path);
  for (size_t i = 0; i < path.size(); ++i) {
    const bool is_intermediate = i > 0 && i + 1 < path.size();
    const bool ends_there = is_intermediate && SeemsSelfSigned(path[i]);
    const bool skips_others = kAlwaysTrustedFirst && i + 2 < path.size() &&
                              SeemsSignedBy(path.back(), path[i]);
    made.certificates_.push_back(ends_there || skips_others
                                     ? WithIssuer(path[i], path[i + 1])
                                     : bssl::UpRef(path[i]));
    if (made.certificates_.back() == nullptr) return std::nullopt;
  }
  return made;
}

void EnginePath::Restore(bssl::UniquePtr<X509>* certificate) const {
  for (size_t i = 0; i < originals_.size(); ++i) {
    if (certificates_[i] == *certificate) {
      *certificate = bssl::UpRef(originals_[i]);
      return;
    }
  }
}

}  // namespace airlock::ssl::internal
