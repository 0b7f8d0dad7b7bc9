// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/verify_code.h"

#include <openssl/x509.h>

#include <algorithm>
#include <iterator>

#include "ssl/internal/verify_code_map.h"

namespace airlock::ssl {
namespace {

namespace code = verify_code;

constexpr absl::string_view kAddIssuer =
    "Its issuer is not in the CA bundle: have the peer send its intermediate "
    "certificates, or add the issuing CA to the bundle.";
constexpr absl::string_view kAddItself =
    "It is self-signed and not in the CA bundle: add it to the bundle if you "
    "know that it is the peer's.";
constexpr absl::string_view kFreshCrl = "Fetch the issuer's current CRL.";
constexpr absl::string_view kOtherCa =
    "Its CA may not issue certificates for this name: have it issued by a CA "
    "that may.";
constexpr absl::string_view kReplaceCertificate =
    "It is too weak to be trusted: its owner has to replace it with a stronger "
    "one.";
constexpr absl::string_view kReplaceCa =
    "The CA is too weak to be trusted: have the certificate issued by a "
    "stronger one.";
constexpr absl::string_view kOtherName =
    "Connect by a name that the certificate carries, or have one issued for "
    "this name.";
constexpr absl::string_view kReissue =
    "It breaks a rule of RFC 5280: its issuer has to reissue it without this "
    "fault.";
constexpr absl::string_view kDefault =
    "Ask the peer's operator to correct its certificate chain.";

struct Row {
  int code;
  absl::string_view advice;
  // OpenSSL 3's, which programs compare, where BoringSSL has another.
  absl::string_view text = "";
};

constexpr Row kRows[] = {
    {code::kUnableToGetIssuer, kAddIssuer},
    {code::kUnableToGetCrl,
     "CRLs are required: add the issuer's CRL to the CA bundle."},
    {code::kNotYetValid, "Check the clock of this machine."},
    {code::kExpired, "Its owner has to renew it."},
    {code::kCrlNotYetValid, kFreshCrl},
    {code::kCrlExpired, kFreshCrl},
    {code::kSelfSignedLeaf, kAddItself, "self-signed certificate"},
    {code::kSelfSignedInChain, kAddItself,
     "self-signed certificate in certificate chain"},
    {code::kUnableToGetIssuerLocally, kAddIssuer},
    {code::kUnableToVerifyLeafSignature, kAddIssuer},
    {code::kChainTooLong,
     "The chain has more certificates than verify_depth allows."},
    {code::kRevoked, "Its issuer has withdrawn it: do not connect."},
    {code::kInvalidPurpose,
     "It was issued for another use: have one issued for this use.",
     "unsuitable certificate purpose"},
    {code::kRejected,
     "The CA bundle holds it, or another certificate of its name and key, with "
     "trust settings (TRUSTED CERTIFICATE) that reject it for this use: "
     "`openssl x509 -text` shows them."},
    {code::kPermittedViolation, kOtherCa},
    {code::kExcludedViolation, kOtherCa},
    {code::kApplicationVerification,
     "Its key is not the expected one: do not connect, unless its owner has "
     "replaced it; then the operator has to change the pin."},
    {code::kHostnameMismatch, kOtherName},
    {code::kIpAddressMismatch, kOtherName},
    {code::kEeKeyTooSmall, kReplaceCertificate, "EE certificate key too weak"},
    {code::kCaKeyTooSmall, kReplaceCa, "CA certificate key too weak"},
    {code::kCaDigestTooWeak, kReplaceCertificate,
     "CA signature digest algorithm too weak"},
    {code::kInvalidCall,
     "The session has no certificate to verify: make a new connection without "
     "it.",
     "invalid certificate verification context"},
    {code::kStoreLookup, kDefault, "issuer certificate lookup error"},
    {code::kInvalidCa,
     "It signed the certificate before it, but it is not a CA: have the "
     "certificate issued by one.",
     "invalid CA certificate"},
    {code::kPathLengthForNonCa, kReissue,
     "Path length invalid for non-CA cert"},
    {code::kPathLengthWithoutCertSign, kReissue,
     "Path length given without key usage keyCertSign"},
    {code::kCertSignForNonCa, kReissue,
     "Key usage keyCertSign invalid for non-CA cert"},
    {code::kIssuerNameEmpty, kReissue, "Issuer name empty"},
    {code::kSubjectNameEmpty, kReissue, "Subject name empty"},
    {code::kNoAuthorityKeyIdentifier, kReissue,
     "Missing Authority Key Identifier"},
    {code::kNoSubjectKeyIdentifier, kReissue, "Missing Subject Key Identifier"},
    {code::kEmptySubjectAltName, kReissue,
     "Empty Subject Alternative Name extension"},
    {code::kSubjectAltNameNotCritical, kReissue,
     "Subject empty and Subject Alt Name extension not critical"},
    {code::kCaBasicConstraintsNotCritical, kReissue,
     "Basic Constraints of CA cert not marked critical"},
    {code::kAuthorityKeyIdentifierCritical, kReissue,
     "Authority Key Identifier marked critical"},
    {code::kSubjectKeyIdentifierCritical, kReissue,
     "Subject Key Identifier marked critical"},
    {code::kCaWithoutKeyUsage, kReissue,
     "CA cert does not include key usage extension"},
};

const Row* Find(int code) {
  const auto* row = std::find_if(
      std::begin(kRows), std::end(kRows),
      [code](const Row& candidate) { return candidate.code == code; });
  return row == std::end(kRows) ? nullptr : row;
}

}  // namespace

absl::string_view VerifyCodeText(int code) {
  const Row* row = Find(code);
  if (row != nullptr && !row->text.empty()) return row->text;
  // These numbers mean something else in BoringSSL.
  if (internal::FromBoringVerifyCode(code) != code) return "unknown error";
  return X509_verify_cert_error_string(code);
}

absl::string_view VerifyCodeAdvice(int code) {
  const Row* row = Find(code);
  return row == nullptr ? kDefault : row->advice;
}

namespace internal {

int FromBoringVerifyCode(int boring) {
  switch (boring) {
    case X509_V_ERR_INVALID_CA:
      return code::kInvalidCa;
    case X509_V_ERR_INVALID_CALL:
      return code::kInvalidCall;
    case X509_V_ERR_STORE_LOOKUP:
      return code::kStoreLookup;
    case X509_V_ERR_NAME_CONSTRAINTS_WITHOUT_SANS:
      return code::kPermittedViolation;
    default:
      return boring;
  }
}

}  // namespace internal
}  // namespace airlock::ssl
