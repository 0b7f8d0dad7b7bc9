// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/key_material.h"

#include <openssl/bytestring.h>

#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/pem.h"
#include "ssl/shown.h"

namespace airlock::ssl::internal {
namespace {

enum class DerKind {
  kCertificate,
  kPkcs12,
  kPkcs8,
  kEncryptedPkcs8,
  kPkcs1,
  kSec1,
  kPublicKey,
  kUnknown,
};

// Tells from its first fields what `der` is meant to be.
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
  uint64_t version = 0;
  // CBS_get_asn1 consumes what does not match, too.
  if (CBS_peek_asn1_tag(&sequence, CBS_ASN1_SEQUENCE)) {
    if (!CBS_get_asn1(&sequence, &inner, CBS_ASN1_SEQUENCE)) {
      return DerKind::kUnknown;
    }
    if (!CBS_peek_asn1_tag(&inner, CBS_ASN1_OBJECT)) {
      return DerKind::kCertificate;
    }
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

KeyForm FormOf(DerKind kind) {
  switch (kind) {
    case DerKind::kPkcs8:
      return KeyForm::kPkcs8;
    case DerKind::kEncryptedPkcs8:
      return KeyForm::kEncryptedPkcs8;
    case DerKind::kPkcs1:
      return KeyForm::kPkcs1;
    case DerKind::kSec1:
      return KeyForm::kSec1;
    default:
      return KeyForm::kUnsupported;
  }
}

absl::Status Damaged(absl::string_view name, absl::string_view part,
                     const absl::Status& cause) {
  Error error = GetError(cause).value_or(Error());
  error.kind = ErrorKind::kCredentials;
  error.message =
      absl::StrCat(ShownPath(name), ": ", part,
                   " is damaged: ", cause.message(), "; restore it");
  return MakeStatus(error);
}

absl::Status AddKeyBlock(const PemBlock& block, absl::string_view name,
                         KeyMaterial* material) {
  EncodedKey key;
  key.where = Describe(block);
  const bool known =
      block.label == "PRIVATE KEY" || block.label == "ENCRYPTED PRIVATE KEY" ||
      block.label == "RSA PRIVATE KEY" || block.label == "EC PRIVATE KEY";
  if (known && HasPemHeaders(block)) {
    key.form = KeyForm::kPemWithHeaders;
    key.content = NormalizePem(block);
  } else if (known) {
    absl::StatusOr<Secret> der = DecodePem(block);
    if (!der.ok()) return CredentialsError(name, der.status().message());
    // What the block holds counts: some tools write the wrong label.
    key.form = FormOf(SniffDer(der->view()));
    if (key.form == KeyForm::kUnsupported) {
      return CredentialsError(
          name, absl::StrCat(key.where,
                             " is damaged: it holds no private key; restore "
                             "it"));
    }
    key.content = *std::move(der);
  }
  material->keys.push_back(std::move(key));
  return absl::OkStatus();
}

absl::StatusOr<KeyMaterial> ParsePem(absl::string_view text,
                                     absl::string_view name) {
  absl::StatusOr<std::vector<PemBlock>> blocks = SplitPem(text);
  if (!blocks.ok()) return CredentialsError(name, blocks.status().message());
  if (blocks->empty()) return CredentialsError(name, DescribeUnknown(text));
  KeyMaterial material;
  for (const PemBlock& block : *blocks) {
    if (absl::EndsWith(block.label, "PRIVATE KEY")) {
      absl::Status status = AddKeyBlock(block, name, &material);
      if (!status.ok()) return status;
      continue;
    }
    if (!IsCertificateLabel(block.label)) {
      material.others.emplace_back(block.label);
      continue;
    }
    absl::StatusOr<Secret> der = DecodePem(block);
    if (!der.ok()) return CredentialsError(name, der.status().message());
    absl::StatusOr<Certificate> certificate =
        CertificateFromPemDer(block.label, der->view());
    if (!certificate.ok()) {
      return Damaged(name, Describe(block), certificate.status());
    }
    material.certificates.push_back(*std::move(certificate));
  }
  return material;
}

absl::StatusOr<KeyMaterial> ParseDer(absl::string_view der,
                                     absl::string_view name) {
  KeyMaterial material;
  const DerKind kind = SniffDer(der);
  switch (kind) {
    case DerKind::kPkcs12:
      material.pkcs12 = Secret(der);
      return material;
    case DerKind::kPublicKey:
      material.others.emplace_back("PUBLIC KEY");
      return material;
    case DerKind::kUnknown:
      return CredentialsError(
          name,
          "is DER of neither a certificate nor a private key, or cut short");
    case DerKind::kCertificate:
      break;
    default: {
      EncodedKey key;
      key.form = FormOf(kind);
      key.where = "the DER private key";
      key.content = Secret(der);
      material.keys.push_back(std::move(key));
      return material;
    }
  }
  CBS rest;
  CBS_init(&rest, reinterpret_cast<const uint8_t*>(der.data()), der.size());
  while (CBS_len(&rest) > 0) {
    const size_t offset = der.size() - CBS_len(&rest);
    const std::string part =
        absl::StrCat("DER certificate ", material.certificates.size() + 1,
                     " (at byte ", offset, ")");
    CBS element;
    if (!CBS_get_asn1_element(&rest, &element, CBS_ASN1_SEQUENCE)) {
      return Damaged(name, part,
                     absl::InvalidArgumentError("it is cut short or no DER"));
    }
    absl::StatusOr<Certificate> certificate =
        Certificate::FromDer(der.substr(offset, CBS_len(&element)));
    if (!certificate.ok()) return Damaged(name, part, certificate.status());
    material.certificates.push_back(*std::move(certificate));
  }
  return material;
}

}  // namespace

absl::Status CredentialsError(absl::string_view name,
                              absl::string_view message) {
  return MakeStatus(ErrorKind::kCredentials,
                    absl::StrCat(ShownPath(name), ": ", message));
}

absl::StatusOr<KeyMaterial> ParseKeyMaterial(absl::string_view bytes,
                                             absl::string_view name) {
  if (HasPemMarker(bytes)) return ParsePem(bytes, name);
  if (LooksLikeDer(bytes)) return ParseDer(bytes, name);
  return CredentialsError(name, DescribeUnknown(bytes));
}

}  // namespace airlock::ssl::internal
