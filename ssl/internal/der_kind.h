// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What DER is meant to be, for readers of several kinds and their errors.
#ifndef AIRLOCK_SSL_INTERNAL_DER_KIND_H_
#define AIRLOCK_SSL_INTERNAL_DER_KIND_H_

#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

enum class DerKind {
  kUnknown,
  kCertificate,
  kRequest,
  kCrl,
  kPkcs7,
  kPkcs12,
  kPkcs8,
  kEncryptedPkcs8,
  kPkcs1,
  kSec1,
  kPublicKey,
};

// Whether `bytes` begin as a SEQUENCE and are not text.
bool LooksLikeDer(absl::string_view bytes);

// Tells from its first fields what `der` is meant to be. Whether it is well
// formed beyond them is for its parser to say.
DerKind SniffDer(absl::string_view der);

// "a certificate", "a private key"; empty for kUnknown.
absl::string_view DescribeDerKind(DerKind kind);

// The label that PEM of this kind has; empty for kUnknown.
absl::string_view PemLabelOf(DerKind kind);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_DER_KIND_H_
