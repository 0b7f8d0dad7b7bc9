// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Fills ssl/cipher.h's CipherInfo from BoringSSL.
#ifndef AIRLOCK_SSL_INTERNAL_CIPHER_INFO_H_
#define AIRLOCK_SSL_INTERNAL_CIPHER_INFO_H_

#include <openssl/base.h>

#include "ssl/cipher.h"
#include "ssl/credentials.h"

namespace airlock::ssl::internal {

CipherInfo DescribeCipher(const SSL_CIPHER* cipher);

// Whether certificates with keys of `type` can be used with `cipher`.
bool CipherFitsKey(const SSL_CIPHER* cipher, KeyType type);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CIPHER_INFO_H_
