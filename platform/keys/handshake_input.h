// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Tells what a TLS handshake signs from everything else.
#ifndef AIRLOCK_PLATFORM_KEYS_HANDSHAKE_INPUT_H_
#define AIRLOCK_PLATFORM_KEYS_HANDSHAKE_INPUT_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "platform/keys/protocol.h"

namespace airlock::keys {

// Ok if `input` is exactly what a TLS peer signs with `scheme` for `purpose`:
//  - kTls13Server, kTls13Client: 64 spaces, the context string of that role, a
//    zero byte, and a transcript hash of 32 or 48 bytes (RFC 8446, section
//    4.4.3). Not with a PKCS#1 scheme, which TLS 1.3 does not have there.
//  - kTls12Server: both randoms, and the parameters of a ServerKeyExchange: one
//    of the named curves P-256, P-384, P-521 and X25519, with a point of its
//    length (RFC 8422, section 5.4).
//  - kTls12Client: the messages of a TLS 1.2 handshake from ClientHello to
//    ClientKeyExchange (RFC 5246, section 7.4.8): in order, each of its length,
//    with a request for a certificate and the client's certificate.
// The four forms exclude each other, with one exception that TLS 1.2 has by its
// design: an attacker may find randoms and a point that look like the start of
// a short handshake. Errors: kInvalidArgument, which say what is wrong. Pure
// and thread-safe.
absl::Status CheckHandshakeInput(Purpose purpose, uint16_t scheme,
                                 absl::string_view input);

// The purpose for which CheckHandshakeInput accepts `input`, for a client of
// the service; unset if there is none. Pure and thread-safe.
std::optional<Purpose> PurposeOfInput(uint16_t scheme, absl::string_view input);

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_HANDSHAKE_INPUT_H_
