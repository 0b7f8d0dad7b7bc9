// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Detects what DER is meant to be, for readers that accept several kinds, and
// for their errors.
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

// Detects from its first fields what `der` is meant to be. Does not check the
// rest; the parser does.
DerKind SniffDer(absl::string_view der);

// "a certificate", "a private key"; empty for kUnknown.
absl::string_view DescribeDerKind(DerKind kind);

// The PEM label of this kind; empty for kUnknown.
absl::string_view PemLabelOf(DerKind kind);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_DER_KIND_H_
