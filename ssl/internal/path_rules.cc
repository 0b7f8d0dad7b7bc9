// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/path_rules.h"

#include <openssl/obj.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/name_syntax.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

namespace code = verify_code;

constexpr absl::string_view kExtensions = "RFC 5280, section 4.2";
constexpr absl::string_view kAltName = "RFC 5280, section 4.2.1.6";
constexpr absl::string_view kKeyUsage = "RFC 5280, section 4.2.1.3";
constexpr absl::string_view kBasicConstraints = "RFC 5280, section 4.2.1.9";
constexpr absl::string_view kExtendedKeyUsage = "RFC 5280, section 4.2.1.12";
constexpr absl::string_view kLeafIsNoCa =
    "CA/Browser Forum Baseline Requirements, section 7.1.2.7.8";

std::string ObjectText(const ASN1_OBJECT* object) {
  char text[80];
  const int size = OBJ_obj2txt(text, sizeof(text), object,
                               /*always_return_oid=*/0);
  return size > 0 ? text : "";
}

// Which extensions BoringSSL's flag is about.
std::string UnknownCriticalReason(const X509* certificate) {
  std::vector<std::string> names;
  for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
    const X509_EXTENSION* extension = X509_get_ext(certificate, i);
    if (X509_EXTENSION_get_critical(extension) != 0 &&
        !X509_supported_extension(extension)) {
      names.push_back(ObjectText(X509_EXTENSION_get_object(extension)));
    }
  }
  names.resize(std::min<size_t>(names.size(), 3));
  return names.empty()
             ? ""
             : absl::StrCat("its critical extension ",
                            absl::StrJoin(names, ", "), " is unknown");
}

// BoringSSL sets the flags, but does not look at those of an anchor.
RuleFinding CheckExtensions(X509* certificate, int depth) {
  const uint32_t flags = X509_get_extension_flags(certificate);
  if ((flags & EXFLAG_INVALID) != 0) {
    return {code::kInvalidExtension, depth, "", kExtensions};
  }
  if ((flags & EXFLAG_CRITICAL) != 0) {
    return {code::kUnhandledCriticalExtension, depth,
            UnknownCriticalReason(certificate), kExtensions};
  }
  // Sorted, since a peer may send many.
  std::vector<const ASN1_OBJECT*> objects;
  const int count = X509_get_ext_count(certificate);
  objects.reserve(static_cast<size_t>(std::max(count, 0)));
  for (int i = 0; i < count; ++i) {
    objects.push_back(X509_EXTENSION_get_object(X509_get_ext(certificate, i)));
  }
  std::sort(objects.begin(), objects.end(),
            [](const ASN1_OBJECT* a, const ASN1_OBJECT* b) {
              return OBJ_cmp(a, b) < 0;
            });
  const auto twice =
      std::adjacent_find(objects.begin(), objects.end(),
                         [](const ASN1_OBJECT* a, const ASN1_OBJECT* b) {
                           return OBJ_cmp(a, b) == 0;
                         });
  if (twice == objects.end()) return {};
  return {code::kInvalidExtension, depth,
          absl::StrCat("the extension ", ObjectText(*twice), " occurs twice"),
          kExtensions};
}

// RFC 5280, section 6.1.4 (l) and (m): self-issued certificates and the leaf do
// not count.
RuleFinding CheckPathLength(absl::Span<X509* const> chain) {
  long below = 0;
  for (size_t i = 1; i < chain.size(); ++i) {
    const long most = X509_get_pathlen(chain[i]);
    if (most >= 0 && below > most) {
      return {
          code::kPathLengthExceeded, static_cast<int>(i),
          absl::StrCat("intermediates below it: ", below, ", allowed: ", most),
          kBasicConstraints};
    }
    if ((X509_get_extension_flags(chain[i]) & EXFLAG_SI) == 0) ++below;
  }
  return {};
}

