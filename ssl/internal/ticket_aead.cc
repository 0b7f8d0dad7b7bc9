// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/ticket_aead.h"

#include <openssl/aead.h>
#include <openssl/err.h>
#include <openssl/mem.h>

#include <cstring>

namespace airlock::ssl::internal {
namespace {

constexpr size_t kDerivingPart = 12;  // Of the nonce; GCM gets the rest.

// AES-256-GCM for one message, wiped afterwards.
class OneUse {
 public:
  explicit OneUse(const uint8_t* key) {
    EVP_AEAD_CTX_zero(&context_);
    good_ = EVP_AEAD_CTX_init(&context_, EVP_aead_aes_256_gcm(), key,
                              TicketAead::kKeySize, TicketAead::kTagSize,
                              nullptr) != 0;
  }
  ~OneUse() {
    EVP_AEAD_CTX_cleanup(&context_);
    OPENSSL_cleanse(&context_, sizeof(context_));
  }
  OneUse(const OneUse&) = delete;
  OneUse& operator=(const OneUse&) = delete;

  const EVP_AEAD_CTX* get() const { return good_ ? &context_ : nullptr; }

 private:
  EVP_AEAD_CTX context_;
  bool good_ = false;
};

}  // namespace

TicketAead::TicketAead(absl::string_view key) {
  AES_set_encrypt_key(reinterpret_cast<const uint8_t*>(key.data()),
                      kKeySize * 8, &cipher_);
  uint8_t block[AES_BLOCK_SIZE] = {};
  AES_encrypt(block, block, &cipher_);
  // Doubling in GF(2^128), without a branch on the secret.
  uint8_t carry = 0;
  for (size_t i = AES_BLOCK_SIZE; i-- > 0;) {
    subkey_[i] = static_cast<uint8_t>((block[i] << 1) | carry);
    carry = static_cast<uint8_t>(block[i] >> 7);
  }
  subkey_[AES_BLOCK_SIZE - 1] ^= static_cast<uint8_t>((0U - carry) & 0x87U);
  OPENSSL_cleanse(block, sizeof(block));
}

TicketAead::~TicketAead() {
  OPENSSL_cleanse(&cipher_, sizeof(cipher_));
  OPENSSL_cleanse(subkey_, sizeof(subkey_));
}

void TicketAead::Derive(const uint8_t* nonce, uint8_t* key) const {
  for (uint8_t half = 0; half < 2; ++half) {
    // Counter, label and context of a KDF in counter mode (NIST SP 800-108).
    uint8_t block[AES_BLOCK_SIZE] = {0, static_cast<uint8_t>(half + 1), 'X', 0};
    std::memcpy(block + 4, nonce, kDerivingPart);
    for (size_t i = 0; i < AES_BLOCK_SIZE; ++i) block[i] ^= subkey_[i];
    AES_encrypt(block, key + half * AES_BLOCK_SIZE, &cipher_);
  }
}

bool TicketAead::Seal(const uint8_t* nonce, absl::Span<const uint8_t> input,
                      absl::Span<const uint8_t> additional,
                      uint8_t* out) const {
  uint8_t key[kKeySize];
  Derive(nonce, key);
  const bool sealed = SealDerived(key, nonce, input, additional, out);
  OPENSSL_cleanse(key, sizeof(key));
  return sealed;
}

bool TicketAead::SealDerived(const uint8_t* key, const uint8_t* nonce,
                             absl::Span<const uint8_t> input,
                             absl::Span<const uint8_t> additional,
                             uint8_t* out) {
  const OneUse aead(key);
  size_t size = 0;
  return aead.get() != nullptr &&
         EVP_AEAD_CTX_seal(aead.get(), out, &size, input.size() + kTagSize,
                           nonce + kDerivingPart, kNonceSize - kDerivingPart,
                           input.data(), input.size(), additional.data(),
                           additional.size()) != 0;
}

bool TicketAead::Open(const uint8_t* nonce, absl::Span<const uint8_t> input,
                      absl::Span<const uint8_t> additional,
                      uint8_t* out) const {
  if (input.size() < kTagSize) return false;
  uint8_t key[kKeySize];
  Derive(nonce, key);
  const OneUse aead(key);
  OPENSSL_cleanse(key, sizeof(key));
  size_t size = 0;
  // An input that is not valid is an answer, not an error of BoringSSL's.
  ERR_set_mark();
  const bool good =
      aead.get() != nullptr &&
      EVP_AEAD_CTX_open(aead.get(), out, &size, input.size() - kTagSize,
                        nonce + kDerivingPart, kNonceSize - kDerivingPart,
                        input.data(), input.size(), additional.data(),
                        additional.size()) != 0;
  ERR_pop_to_mark();
  return good;
}

}  // namespace airlock::ssl::internal
