// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/strict_extras.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/internal/error_queue.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

namespace code = verify_code;

// Titles of the CA/Browser Forum's document are long.
#define AIRLOCK_BASELINE(section) \
  "CA/Browser Forum Baseline Requirements, section " section

bool HasExtension(const X509* certificate, int nid) {
  return X509_get_ext_by_NID(certificate, nid, -1) >= 0;
}

bool HasCriticalExtension(const X509* certificate, int nid) {
  const int index = X509_get_ext_by_NID(certificate, nid, -1);
  return index >= 0 &&
         X509_EXTENSION_get_critical(X509_get_ext(certificate, index)) != 0;
}

bool HasNonCriticalExtension(const X509* certificate, int nid) {
  return HasExtension(certificate, nid) &&
         !HasCriticalExtension(certificate, nid);
}

RuleFinding BadExtension(absl::string_view what, absl::string_view rule) {
  return {code::kInvalidExtension, 0, std::string(what), rule};
}

RuleFinding CheckFields(const X509* certificate) {
  // The sign bit takes a byte of its own if the first one is set.
  const ASN1_INTEGER* serial = X509_get0_serialNumber(certificate);
  const int size = ASN1_STRING_length(serial);
  const bool has_sign_byte =
      size > 0 && (ASN1_STRING_get0_data(serial)[0] & 0x80) != 0;
  if (size + (has_sign_byte ? 1 : 0) > 20) {
    return {code::kUnspecified, 0, "the serial number has more than 20 bytes",
            "RFC 5280, section 4.1.2.2"};
  }
  for (const ASN1_TIME* time :
       {X509_get0_notBefore(certificate), X509_get0_notAfter(certificate)}) {
    constexpr int64_t kYear2050 = 2524608000;
    int64_t seconds = 0;
    if (ASN1_STRING_type(time) == V_ASN1_GENERALIZEDTIME &&
        ASN1_TIME_to_posix(time, &seconds) && seconds < kYear2050) {
      return {code::kUnspecified, 0,
              "a date before 2050 is not written as a UTCTime",
              "RFC 5280, section 4.1.2.5"};
    }
  }
  const ASN1_BIT_STRING* issuer_id = nullptr;
  const ASN1_BIT_STRING* subject_id = nullptr;
  X509_get0_uids(certificate, &issuer_id, &subject_id);
  if (issuer_id != nullptr || subject_id != nullptr) {
    return {code::kUnspecified, 0, "it has a unique identifier",
            "RFC 5280, section 4.1.2.8"};
  }
  return {};
}

RuleFinding CheckKey(X509* certificate, bool is_leaf) {
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(certificate));
  if (key == nullptr) return {};  // Refused already.
  const int too_small = is_leaf ? code::kEeKeyTooSmall : code::kCaKeyTooSmall;
  const int type = EVP_PKEY_id(key.get());
  if (type != EVP_PKEY_RSA && type != EVP_PKEY_EC) return {};
  const int bits = EVP_PKEY_bits(key.get());
  if (type == EVP_PKEY_RSA && bits % 8 != 0) {
    return {too_small, 0,
            absl::StrCat("its RSA key has ", bits,
                         " bits, which is not a multiple of 8"),
            AIRLOCK_BASELINE("6.1.5")};
  }
  if (type == EVP_PKEY_EC && bits < 256) {
    return {too_small, 0,
            absl::StrCat("its EC key has ", bits,
                         " bits; at least 256 are required"),
            AIRLOCK_BASELINE("6.1.5")};
  }
  return {};
}

