// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Properties of a cipher suite.
#ifndef AIRLOCK_SSL_CIPHER_H_
#define AIRLOCK_SSL_CIPHER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl {

// A cipher suite, as SSLContext.get_ciphers() describes it.
struct CipherInfo {
  uint32_t id = 0;            // 0x03000000 | the number on the wire.
  std::string name;           // OpenSSL's: "ECDHE-RSA-AES128-GCM-SHA256".
  std::string standard_name;  // IANA's: "TLS_ECDHE_RSA_WITH_AES_128_GCM_...".
  std::string protocol;       // The first version that has it: "TLSv1.2".
  int strength_bits = 0;      // Of the key in use,
  int algorithm_bits = 0;     // and of the algorithm.
  bool aead = false;
  std::string symmetric;     // OpenSSL's short names, such as "aes-128-gcm",
  std::string digest;        // "sha256" or empty,
  std::string key_exchange;  // "kx-ecdhe",
  std::string auth;          // "auth-rsa".
};

// The security level that ContextOptions::ciphers sets with "@SECLEVEL=n"; the
// last one takes precedence. Unset if it sets none, or one that Context::Create
// refuses. Pure and thread-safe.
std::optional<int> StatedSecurityLevel(absl::string_view ciphers);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_CIPHER_H_
