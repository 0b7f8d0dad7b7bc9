// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/strict.h"

#include <openssl/nid.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace airlock::ssl::internal {
namespace {

// One extension of a certificate, found by its NID.
struct Extension {
  explicit Extension(const X509* certificate, int nid) {
    const int index = X509_get_ext_by_NID(certificate, nid, -1);
    if (index < 0) return;
    present = true;
    critical =
        X509_EXTENSION_get_critical(X509_get_ext(certificate, index)) != 0;
  }
  bool present = false;
  bool critical = false;
};

bool NameIsEmpty(const X509_NAME* name) {
  return X509_NAME_entry_count(name) == 0;
}

// OpenSSL 3's numbers; BoringSSL has no names for them.
StrictFinding CheckOne(X509* certificate, bool is_leaf) {
  const uint32_t flags = X509_get_extension_flags(certificate);
  const bool is_ca = (flags & EXFLAG_CA) != 0;
  const bool self_issued = (flags & EXFLAG_SI) != 0;
  const bool has_key_usage = (flags & EXFLAG_KUSAGE) != 0;
  const bool may_sign_certificates =
      has_key_usage &&
      (X509_get_key_usage(certificate) & X509v3_KU_KEY_CERT_SIGN) != 0;
  const bool has_path_length = X509_get_pathlen(certificate) >= 0;
  const Extension basic(certificate, NID_basic_constraints);
  const Extension authority(certificate, NID_authority_key_identifier);
  const Extension subject_key(certificate, NID_subject_key_identifier);
  const Extension alt_name(certificate, NID_subject_alt_name);
  const bool empty_subject = NameIsEmpty(X509_get_subject_name(certificate));

  if (X509_get_version(certificate) != X509_VERSION_3) {
    if (X509_get_ext_count(certificate) > 0) {
      return {93, "extensions require version 3"};
    }
    // A root of version 1 has none of what is asked for below.
    if (!is_leaf) return {};
  }
  if (has_path_length && !is_ca) {
    return {80, "path length given for a certificate that is no CA"};
  }
  if (has_path_length && has_key_usage && !may_sign_certificates) {
    return {81, "path length given, but keyUsage has no keyCertSign"};
  }
  if (is_ca && basic.present && !basic.critical) {
    return {89, "basicConstraints of a CA is not critical"};
  }
  if (is_ca && !has_key_usage) return {92, "a CA without keyUsage"};
  if (!is_ca && may_sign_certificates) {
    return {82, "keyCertSign for a certificate that is no CA"};
  }
  if (NameIsEmpty(X509_get_issuer_name(certificate))) {
    return {83, "the issuer name is empty"};
  }
  if (empty_subject && (is_ca || !alt_name.present)) {
    return {84, "the subject name is empty"};
  }
  if (empty_subject && !alt_name.critical) {
    return {88, "the subject is empty, and subjectAltName is not critical"};
  }
  if (authority.critical) return {90, "authorityKeyIdentifier is critical"};
  if (subject_key.critical) return {91, "subjectKeyIdentifier is critical"};
  if (X509_get_version(certificate) == X509_VERSION_3) {
    if (!self_issued && !authority.present) {
      return {85, "no authorityKeyIdentifier"};
    }
    if (is_ca && !subject_key.present) return {86, "no subjectKeyIdentifier"};
  }
  return {};
}

}  // namespace

StrictFinding CheckStrict(absl::Span<X509* const> chain) {
  for (size_t i = 0; i < chain.size(); ++i) {
    StrictFinding finding = CheckOne(chain[i], /*is_leaf=*/i == 0);
    if (finding.verify_code != 0) {
      finding.depth = static_cast<int>(i);
      return finding;
    }
  }
  return {};
}

}  // namespace airlock::ssl::internal
