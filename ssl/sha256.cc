// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/sha256.h"

#include <openssl/sha.h>

#include <cstdint>

namespace airlock::ssl {

std::string Sha256(absl::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
         reinterpret_cast<uint8_t*>(&digest[0]));
  return digest;
}

}  // namespace airlock::ssl
