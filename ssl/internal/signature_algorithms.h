// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which signatures of the handshake (SignatureSchemes, RFC 8446, section 4.2.3)
// a Context makes and accepts. SHA-1 is only for security level 0 (RFC 9155).
// TLS 1.1 and below name no algorithms, and always sign with SHA-1.
#ifndef AIRLOCK_SSL_INTERNAL_SIGNATURE_ALGORITHMS_H_
#define AIRLOCK_SSL_INTERNAL_SIGNATURE_ALGORITHMS_H_

#include <cstdint>
#include <vector>

#include "ssl/options.h"

namespace airlock::ssl::internal {

// Whether it signs a SHA-1 digest.
bool UsesSha1(uint16_t algorithm);

// What a peer may sign with, by preference. Never empty.
std::vector<uint16_t> VerifyAlgorithms(const ContextOptions& options);

// What credentials sign with, by preference. Empty: BoringSSL's own list, in
// which SHA-1 is last.
std::vector<uint16_t> SigningAlgorithms(const ContextOptions& options);

// Whether credentials may sign with `algorithm`.
bool MaySignWith(const ContextOptions& options, uint16_t algorithm);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_SIGNATURE_ALGORITHMS_H_
