// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/der_kind.h"

#include <openssl/bytestring.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace airlock::ssl::internal {
namespace {

// Content that begins like a certificate: a SEQUENCE that contains a SEQUENCE
// whose first field is not an OID. Requests and CRLs begin like this, too.
DerKind SniffSigned(CBS info) {
  CBS first, second;
  // The first field in certificates of version 2 or 3.
  constexpr CBS_ASN1_TAG kVersion =
      CBS_ASN1_CONTEXT_SPECIFIC | CBS_ASN1_CONSTRUCTED | 0;
  if (CBS_peek_asn1_tag(&info, kVersion)) return DerKind::kCertificate;
  if (CBS_peek_asn1_tag(&info, CBS_ASN1_INTEGER)) {
    CBS number;
    if (!CBS_get_asn1(&info, &number, CBS_ASN1_INTEGER)) {
      return DerKind::kCertificate;
    }
  }
  // Here a certificate and a CRL have the signature algorithm, and a request
  // its subject. Then follow issuer and dates; in a CRL, the dates are not in a
  // SEQUENCE.
  if (!CBS_get_asn1(&info, &first, CBS_ASN1_SEQUENCE) ||
      !CBS_get_asn1(&info, &second, CBS_ASN1_SEQUENCE)) {
    return DerKind::kCertificate;
  }
  if (!CBS_peek_asn1_tag(&first, CBS_ASN1_OBJECT)) return DerKind::kRequest;
  return CBS_peek_asn1_tag(&info, CBS_ASN1_UTCTIME) ||
                 CBS_peek_asn1_tag(&info, CBS_ASN1_GENERALIZEDTIME)
             ? DerKind::kCrl
             : DerKind::kCertificate;
}

}  // namespace

bool LooksLikeDer(absl::string_view bytes) {
  // The tag of a SEQUENCE is the digit 0, and text may begin with that. But
  // text does not contain the control characters of DER's tags, lengths and
  // versions.
  return absl::StartsWith(bytes, "0") &&
         std::any_of(bytes.begin(), bytes.end(), [](char c) {
           return absl::ascii_iscntrl(c) && !absl::ascii_isspace(c);
         });
}

DerKind SniffDer(absl::string_view der) {
  // An indefinite length is BER, which only PKCS#12 files use.
  if (absl::StartsWith(der, absl::string_view("\x30\x80", 2))) {
    return DerKind::kPkcs12;
  }
  CBS cbs, sequence, inner;
  CBS_init(&cbs, reinterpret_cast<const uint8_t*>(der.data()), der.size());
  if (!CBS_get_asn1(&cbs, &sequence, CBS_ASN1_SEQUENCE)) {
    return DerKind::kUnknown;
  }
  if (CBS_peek_asn1_tag(&sequence, CBS_ASN1_OBJECT)) {
    return DerKind::kPkcs7;  // A ContentInfo.
  }
  uint64_t version = 0;
  // CBS_get_asn1 consumes input even if it does not match.
  if (CBS_peek_asn1_tag(&sequence, CBS_ASN1_SEQUENCE)) {
    if (!CBS_get_asn1(&sequence, &inner, CBS_ASN1_SEQUENCE)) {
      return DerKind::kUnknown;
    }
    if (!CBS_peek_asn1_tag(&inner, CBS_ASN1_OBJECT)) return SniffSigned(inner);
    return CBS_peek_asn1_tag(&sequence, CBS_ASN1_OCTETSTRING)
               ? DerKind::kEncryptedPkcs8
               : DerKind::kPublicKey;
  }
  if (!CBS_get_asn1_uint64(&sequence, &version)) return DerKind::kUnknown;
  if (CBS_peek_asn1_tag(&sequence, CBS_ASN1_SEQUENCE)) {
    return version == 3 ? DerKind::kPkcs12 : DerKind::kPkcs8;
  }
  if (CBS_peek_asn1_tag(&sequence, CBS_ASN1_INTEGER)) return DerKind::kPkcs1;
  if (CBS_peek_asn1_tag(&sequence, CBS_ASN1_OCTETSTRING)) return DerKind::kSec1;
  return DerKind::kUnknown;
}

absl::string_view DescribeDerKind(DerKind kind) {
  switch (kind) {
    case DerKind::kUnknown:
      return "";
    case DerKind::kCertificate:
      return "a certificate";
    case DerKind::kRequest:
      return "a certificate request";
    case DerKind::kCrl:
      return "a CRL";
    case DerKind::kPkcs7:
      return "PKCS#7";
    case DerKind::kPkcs12:
      return "PKCS#12";
    case DerKind::kPkcs8:
    case DerKind::kPkcs1:
    case DerKind::kSec1:
      return "a private key";
    case DerKind::kEncryptedPkcs8:
      return "an encrypted private key";
    case DerKind::kPublicKey:
      return "a public key";
  }
  return "";
}

absl::string_view PemLabelOf(DerKind kind) {
  switch (kind) {
    case DerKind::kUnknown:
      return "";
    case DerKind::kCertificate:
      return "CERTIFICATE";
    case DerKind::kRequest:
      return "CERTIFICATE REQUEST";
    case DerKind::kCrl:
      return "X509 CRL";
    case DerKind::kPkcs7:
      return "PKCS7";
    case DerKind::kPkcs12:
      return "PKCS12";
    case DerKind::kPkcs8:
    case DerKind::kPkcs1:
    case DerKind::kSec1:
      return "PRIVATE KEY";
    case DerKind::kEncryptedPkcs8:
      return "ENCRYPTED PRIVATE KEY";
    case DerKind::kPublicKey:
      return "PUBLIC KEY";
  }
  return "";
}

}  // namespace airlock::ssl::internal
