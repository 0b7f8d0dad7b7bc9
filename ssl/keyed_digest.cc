// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/keyed_digest.h"

#include <openssl/aead.h>
#include <openssl/mem.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <tuple>

#include "ssl/internal/error_queue.h"

namespace airlock::ssl {
namespace {

constexpr size_t kSize = std::tuple_size_v<KeyedDigest::Value>;

}  // namespace

struct KeyedDigest::Impl {
  Impl() {
    const internal::ErrorQueueScope errors;
    uint8_t key[16];
    EVP_AEAD_CTX_zero(&aead);
    made = RAND_bytes(key, sizeof(key)) != 0 &&
           EVP_AEAD_CTX_init(&aead, EVP_aead_aes_128_gcm(), key, sizeof(key),
                             kSize, nullptr) != 0;
    OPENSSL_cleanse(key, sizeof(key));
  }
  ~Impl() {
    EVP_AEAD_CTX_cleanup(&aead);
    OPENSSL_cleanse(&aead, sizeof(aead));
  }

  EVP_AEAD_CTX aead;
  bool made;
};

KeyedDigest::KeyedDigest() : impl_(std::make_unique<Impl>()) {}
KeyedDigest::~KeyedDigest() = default;

std::optional<KeyedDigest::Value> KeyedDigest::Of(
    absl::string_view bytes) const {
  // Of an empty message with `bytes` as additional data. The nonce is constant:
  // it only masks the digests, which stay in the cache.
  constexpr uint8_t kNonce[12] = {};
  uint8_t tag[kSize];
  size_t size = 0;
  if (!impl_->made ||
      !EVP_AEAD_CTX_seal(&impl_->aead, tag, &size, sizeof(tag), kNonce,
                         sizeof(kNonce), nullptr, 0,
                         reinterpret_cast<const uint8_t*>(bytes.data()),
                         bytes.size()) ||
      size != sizeof(tag)) {
    internal::DrainErrorQueue();
    return std::nullopt;
  }
  Value value;
  std::copy(std::begin(tag), std::end(tag), value.begin());
  return value;
}

}  // namespace airlock::ssl
