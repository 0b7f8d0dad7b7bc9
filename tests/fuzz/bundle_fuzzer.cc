// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Bundles of certificates, CRLs and keys. Input: the bundle.

#include <string>

#include "absl/strings/string_view.h"
#include "ssl/bundle.h"
#include "ssl/trust_store.h"
#include "tests/fuzz/fuzz.h"

namespace airlock::fuzz {
namespace {

void CheckPart(const ssl::BundlePart& part, ssl::Encoding encoding) {
  Require(!part.Where().empty(), "a part has a place");
  Require((part.kind == ssl::PartKind::kDamaged) <= !part.status.ok(),
          "a damaged part says why");
  Require((part.line > 0) == (encoding == ssl::Encoding::kPem),
          "PEM has lines, DER has none");
  if (!part.status.ok()) {
    Require(!part.certificate.has_value() && !part.crl.has_value() &&
                !part.key.has_value(),
            "an unusable part has no content");
    return;
  }
  Require(part.certificate.has_value() ==
              (part.kind == ssl::PartKind::kCertificate),
          "a certificate is one");
  Require(part.crl.has_value() == (part.kind == ssl::PartKind::kCrl),
          "a CRL is one");
  Require(part.key.has_value() == (part.kind == ssl::PartKind::kPrivateKey),
          "a key is one");
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  const absl::string_view bytes = fuzz::Text(data, size);
  const ssl::Bundle bundle = ssl::ReadBundle(bytes);
  fuzz::Require(bundle.encoding == ssl::SniffEncoding(bytes),
                "both see the same encoding");
  fuzz::Require(
      bundle.encoding != ssl::Encoding::kUnknown || bundle.parts.empty(),
      "an unknown encoding has no parts");
  int number = 0;
  bool all_intact = true;
  size_t certificates = 0;
  for (const ssl::BundlePart& part : bundle.parts) {
    fuzz::Require(part.number == ++number, "parts are numbered from 1");
    fuzz::CheckPart(part, bundle.encoding);
    // A trust store skips keys, whether or not they are intact.
    const bool is_used = part.kind == ssl::PartKind::kCertificate ||
                         part.kind == ssl::PartKind::kCrl ||
                         part.kind == ssl::PartKind::kDamaged;
    all_intact = all_intact && (part.status.ok() || !is_used);
    certificates += part.certificate.has_value() ? 1 : 0;
  }
  (void)ssl::LooksLikeContent(bytes);
  (void)ssl::DescribeUnknown(bytes);
  const auto store = ssl::TrustStore::Create(bytes, "bundle");
  if (!store.ok()) return 0;
  fuzz::Require(all_intact, "a damaged bundle is not trusted");
  fuzz::Require((*store)->certificate_count() > 0 &&
                    (*store)->certificate_count() <= certificates,
                "a trust store has the certificates of its bundle");
  fuzz::Require((*store)->Certificates().ok(),
                "each trusted certificate can be decoded");
  return 0;
}
