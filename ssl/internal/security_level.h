// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// OpenSSL's security levels, for keys and signatures of certificates.
#ifndef AIRLOCK_SSL_INTERNAL_SECURITY_LEVEL_H_
#define AIRLOCK_SSL_INTERNAL_SECURITY_LEVEL_H_

#include <openssl/base.h>

#include <string>

namespace airlock::ssl::internal {

// Why a certificate is too weak for a level; empty if it is not. Checks the
// key: levels 1 to 5 need RSA keys of at least 1024, 2048, 3072, 7680 or 15360
// bits, or elliptic curves of at least twice 80, 112, 128, 192 or 256 bits.
std::string WeakKeyReason(X509* certificate, int level);

// Checks the digest of its signature. Level 1 and above: no MD5 or SHA-1. Level
// 4 needs SHA-384 or stronger, level 5 SHA-512.
std::string WeakSignatureReason(X509* certificate, int level);

// What is strong enough for a level, as a sentence: "An RSA key of 3072 bits or
// ... is strong enough for level 3.".
std::string NeedsOfLevel(int level);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_SECURITY_LEVEL_H_
