// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// XAES-256-GCM (https://c2sp.org/XAES-256-GCM): AES-256-GCM with a 24-byte
// nonce, which may be random for any number of messages.
#ifndef AIRLOCK_SSL_INTERNAL_TICKET_AEAD_H_
#define AIRLOCK_SSL_INTERNAL_TICKET_AEAD_H_

#include <openssl/aes.h>

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace airlock::ssl::internal {

// One key, wiped on destruction. Thread-safe.
class TicketAead {
 public:
  static constexpr size_t kKeySize = 32;
  static constexpr size_t kNonceSize = 24;
  static constexpr size_t kTagSize = 16;

  // Seal with the derived key of Derive. `key` has kKeySize bytes.
  static bool SealDerived(const uint8_t* key, const uint8_t* nonce,
                          absl::Span<const uint8_t> input,
                          absl::Span<const uint8_t> additional, uint8_t* out);

  // `key` has kKeySize bytes.
  explicit TicketAead(absl::string_view key);
  ~TicketAead();
  TicketAead(const TicketAead&) = delete;
  TicketAead& operator=(const TicketAead&) = delete;

  // Writes input.size() + kTagSize bytes to `out`, which must not overlap
  // `input`. `nonce` has kNonceSize bytes. False if out of memory.
  bool Seal(const uint8_t* nonce, absl::Span<const uint8_t> input,
            absl::Span<const uint8_t> additional, uint8_t* out) const;

  // Writes input.size() - kTagSize bytes to `out`. False if `input` is shorter
  // than a tag, or was not made by Seal with the same arguments.
  bool Open(const uint8_t* nonce, absl::Span<const uint8_t> input,
            absl::Span<const uint8_t> additional, uint8_t* out) const;

  // Writes the key of one message, which has kKeySize bytes and no other use.
  void Derive(const uint8_t* nonce, uint8_t* key) const;

 private:
  AES_KEY cipher_;
  uint8_t subkey_[AES_BLOCK_SIZE];  // CMAC's K1 (NIST SP 800-38B).
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_TICKET_AEAD_H_
