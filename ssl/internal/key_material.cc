// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/key_material.h"

#include <openssl/bytestring.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/der_kind.h"
#include "ssl/internal/pem.h"
#include "ssl/shown.h"

namespace airlock::ssl::internal {
namespace {

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

// Of a block whose label says something else than what it holds.
std::string OtherKind(absl::string_view where, absl::string_view der,
                      absl::string_view lacks) {
  const absl::string_view holds = DescribeDerKind(SniffDer(der));
  if (holds.empty()) {
    return absl::StrCat(where, " is damaged: it holds ", lacks, "; restore it");
  }
  return absl::StrCat(where, " holds ", lacks, " but ", holds,
                      "; correct its label, and give it where it belongs");
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
          name, OtherKind(key.where, der->view(), "no private key"));
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
      const DerKind kind = SniffDer(der->view());
      if (kind != DerKind::kCertificate && kind != DerKind::kUnknown) {
        return CredentialsError(
            name, OtherKind(Describe(block), der->view(), "no certificate"));
      }
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
    case DerKind::kRequest:
    case DerKind::kCrl:
    case DerKind::kPkcs7:
      material.others.emplace_back(PemLabelOf(kind));
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
