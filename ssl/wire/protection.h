// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Decrypts the records of a recorded connection, given its secrets.
#ifndef AIRLOCK_SSL_WIRE_PROTECTION_H_
#define AIRLOCK_SSL_WIRE_PROTECTION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "ssl/wire/record.h"

namespace airlock::ssl::wire {

// The protection of one direction under one set of keys. Its keys are wiped
// when it is dropped. Thread-compatible.
class Protection {
 public:
  // TLS 1.0 to 1.2.
  struct Tls12Keys {
    uint16_t version = 0;
    uint16_t suite = 0;
    // Not owned; 48 bytes, and 32 bytes each.
    absl::string_view master_secret;
    absl::string_view client_random;
    absl::string_view server_random;
    bool encrypt_then_mac = false;  // RFC 7366.
  };
  // Null if the suite is not one of AES-GCM, AES-CBC, 3DES and
  // ChaCha20-Poly1305, or if the keys have the wrong sizes.
  static std::unique_ptr<Protection> ForTls12(const Tls12Keys& keys,
                                              bool client_writes);
  // TLS 1.3, from a traffic secret. Null if the suite is not one of AES-GCM and
  // ChaCha20-Poly1305, or if `secret` has the wrong size.
  static std::unique_ptr<Protection> ForTls13(uint16_t suite,
                                              absl::string_view secret);

  virtual ~Protection() = default;

  // The content of `record`, and its type. False if it cannot be decrypted and
  // authenticated; then nothing changes. `may_skip`: how many records may be
  // missing before this one.
  virtual bool Open(const Record& record, int may_skip, std::string* content,
                    uint8_t* type) = 0;
  // The keys after a KeyUpdate; false in TLS 1.2.
  virtual bool Update() { return false; }
};

// Whether ForTls12 or ForTls13 could decrypt this suite. Thread-safe.
bool CanDecrypt(uint16_t suite);

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_PROTECTION_H_
