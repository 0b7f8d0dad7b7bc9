// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/bundle.h"

#include <openssl/bytestring.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/der_kind.h"
#include "ssl/internal/pem.h"
#include "ssl/internal/read_bundle.h"
#include "ssl/shown.h"

namespace airlock::ssl {
namespace {

using internal::DerKind;
using internal::PemBlock;
using internal::TakeCertificate;

bool TakeNone(const BundlePart&, absl::string_view) { return false; }

absl::Status Unusable(absl::string_view what, absl::string_view advice,
                      const absl::Status& cause = absl::OkStatus()) {
  Error error = GetError(cause).value_or(Error());
  error.kind = ErrorKind::kInvalidArgument;
  error.message.clear();
  error.what = std::string(what);
  error.advice = std::string(advice);
  return MakeStatus(error);
}

// The error for `der`, which does not match its label. `cause` is the parser's
// error, which stays what it is if memory ran out.
absl::Status NotA(absl::string_view wanted, DerKind kind,
                  const absl::Status& cause = absl::OkStatus()) {
  if (!cause.ok() && GetErrorKind(cause) == ErrorKind::kInternal) return cause;
  const absl::string_view holds = internal::DescribeDerKind(kind);
  if (holds.empty() || holds == wanted) {
    return Unusable(absl::StrCat("is damaged: it is not ", wanted, " in DER"),
                    "restore it", cause);
  }
  return Unusable(absl::StrCat("holds ", holds, " and not ", wanted),
                  "correct its label, and pass it where it belongs");
}

std::optional<KeyForm> FormOf(DerKind kind) {
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
      return std::nullopt;
  }
}

bool IsSupportedKeyLabel(absl::string_view label) {
  return label == "PRIVATE KEY" || label == "ENCRYPTED PRIVATE KEY" ||
         label == "RSA PRIVATE KEY" || label == "EC PRIVATE KEY";
}

void ReadKeyBlock(const PemBlock& block, BundlePart* part) {
  EncodedKey key;
  if (IsSupportedKeyLabel(block.label)) {
    if (internal::HasPemHeaders(block)) {
      key.form = KeyForm::kPemWithHeaders;
      key.content = internal::NormalizePem(block);
    } else {
      absl::StatusOr<Secret> der = internal::DecodePem(block);
      if (!der.ok()) {
        part->status = der.status();
        return;
      }
      // The content takes precedence: some tools write the wrong label.
      const DerKind kind = internal::SniffDer(der->view());
      const std::optional<KeyForm> form = FormOf(kind);
      if (!form.has_value()) {
        part->status = NotA("a private key", kind);
        return;
      }
      key.form = *form;
      key.content = *std::move(der);
    }
  }
  part->key = std::move(key);
}

void ReadCertificateBlock(const PemBlock& block, TakeCertificate take,
                          BundlePart* part) {
  std::string usual;
  if (block.label != internal::kTrustedCertificate &&
      internal::DecodePublicPem(block, &usual) && take(*part, usual)) {
    return;
  }
  absl::StatusOr<Secret> der = internal::DecodePem(block);
  part->status = der.status();
  if (!der.ok()) return;
  absl::StatusOr<Certificate> certificate =
      internal::CertificateFromPemDer(block.label, der->view());
  if (certificate.ok()) {
    part->certificate = *std::move(certificate);
  } else {
    part->status = NotA("a certificate", internal::SniffDer(der->view()),
                        certificate.status());
  }
}

void ReadCrlBlock(const PemBlock& block, BundlePart* part) {
  absl::StatusOr<Secret> der = internal::DecodePem(block);
  part->status = der.status();
  if (!der.ok()) return;
  absl::StatusOr<Crl> crl = Crl::FromDer(der->view());
  if (crl.ok()) {
    part->crl = *std::move(crl);
  } else {
    part->status = NotA("a CRL", internal::SniffDer(der->view()), crl.status());
  }
}

BundlePart ReadPemBlock(const PemBlock& block, TakeCertificate take) {
  BundlePart part;
  part.number = block.number;
  part.line = block.line;
  part.label = std::string(block.label);
  part.status = block.status;
  if (!part.status.ok()) {
    part.kind = PartKind::kDamaged;
  } else if (internal::IsCertificateLabel(block.label)) {
    part.kind = PartKind::kCertificate;
    ReadCertificateBlock(block, take, &part);
  } else if (block.label == "X509 CRL") {
    part.kind = PartKind::kCrl;
    ReadCrlBlock(block, &part);
  } else if (absl::EndsWith(block.label, "PRIVATE KEY")) {
    part.kind = PartKind::kPrivateKey;
    ReadKeyBlock(block, &part);
  }
  return part;
}

void ReadDerElement(absl::string_view der, DerKind kind, TakeCertificate take,
                    BundlePart* part) {
  part->label = std::string(internal::PemLabelOf(kind));
  if (const std::optional<KeyForm> form = FormOf(kind)) {
    part->kind = PartKind::kPrivateKey;
    part->key = EncodedKey{*form, Secret(der)};
    return;
  }
  switch (kind) {
    case DerKind::kCertificate: {
      part->kind = PartKind::kCertificate;
      if (take(*part, der)) break;
      absl::StatusOr<Certificate> certificate = Certificate::FromDer(der);
      if (certificate.ok()) {
        part->certificate = *std::move(certificate);
      } else {
        part->status = NotA("a certificate", kind, certificate.status());
      }
      break;
    }
    case DerKind::kCrl: {
      part->kind = PartKind::kCrl;
      absl::StatusOr<Crl> crl = Crl::FromDer(der);
      if (crl.ok()) {
        part->crl = *std::move(crl);
      } else {
        part->status = NotA("a CRL", kind, crl.status());
      }
      break;
    }
    case DerKind::kPkcs12:
      part->kind = PartKind::kPkcs12;
      part->pkcs12 = Secret(der);
      break;
    case DerKind::kUnknown:
      part->kind = PartKind::kDamaged;
      part->status = Unusable(
          "is damaged: it is not a certificate, a CRL or a private key in DER",
          "restore or remove it");
      break;
    default:
      break;
  }
}

std::vector<BundlePart> ReadDer(absl::string_view der, TakeCertificate take) {
  std::vector<BundlePart> parts;
  CBS rest;
  CBS_init(&rest, reinterpret_cast<const uint8_t*>(der.data()), der.size());
  while (CBS_len(&rest) > 0) {
    BundlePart part;
    part.number = static_cast<int>(parts.size()) + 1;
    part.offset = der.size() - CBS_len(&rest);
    absl::string_view bytes = der.substr(part.offset);
    const DerKind kind = internal::SniffDer(bytes);
    CBS element;
    if (kind == DerKind::kPkcs12) {
      CBS_skip(&rest, CBS_len(&rest));
    } else if (CBS_get_asn1_element(&rest, &element, CBS_ASN1_SEQUENCE)) {
      bytes = bytes.substr(0, CBS_len(&element));
    } else {
      part.kind = PartKind::kDamaged;
      part.status = Unusable("is damaged: it is cut short or is not DER",
                             "restore or remove it");
      parts.push_back(std::move(part));
      break;  // The start of the next element is unknown.
    }
    ReadDerElement(bytes, kind, take, &part);
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

Encoding SniffEncoding(absl::string_view bytes) {
  if (internal::HasPemMarker(bytes)) return Encoding::kPem;
  if (internal::LooksLikeDer(bytes)) return Encoding::kDer;
  return Encoding::kUnknown;
}

bool LooksLikeContent(absl::string_view bytes) {
  return absl::StrContains(bytes, internal::kPemBegin) ||
         internal::LooksLikeDer(bytes);
}

std::string DescribeUnknown(absl::string_view bytes) {
  return internal::DescribeUnknown(bytes);
}

std::string BundlePart::Where() const {
  if (line == 0) {
    return absl::StrCat("DER object ", number, " (", label,
                        label.empty() ? "at byte " : ", at byte ", offset, ")");
  }
  if (label.empty()) return absl::StrCat("line ", line);
  return absl::StrCat("block ", number, " (", Shown(label), ", line ", line,
                      ")");
}

Bundle ReadBundle(absl::string_view bytes) {
  return internal::ReadBundle(bytes, TakeNone);
}

Bundle internal::ReadBundle(absl::string_view bytes, TakeCertificate take) {
  Bundle bundle;
  bundle.encoding = SniffEncoding(bytes);
  if (bundle.encoding == Encoding::kPem) {
    const std::vector<PemBlock> blocks = SplitPem(bytes);
    bundle.parts.reserve(blocks.size());
    for (const PemBlock& block : blocks) {
      bundle.parts.push_back(ReadPemBlock(block, take));
    }
  } else if (bundle.encoding == Encoding::kDer) {
    bundle.parts = ReadDer(bytes, take);
  }
  return bundle;
}

std::string DescribeLabels(const std::vector<std::string>& labels) {
  constexpr size_t kMost = 5;
  const size_t shown = std::min(labels.size(), kMost);
  std::string text;
  for (size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", Shown(labels[i]));
  }
  if (labels.size() > shown) {
    absl::StrAppend(&text, " and ", labels.size() - shown, " more");
  }
  return text;
}

}  // namespace airlock::ssl
