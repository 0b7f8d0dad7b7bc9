// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What differs between the versions of BoringSSL, the engine, that Airlock
// builds on: Debian's (API version 19) and upstream's (43). All other code is
// the same for each. docs/engines.md lists what users see of it.
#ifndef AIRLOCK_SSL_INTERNAL_ENGINE_DIFFERENCES_H_
#define AIRLOCK_SSL_INTERNAL_ENGINE_DIFFERENCES_H_

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

// The hybrid of X25519 and ML-KEM-768, and whether the engine has it.
inline constexpr absl::string_view kX25519Mlkem768 = "X25519MLKEM768";
#ifdef SSL_GROUP_X25519_MLKEM768
inline constexpr bool kHasPostQuantum = true;
#else
inline constexpr bool kHasPostQuantum = false;
#endif

// Whether it has Encrypted Client Hello of RFC 9849. Earlier versions have a
// draft of it, which was never finished.
#ifdef SSL_R_UNUSABLE_ECH_CONFIG_LIST
inline constexpr bool kHasEch = true;
#else
inline constexpr bool kHasEch = false;
#endif

// ML-DSA (FIPS 204) in keys, certificates and signatures: whether it has it,
// and its key types, of the sets 44, 65 and 87.
#ifdef SSL_SIGN_ML_DSA_44
inline constexpr bool kHasMlDsa = true;
inline constexpr std::array<int, 3> kMlDsaKeyTypes = {
    EVP_PKEY_ML_DSA_44, EVP_PKEY_ML_DSA_65, EVP_PKEY_ML_DSA_87};
#else
inline constexpr bool kHasMlDsa = false;
inline constexpr std::array<int, 0> kMlDsaKeyTypes = {};
#endif

// Its SignatureSchemes: mldsa44, mldsa65, mldsa87.
inline constexpr std::array<uint16_t, 3> kMlDsaSchemes = {0x0904, 0x0905,
                                                          0x0906};

// Whether it prefers the trust store's issuers even without
// X509_V_FLAG_TRUSTED_FIRST.
inline constexpr bool kAlwaysTrustedFirst = X509_V_FLAG_TRUSTED_FIRST == 0;

// The groups for key exchange that both sides offer by default, by preference.
inline constexpr absl::string_view kDefaultGroups =
    kHasPostQuantum ? "X25519MLKEM768:X25519:P-256:P-384:P-521"
                    : "X25519:P-256:P-384:P-521";

// The name of a group (RFC 8446, section 4.2.7): "X25519", or "0x0100" for one
// that is not known.
std::string GroupName(uint16_t group);

// "X25519MLKEM768 needs a later BoringSSL, such as API version 43, ...".
std::string PostQuantumNeed();

// "Encrypted Client Hello needs a later BoringSSL, ...".
std::string EchNeed();

// "ML-DSA needs a later BoringSSL, ...".
std::string MlDsaNeed();

// Whether an error of reading a private key means that it is not just the seed,
// the only form in which the engine reads one of ML-DSA (RFC 9881, section 6).
bool IsNotSeed(uint32_t code);

// What to do about the unknown group in `names`, separated by colons.
std::string UnknownGroupAdvice(absl::string_view names);

// Makes a client refuse a server whose RSA key signs although its keyUsage does
// not allow that. Later versions always do.
void EnforceRsaKeyUsage(SSL* ssl);

// Makes a client that was given an ECHConfigList fail, before it sends
// anything, if the engine can use none of its configurations. Only with
// kHasEch.
void RejectUnusableEch(SSL* ssl);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_ENGINE_DIFFERENCES_H_
