// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/ticket_keys.h"

#include <openssl/aes.h>
#include <openssl/cipher.h>
#include <openssl/digest.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>
#include <openssl/rand.h>

#include <cstring>

namespace airlock::ssl::internal {
namespace {

constexpr size_t kPartSize = 16;

// The three parts of a key.
struct Parts {
  explicit Parts(const Secret& key)
      : name(reinterpret_cast<const uint8_t*>(key.view().data())),
        hmac(name + kPartSize),
        aes(hmac + kPartSize) {}
  const uint8_t* name;
  const uint8_t* hmac;
  const uint8_t* aes;
};

}  // namespace

int TicketKeyCallback(absl::Span<const std::shared_ptr<const Secret>> keys,
                      uint8_t* key_name, uint8_t* iv, EVP_CIPHER_CTX* cipher,
                      HMAC_CTX* hmac, bool encrypt) {
  constexpr int kError = -1;
  constexpr int kUnknownKey = 0;
  constexpr int kGood = 1;
  constexpr int kGoodButRenew = 2;
  if (encrypt) {
    const Parts parts(*keys[0]);
    std::memcpy(key_name, parts.name, kPartSize);
    if (!RAND_bytes(iv, AES_BLOCK_SIZE) ||
        !EVP_EncryptInit_ex(cipher, EVP_aes_128_cbc(), nullptr, parts.aes,
                            iv) ||
        !HMAC_Init_ex(hmac, parts.hmac, kPartSize, EVP_sha256(), nullptr)) {
      return kError;
    }
    return kGood;
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    const Parts parts(*keys[i]);
    if (CRYPTO_memcmp(key_name, parts.name, kPartSize) != 0) continue;
    if (!HMAC_Init_ex(hmac, parts.hmac, kPartSize, EVP_sha256(), nullptr) ||
        !EVP_DecryptInit_ex(cipher, EVP_aes_128_cbc(), nullptr, parts.aes,
                            iv)) {
      return kError;
    }
    return i == 0 ? kGood : kGoodButRenew;
  }
  return kUnknownKey;
}

}  // namespace airlock::ssl::internal
