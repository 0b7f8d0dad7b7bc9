// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/credentials.h.
#ifndef AIRLOCK_SSL_INTERNAL_CREDENTIALS_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_CREDENTIALS_IMPL_H_

#include <openssl/base.h>
#include <openssl/evp.h>

#include <vector>

#include "ssl/certificate.h"
#include "ssl/credentials.h"
#include "ssl/internal/certificate_compression.h"

namespace airlock::ssl {

struct Credentials::Impl {
  bssl::UniquePtr<EVP_PKEY> key;   // With `signer`, the public key.
  Signer signer;                   // Null: `key` is the private key.
  std::vector<Certificate> chain;  // Leaf first.
  KeyType key_type = KeyType::kRsa;
  mutable internal::CompressedMessages compressed;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_CREDENTIALS_IMPL_H_
