// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// TLS cipher suites by number, including those that BoringSSL does not have.
#ifndef AIRLOCK_SSL_WIRE_SUITES_H_
#define AIRLOCK_SSL_WIRE_SUITES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl::wire {

// IANA's name of a cipher suite, "TLS_AES_128_GCM_SHA256"; empty if it has
// none. Thread-safe.
std::string SuiteName(uint16_t number);

// The parts of a suite's name.
struct SuiteParts {
  std::string key_exchange;  // "ECDHE_RSA"; empty in TLS 1.3.
  std::string cipher;  // "AES_128_GCM", "AES_256_CBC", "CHACHA20_POLY1305"
  std::string hash;    // "SHA256"; "SHA" is SHA-1.
};

// Empty for a suite without a name. Thread-safe.
SuiteParts PartsOf(uint16_t number);

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_SUITES_H_