// The extended key usages of a peer, as BoringSSL's bits.
uint32_t UsesOf(Side peer) {
  return peer == Side::kServer ? XKU_SSL_SERVER | XKU_SGC : XKU_SSL_CLIENT;
}

std::string LacksUse(Side peer) {
  return absl::StrCat("its extended key usage lacks ",
                      peer == Side::kServer ? "serverAuth" : "clientAuth");
}

// BoringSSL checks this for what the peer presented, not for what comes from
// the trust store.
RuleFinding CheckIssuer(X509* issuer, bool is_anchor, Side peer) {
  const uint32_t flags = X509_get_extension_flags(issuer);
  const bool denies_being_a_ca =
      (flags & EXFLAG_BCONS) != 0 && (flags & EXFLAG_CA) == 0;
  if (denies_being_a_ca || (!is_anchor && (flags & EXFLAG_CA) == 0)) {
    return {code::kInvalidCa, 0,
            denies_being_a_ca ? "its basic constraints say that it is not a CA"
                              : "it has no basic constraints",
            kBasicConstraints};
  }
  if ((flags & EXFLAG_XKUSAGE) != 0 && (X509_get_extended_key_usage(issuer) &
                                        (XKU_ANYEKU | UsesOf(peer))) == 0) {
    return {code::kInvalidPurpose, 0, LacksUse(peer), kExtendedKeyUsage};
  }
  return {};
}

// BoringSSL does not check this for a leaf that is trusted itself.
RuleFinding CheckPurpose(X509* leaf, Side peer) {
  const int purpose =
      peer == Side::kServer ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT;
  if (X509_check_purpose(leaf, purpose, /*ca=*/0) == 1) return {};
  if ((X509_get_extension_flags(leaf) & EXFLAG_XKUSAGE) != 0 &&
      (X509_get_extended_key_usage(leaf) & UsesOf(peer)) == 0) {
    return {code::kInvalidPurpose, 0, LacksUse(peer), kExtendedKeyUsage};
  }
  return {code::kInvalidPurpose, 0,
          peer == Side::kServer
              ? "its key usage allows neither signatures nor key exchange"
              : "its key usage does not allow signatures",
          kKeyUsage};
}

struct Row {
  int code;
  absl::string_view rule;
};

