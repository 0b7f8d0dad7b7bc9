// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/strict.h"

#include <openssl/nid.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ssl/internal/strict_extras.h"
#include "ssl/verify_code.h"

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

// The first violation in OpenSSL 3's order, or kOk. BoringSSL has already
// rejected a path length in a certificate that is not a CA, and extensions in a
// certificate that is not version 3.
int CheckOne(X509* certificate, bool is_leaf, bool is_anchor) {
  const uint32_t flags = X509_get_extension_flags(certificate);
  const bool is_ca = (flags & EXFLAG_CA) != 0;
  const bool has_key_usage = (flags & EXFLAG_KUSAGE) != 0;
  const bool may_sign_certificates =
      has_key_usage &&
      (X509_get_key_usage(certificate) & X509v3_KU_KEY_CERT_SIGN) != 0;
  const Extension basic(certificate, NID_basic_constraints);
  const Extension authority(certificate, NID_authority_key_identifier);
  const Extension subject_key(certificate, NID_subject_key_identifier);
  const Extension alt_name(certificate, NID_subject_alt_name);
  const bool empty_subject = NameIsEmpty(X509_get_subject_name(certificate));

  // BoringSSL does not check the anchor.
  if (!is_leaf && !is_ca) return verify_code::kInvalidCa;
  if (X509_get_pathlen(certificate) >= 0 && has_key_usage &&
      !may_sign_certificates) {
    return verify_code::kPathLengthWithoutCertSign;
  }
  if (is_ca && basic.present && !basic.critical) {
    return verify_code::kCaBasicConstraintsNotCritical;
  }
  if (is_ca && !has_key_usage) return verify_code::kCaWithoutKeyUsage;
  if (!is_ca && may_sign_certificates) {
    return verify_code::kCertSignForNonCa;
  }
  if (NameIsEmpty(X509_get_issuer_name(certificate))) {
    return verify_code::kIssuerNameEmpty;
  }
  if (empty_subject && (is_ca || !alt_name.present)) {
    return verify_code::kSubjectNameEmpty;
  }
  if (empty_subject && !alt_name.critical) {
    return verify_code::kSubjectAltNameNotCritical;
  }
  if (authority.critical) return verify_code::kAuthorityKeyIdentifierCritical;
  if (subject_key.critical) return verify_code::kSubjectKeyIdentifierCritical;
  if (X509_get_version(certificate) == X509_VERSION_3) {
    if (!is_anchor && X509_get0_authority_key_id(certificate) == nullptr) {
      return verify_code::kNoAuthorityKeyIdentifier;
    }
    if (is_ca && !subject_key.present)
      return verify_code::kNoSubjectKeyIdentifier;
  }
  return verify_code::kOk;
}

}  // namespace

RuleFinding CheckStrict(absl::Span<X509* const> chain) {
  // RFC 6818, section 2: the rules do not apply to a chain of one certificate.
  if (chain.size() == 1) return {};
  for (size_t i = 0; i < chain.size(); ++i) {
    const int code = CheckOne(chain[i], i == 0, i + 1 == chain.size());
    if (code != verify_code::kOk) {
      return {code, static_cast<int>(i), "a rule of the strict profile",
              RuleOfVerifyCode(code)};
    }
  }
  for (size_t i = 0; i < chain.size(); ++i) {
    RuleFinding finding =
        CheckBeyondOpenssl(chain[i], i == 0, i + 1 == chain.size());
    if (finding.verify_code != verify_code::kOk) {
      finding.depth = static_cast<int>(i);
      return finding;
    }
  }
  return {};
}

}  // namespace airlock::ssl::internal
