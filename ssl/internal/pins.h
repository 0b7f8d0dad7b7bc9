// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Pinned public keys (RFC 7469).
#ifndef AIRLOCK_SSL_INTERNAL_PINS_H_
#define AIRLOCK_SSL_INTERNAL_PINS_H_

#include <openssl/base.h>

#include <string>

#include "absl/types/span.h"

namespace airlock::ssl::internal {

// Whether the SHA-256 hash of the certificate's SubjectPublicKeyInfo is among
// `pins`. False if out of memory.
bool IsPinned(X509* certificate, absl::Span<const std::string> pins);

// The same, and the certificate is signed with its own key.
bool IsPinnedAndSelfSigned(X509* certificate,
                           absl::Span<const std::string> pins);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_PINS_H_