constexpr Row kRules[] = {
    {code::kUnableToGetIssuer, "RFC 5280, section 6.1"},
    {code::kUnableToGetIssuerLocally, "RFC 5280, section 6.1"},
    {code::kSelfSignedLeaf, "RFC 5280, section 6.1"},
    {code::kSelfSignedInChain, "RFC 5280, section 6.1"},
    {code::kUnableToGetCrl, "RFC 5280, section 6.3"},
    {code::kCrlSignatureFailure, "RFC 5280, section 6.3.3"},
    {code::kCrlNotYetValid, "RFC 5280, section 5.1.2.4"},
    {code::kCrlExpired, "RFC 5280, section 5.1.2.5"},
    {code::kRevoked, "RFC 5280, section 6.3"},
    {X509_V_ERR_KEYUSAGE_NO_CRL_SIGN, "RFC 5280, section 4.2.1.3"},
    {X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, "RFC 5280, section 5.2"},
    {X509_V_ERR_DIFFERENT_CRL_SCOPE, "RFC 5280, section 6.3.3"},
    {code::kSignatureFailure, "RFC 5280, section 6.1.3"},
    {code::kIssuerKeyUnreadable, "RFC 5280, section 4.1.2.7"},
    {code::kNotYetValid, "RFC 5280, section 4.1.2.5"},
    {code::kExpired, "RFC 5280, section 4.1.2.5"},
    {code::kPathLengthExceeded, kBasicConstraints},
    {code::kInvalidCa, kBasicConstraints},
    {code::kInvalidPurpose, kExtendedKeyUsage},
    {code::kUnhandledCriticalExtension, kExtensions},
    {code::kInvalidExtension, kExtensions},
    // What the security levels follow.
    {code::kEeKeyTooSmall, "NIST SP 800-57, part 1"},
    {code::kCaKeyTooSmall, "NIST SP 800-57, part 1"},
    {code::kCaDigestTooWeak, "NIST SP 800-57, part 1"},
    {X509_V_ERR_NO_EXPLICIT_POLICY, "RFC 5280, section 6.1.5"},
    {X509_V_ERR_INVALID_POLICY_EXTENSION, "RFC 5280, section 4.2.1.4"},
    {code::kPermittedViolation, "RFC 5280, section 4.2.1.10"},
    {code::kExcludedViolation, "RFC 5280, section 4.2.1.10"},
    {code::kSubtreeMinMax, "RFC 5280, section 4.2.1.10"},
    {code::kUnsupportedConstraintType, "RFC 5280, section 4.2.1.10"},
    {code::kUnsupportedConstraintSyntax, "RFC 5280, section 4.2.1.10"},
    {code::kUnsupportedNameSyntax, "RFC 5280, section 4.2.1.10"},
    {code::kPathLengthForNonCa, kBasicConstraints},
    {code::kPathLengthWithoutCertSign, kBasicConstraints},
    {code::kCertSignForNonCa, "RFC 5280, section 4.2.1.3"},
    {code::kIssuerNameEmpty, "RFC 5280, section 4.1.2.4"},
    {code::kSubjectNameEmpty, "RFC 5280, section 4.1.2.6"},
    {code::kNoAuthorityKeyIdentifier, "RFC 5280, section 4.2.1.1"},
    {code::kNoSubjectKeyIdentifier, "RFC 5280, section 4.2.1.2"},
    {code::kEmptySubjectAltName, kAltName},
    {code::kSubjectAltNameNotCritical, kAltName},
    {code::kCaBasicConstraintsNotCritical, kBasicConstraints},
    {code::kAuthorityKeyIdentifierCritical, "RFC 5280, section 4.2.1.1"},
    {code::kSubjectKeyIdentifierCritical, "RFC 5280, section 4.2.1.2"},
    {code::kCaWithoutKeyUsage, "RFC 5280, section 4.2.1.3"},
};

}  // namespace

RuleFinding CheckPathRules(absl::Span<X509* const> chain, Side peer,
                           bool leaf_is_anchor) {
  const ErrorQueueScope errors;
  for (size_t i = 0; i < chain.size(); ++i) {
    RuleFinding finding = CheckExtensions(chain[i], static_cast<int>(i));
    if (finding.verify_code != code::kOk) return finding;
  }
  RuleFinding finding = CheckPathLength(chain);
  if (finding.verify_code != code::kOk) return finding;
  for (size_t i = 1; i < chain.size(); ++i) {
    finding = CheckIssuer(chain[i], i + 1 == chain.size(), peer);
    finding.depth = static_cast<int>(i);
    if (finding.verify_code != code::kOk) return finding;
  }
  finding = CheckPurpose(chain[0], peer);
  if (finding.verify_code != code::kOk) return finding;
  if (!leaf_is_anchor && chain.size() > 1 &&
      (X509_get_extension_flags(chain[0]) & EXFLAG_CA) != 0) {
    return {code::kInvalidPurpose, 0, "it is a CA, not a server or client",
            kLeafIsNoCa};
  }
  return {};
}

RuleFinding CheckAltNames(X509* leaf) {
  const ErrorQueueScope errors;
  const auto names = GetSubjectAltNames(leaf);
  if (!names.ok()) {
    return {code::kInvalidExtension, 0, "the subjectAltName is malformed",
            kAltName};
  }
  for (const GENERAL_NAME* name : names->get()) {
    std::string reason = MalformedNameReason(name);
    if (!reason.empty()) {
      return {code::kUnsupportedNameSyntax, 0, reason, kAltName};
    }
  }
  return {};
}

absl::string_view RuleOfVerifyCode(int code) {
  for (const Row& row : kRules) {
    if (row.code == code) return row.rule;
  }
  return "";
}

}  // namespace airlock::ssl::internal