RuleFinding CheckLeafExtensions(X509* certificate) {
  if (HasExtension(certificate, NID_name_constraints)) {
    return BadExtension("only a CA can have name constraints",
                        "RFC 5280, section 4.2.1.10");
  }
  if ((X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) != 0 &&
      (X509_get_extended_key_usage(certificate) & XKU_ANYEKU) != 0) {
    return {code::kInvalidPurpose, 0,
            "its extended key usage has anyExtendedKeyUsage",
            AIRLOCK_BASELINE("7.1.2.7.10")};
  }
  if (HasCriticalExtension(certificate, NID_ext_key_usage)) {
    return BadExtension("the extended key usage is critical",
                        AIRLOCK_BASELINE("7.1.2.7.6"));
  }
  if (HasCriticalExtension(certificate, NID_subject_alt_name) &&
      X509_NAME_entry_count(X509_get_subject_name(certificate)) > 0) {
    return BadExtension(
        "the subjectAltName is critical although the subject is not empty",
        AIRLOCK_BASELINE("7.1.2.7.12"));
  }
  return {};
}

RuleFinding CheckCaExtensions(const X509* certificate) {
  if (HasNonCriticalExtension(certificate, NID_name_constraints)) {
    return BadExtension("the name constraints are not critical",
                        "RFC 5280, section 4.2.1.10");
  }
  if (HasNonCriticalExtension(certificate, NID_policy_constraints)) {
    return BadExtension("the policy constraints are not critical",
                        "RFC 5280, section 4.2.1.11");
  }
  if (HasNonCriticalExtension(certificate, NID_inhibit_any_policy)) {
    return BadExtension("inhibitAnyPolicy is not critical",
                        "RFC 5280, section 4.2.1.14");
  }
  return {};
}

RuleFinding CheckAnchorExtensions(X509* certificate) {
  if (HasExtension(certificate, NID_ext_key_usage)) {
    return BadExtension("a root CA must not have an extended key usage",
                        AIRLOCK_BASELINE("7.1.2.1.2"));
  }
  if (!HasExtension(certificate, NID_authority_key_identifier)) return {};
  const ASN1_OCTET_STRING* authority = X509_get0_authority_key_id(certificate);
  const ASN1_OCTET_STRING* subject = X509_get0_subject_key_id(certificate);
  if (authority == nullptr ||
      X509_get0_authority_issuer(certificate) != nullptr ||
      X509_get0_authority_serial(certificate) != nullptr ||
      (subject != nullptr && ASN1_OCTET_STRING_cmp(authority, subject) != 0)) {
    return BadExtension(
        "the authorityKeyIdentifier of a root CA must be its own key "
        "identifier",
        AIRLOCK_BASELINE("7.1.2.1.3"));
  }
  return {};
}

RuleFinding CheckContents(X509* certificate) {
  if ((X509_get_extension_flags(certificate) & EXFLAG_KUSAGE) != 0 &&
      X509_get_key_usage(certificate) == 0) {
    return BadExtension("the key usage is empty", "RFC 5280, section 4.2.1.3");
  }
  for (const int nid : {NID_info_access, NID_sinfo_access}) {
    if (!HasExtension(certificate, nid)) continue;
    const bssl::UniquePtr<AUTHORITY_INFO_ACCESS> access(
        static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(
            certificate, nid, /*out_critical=*/nullptr, /*out_idx=*/nullptr)));
    if (access == nullptr || sk_ACCESS_DESCRIPTION_num(access.get()) == 0) {
      return BadExtension("the information access extension is malformed",
                          "RFC 5280, section 4.2.2.1");
    }
  }
  return {};
}

}  // namespace

RuleFinding CheckBeyondOpenssl(X509* certificate, bool is_leaf,
                               bool is_anchor) {
  const ErrorQueueScope errors;
  RuleFinding finding = CheckFields(certificate);
  if (finding.verify_code == code::kOk)
    finding = CheckKey(certificate, is_leaf);
  if (finding.verify_code == code::kOk) finding = CheckContents(certificate);
  if (finding.verify_code == code::kOk) {
    finding = is_leaf ? CheckLeafExtensions(certificate)
                      : CheckCaExtensions(certificate);
  }
  const bool is_root =
      is_anchor && (X509_get_extension_flags(certificate) & EXFLAG_SI) != 0;
  if (finding.verify_code == code::kOk && is_root) {
    finding = CheckAnchorExtensions(certificate);
  }
  return finding;
}

}  // namespace airlock::ssl::internal
