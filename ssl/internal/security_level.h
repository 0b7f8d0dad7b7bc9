// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// OpenSSL's security levels, for keys and signatures of certificates.
#ifndef AIRLOCK_SSL_INTERNAL_SECURITY_LEVEL_H_
#define AIRLOCK_SSL_INTERNAL_SECURITY_LEVEL_H_

#include <openssl/base.h>

#include <string>

namespace airlock::ssl::internal {

// A reason why a certificate is too weak for a level; empty where it is not.
// The key: RSA of 1024, 2048, 3072, 7680 or 15360 bits at least for levels 1 to
// 5, elliptic curves of twice 80, 112, 128, 192 or 256 bits.
std::string WeakKeyReason(X509* certificate, int level);

// The digest of its signature: from level 1 on no MD5 and no SHA-1; from level
// 4 on SHA-384, for level 5 SHA-512.
std::string WeakSignatureReason(X509* certificate, int level);

// What is strong enough for a level, as a sentence: "An RSA key of 3072 bits or
// ... is strong enough for level 3.".
std::string NeedsOfLevel(int level);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_SECURITY_LEVEL_H_
