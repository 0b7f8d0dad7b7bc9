// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The version of the linked BoringSSL, and what depends on it.
#ifndef AIRLOCK_SSL_ENGINE_H_
#define AIRLOCK_SSL_ENGINE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl {

// BORINGSSL_API_VERSION of its headers, such as 19.
int BoringSslApiVersion();

// "BoringSSL API 19".
std::string EngineName();

// The hybrid of X25519 and ML-KEM-768 for key exchange in TLS 1.3, in
// Verification::groups.
inline constexpr absl::string_view kPostQuantumGroup = "X25519MLKEM768";

// Whether this BoringSSL has kPostQuantumGroup. If it does, both sides offer it
// first by default.
bool HasPostQuantumGroup();

// If it does not: "X25519MLKEM768 needs a later BoringSSL, ...", with what to
// do. No period at the end.
std::string PostQuantumNeed();

// Whether this BoringSSL has Encrypted Client Hello as RFC 9849 defines it.
bool HasEch();

// If it does not: "Encrypted Client Hello needs a later BoringSSL, ...", like
// PostQuantumNeed.
std::string EchNeed();

// Whether this BoringSSL has ML-DSA (FIPS 204) in keys, certificates and
// signatures.
bool HasMlDsa();

// If it does not: "ML-DSA needs a later BoringSSL, ...", like PostQuantumNeed.
std::string MlDsaNeed();

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_ENGINE_H_
