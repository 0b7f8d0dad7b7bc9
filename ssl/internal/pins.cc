// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/pins.h"

#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "absl/strings/string_view.h"
#include "ssl/internal/error_queue.h"
#include "ssl/sha256.h"

namespace airlock::ssl::internal {

bool IsPinned(X509* certificate, absl::Span<const std::string> pins) {
  if (pins.empty()) return false;
  uint8_t* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  const bssl::UniquePtr<uint8_t> owned(der);
  if (size <= 0) return false;
  const std::string hash =
      Sha256({reinterpret_cast<const char*>(der), static_cast<size_t>(size)});
  return std::find(pins.begin(), pins.end(), hash) != pins.end();
}

bool IsPinnedAndSelfSigned(X509* certificate,
                           absl::Span<const std::string> pins) {
  if (!IsPinned(certificate, pins) ||
      (X509_get_extension_flags(certificate) & EXFLAG_SI) == 0) {
    return false;
  }
  const ErrorQueueScope errors;
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(certificate));
  return key != nullptr && X509_verify(certificate, key.get()) == 1;
}

}  // namespace airlock::ssl::internal
