// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Names for the numbers of verification failures: Error::verify_code.
#ifndef AIRLOCK_SSL_VERIFY_CODE_H_
#define AIRLOCK_SSL_VERIFY_CODE_H_

#include "absl/strings/string_view.h"

namespace airlock::ssl {

// OpenSSL 3's X509_V_ERR_* numbers, which are the verify_code of Python's
// SSLCertVerificationError. BoringSSL numbers a few failures differently; its
// numbers never leave //ssl, so each number here has one meaning.
namespace verify_code {

constexpr int kOk = 0;
constexpr int kUnspecified = 1;
constexpr int kUnableToGetIssuer = 2;
constexpr int kUnableToGetCrl = 3;
constexpr int kIssuerKeyUnreadable = 6;
constexpr int kSignatureFailure = 7;
constexpr int kCrlSignatureFailure = 8;
constexpr int kNotYetValid = 9;
constexpr int kExpired = 10;
constexpr int kCrlNotYetValid = 11;
constexpr int kCrlExpired = 12;
constexpr int kSelfSignedLeaf = 18;
constexpr int kSelfSignedInChain = 19;
constexpr int kUnableToGetIssuerLocally = 20;
constexpr int kUnableToVerifyLeafSignature = 21;
constexpr int kChainTooLong = 22;
constexpr int kRevoked = 23;
constexpr int kPathLengthExceeded = 25;
constexpr int kInvalidPurpose = 26;
constexpr int kUntrusted = 27;
constexpr int kRejected = 28;  // By the trust settings of a CA bundle.
constexpr int kUnhandledCriticalExtension = 34;
constexpr int kInvalidExtension = 41;
constexpr int kPermittedViolation = 47;  // By name constraints.
constexpr int kExcludedViolation = 48;   // By name constraints.
constexpr int kSubtreeMinMax = 49;
constexpr int kApplicationVerification = 50;  // A pin, or a verify callback.
constexpr int kUnsupportedConstraintType = 51;
constexpr int kUnsupportedConstraintSyntax = 52;
constexpr int kUnsupportedNameSyntax = 53;
constexpr int kHostnameMismatch = 62;
constexpr int kIpAddressMismatch = 64;
constexpr int kEeKeyTooSmall = 66;    // The peer's own key, for the level.
constexpr int kCaKeyTooSmall = 67;    // A CA's key, for the level.
constexpr int kCaDigestTooWeak = 68;  // A signature's digest, for the level.
constexpr int kInvalidCall = 69;      // No certificate to verify.
constexpr int kStoreLookup = 70;
// From kPathLengthForNonCa to kCaWithoutKeyUsage: only with VERIFY_X509_STRICT.
constexpr int kInvalidCa = 79;
constexpr int kPathLengthForNonCa = 80;
constexpr int kPathLengthWithoutCertSign = 81;
constexpr int kCertSignForNonCa = 82;
constexpr int kIssuerNameEmpty = 83;
constexpr int kSubjectNameEmpty = 84;
constexpr int kNoAuthorityKeyIdentifier = 85;
constexpr int kNoSubjectKeyIdentifier = 86;
constexpr int kEmptySubjectAltName = 87;
constexpr int kSubjectAltNameNotCritical = 88;
constexpr int kCaBasicConstraintsNotCritical = 89;
constexpr int kAuthorityKeyIdentifierCritical = 90;
constexpr int kSubjectKeyIdentifierCritical = 91;
constexpr int kCaWithoutKeyUsage = 92;

}  // namespace verify_code

// What the number means, in OpenSSL's or BoringSSL's words: "certificate has
// expired". For people; not stable. Thread-safe.
absl::string_view VerifyCodeText(int code);

// What to do about it: one or two sentences. Never says how to disable a check.
// Thread-safe.
absl::string_view VerifyCodeAdvice(int code);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_VERIFY_CODE_H_
