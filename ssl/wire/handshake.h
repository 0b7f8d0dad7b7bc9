// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Decodes handshake messages and alerts.
#ifndef AIRLOCK_SSL_WIRE_HANDSHAKE_H_
#define AIRLOCK_SSL_WIRE_HANDSHAKE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ssl/wire/field.h"

namespace airlock::ssl::wire {

// Larger messages are only named.
constexpr size_t kMaxHandshakeMessage = 256 << 10;
// More certificates in a message are only counted.
constexpr size_t kMaxCertificates = 16;

// What decides about the form of a message.
struct HandshakeContext {
  uint16_t version = 0;  // 0: not negotiated yet, or unknown.
  uint16_t suite = 0;
};

// Decodes a message without its header of four bytes. The name is the type's,
// "ClientHello", and the value a summary. Never fails: what is malformed has a
// problem. Shows no secret: tickets and identities only by size and digest,
// binders and proofs only by size. Thread-safe.
Field DecodeHandshake(uint8_t type, absl::string_view body,
                      const HandshakeContext& context);

// Decodes an alert, 2 bytes: "alert", "fatal handshake_failure (40)".
// Thread-safe.
Field DecodeAlert(absl::string_view body);

// What a ClientHello or ServerHello says that later messages depend on.
struct Hello {
  bool retry = false;  // A HelloRetryRequest.
  // Of a ServerHello: what is negotiated. Of a ClientHello: the highest offer.
  uint16_t version = 0;
  std::string random;
  // One for a ServerHello.
  std::vector<uint16_t> suites;
  bool encrypt_then_mac = false;
  bool early_data = false;
};

// Reads what it can; unset if the message is cut off or no hello. Thread-safe.
std::optional<Hello> ReadHello(uint8_t type, absl::string_view body);

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_HANDSHAKE_H_
