// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/key_schedule.h"

#include <openssl/digest.h>
#include <openssl/hkdf.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "ssl/internal/error_queue.h"
#include "ssl/wire/names.h"

namespace airlock::ssl::wire {
namespace {

const uint8_t* Data(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

// Empty if out of memory.
std::string Hmac(const EVP_MD* hash, absl::string_view key,
                 absl::string_view text) {
  std::string digest(EVP_MD_size(hash), '\0');
  unsigned size = 0;
  if (HMAC(hash, key.data(), key.size(), Data(text), text.size(),
           reinterpret_cast<uint8_t*>(digest.data()), &size) == nullptr) {
    return "";
  }
  return digest;
}

// P_hash, whose bytes are XORed into `into`. False if out of memory.
bool XorHash(const EVP_MD* hash, absl::string_view secret,
             absl::string_view seed, std::string* into) {
  std::string a(seed);
  for (size_t done = 0; done < into->size();) {
    a = Hmac(hash, secret, a);
    std::string block = Hmac(hash, secret, absl::StrCat(a, seed));
    if (a.empty() || block.empty()) return false;
    const size_t size = std::min(block.size(), into->size() - done);
    for (size_t i = 0; i < size; ++i) (*into)[done + i] ^= block[i];
    done += size;
    Wipe(block.data(), block.size());
  }
  return true;
}

}  // namespace

Secret Prf(uint16_t version, const EVP_MD* hash, absl::string_view secret,
           absl::string_view label_and_seed, size_t size) {
  const internal::ErrorQueueScope scope;
  std::string bytes(size, '\0');
  const ScopedWipe wipe(&bytes);
  if (version >= kTls12) {
    if (!XorHash(hash, secret, label_and_seed, &bytes)) return Secret();
    return Secret(bytes);
  }
  // The halves overlap if the number of bytes is odd.
  const size_t half = (secret.size() + 1) / 2;
  if (!XorHash(EVP_md5(), secret.substr(0, half), label_and_seed, &bytes) ||
      !XorHash(EVP_sha1(), secret.substr(secret.size() - half), label_and_seed,
               &bytes)) {
    return Secret();
  }
  return Secret(bytes);
}

Secret ExpandLabel(const EVP_MD* hash, absl::string_view secret,
                   absl::string_view label, size_t size) {
  const internal::ErrorQueueScope scope;
  const std::string full = absl::StrCat("tls13 ", label);
  std::string info;
  info.push_back(static_cast<char>(size >> 8));
  info.push_back(static_cast<char>(size));
  info.push_back(static_cast<char>(full.size()));
  absl::StrAppend(&info, full);
  info.push_back('\0');
  std::string bytes(size, '\0');
  const ScopedWipe wipe(&bytes);
  if (!HKDF_expand(reinterpret_cast<uint8_t*>(bytes.data()), size, hash,
                   Data(secret), secret.size(), Data(info), info.size())) {
    return Secret();
  }
  return Secret(bytes);
}

}  // namespace airlock::ssl::wire
