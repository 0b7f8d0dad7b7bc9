// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/protection.h"

#include <openssl/aead.h>
#include <openssl/cipher.h>
#include <openssl/digest.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/internal/error_queue.h"
#include "ssl/secret.h"
#include "ssl/wire/key_schedule.h"
#include "ssl/wire/names.h"
#include "ssl/wire/suites.h"

namespace airlock::ssl::wire {
namespace {

constexpr size_t kAeadNonce = 12;
constexpr size_t kMaxTag = 16;
constexpr size_t kMasterSecret = 48;

// What a suite is made of; null where it does not apply.
struct Algorithms {
  const EVP_AEAD* aead = nullptr;
  const EVP_CIPHER* cbc = nullptr;
  const EVP_MD* mac = nullptr;   // With cbc.
  const EVP_MD* hash = nullptr;  // Of the PRF or of HKDF.
  bool explicit_nonce = false;   // AES-GCM in TLS 1.2.
};

const EVP_AEAD* AeadOf(absl::string_view cipher) {
  if (cipher == "AES_128_GCM") return EVP_aead_aes_128_gcm();
  if (cipher == "AES_256_GCM") return EVP_aead_aes_256_gcm();
  if (cipher == "CHACHA20_POLY1305") return EVP_aead_chacha20_poly1305();
  return nullptr;
}

const EVP_CIPHER* CbcOf(absl::string_view cipher) {
  if (cipher == "AES_128_CBC") return EVP_aes_128_cbc();
  if (cipher == "AES_256_CBC") return EVP_aes_256_cbc();
  if (cipher == "3DES_EDE_CBC") return EVP_des_ede3_cbc();
  return nullptr;
}

const EVP_MD* DigestOf(absl::string_view hash) {
  if (hash == "SHA") return EVP_sha1();
  if (hash == "SHA256") return EVP_sha256();
  if (hash == "SHA384") return EVP_sha384();
  return nullptr;
}

Algorithms AlgorithmsOf(uint16_t suite) {
  const SuiteParts parts = PartsOf(suite);
  Algorithms algorithms;
  algorithms.aead = AeadOf(parts.cipher);
  algorithms.cbc = CbcOf(parts.cipher);
  algorithms.mac = DigestOf(parts.hash);
  algorithms.hash = parts.hash == "SHA384" ? EVP_sha384() : EVP_sha256();
  algorithms.explicit_nonce =
      absl::string_view(parts.cipher).substr(0, 3) == "AES";
  return algorithms;
}

const uint8_t* Data(absl::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}
uint8_t* Data(std::string* bytes) {
  return reinterpret_cast<uint8_t*>(bytes->data());
}

std::string BigEndian(uint64_t number, size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < std::min(size, sizeof(number)); ++i) {
    bytes[size - 1 - i] = static_cast<char>(number >> (8 * i));
  }
  return bytes;
}

// The additional data of TLS 1.2 and below, also of a MAC.
std::string Described(uint64_t sequence, const Record& record, size_t length) {
  return absl::StrCat(BigEndian(sequence, 8), BigEndian(record.type, 1),
                      BigEndian(record.version, 2), BigEndian(length, 2));
}

class AeadProtection : public Protection {
 public:
  static std::unique_ptr<AeadProtection> Make(const EVP_AEAD* aead,
                                              absl::string_view key,
                                              absl::string_view iv,
                                              bool explicit_nonce) {
    auto made = std::make_unique<AeadProtection>();
    made->explicit_nonce_ = explicit_nonce;
    if (!made->SetKey(aead, key, iv)) return nullptr;
    return made;
  }

  // Remembers what Update needs.
  void SetSecret(const EVP_AEAD* aead, const EVP_MD* hash, Secret secret) {
    aead_ = aead;
    hash_ = hash;
    secret_ = std::move(secret);
  }

  bool Open(const Record& record, int may_skip, std::string* content,
            uint8_t* type) override {
    const internal::ErrorQueueScope scope;
    if (tls13() && record.type != kApplicationData) return false;
    for (int skipped = 0; skipped <= may_skip; ++skipped) {
      if (!OpenAt(sequence_ + skipped, record, content)) continue;
      if (!tls13()) {
        *type = record.type;
      } else {
        const size_t end = content->find_last_not_of('\0');
        if (end == std::string::npos) return false;
        *type = static_cast<uint8_t>((*content)[end]);
        content->resize(end);
      }
      sequence_ += skipped + 1;
      return true;
    }
    return false;
  }

  bool Update() override {
    if (!tls13()) return false;
    Secret next =
        ExpandLabel(hash_, secret_.view(), "traffic upd", EVP_MD_size(hash_));
    if (next.empty()) return false;
    secret_ = std::move(next);
    return SetTrafficKey();
  }

  bool SetTrafficKey() {
    const Secret key =
        ExpandLabel(hash_, secret_.view(), "key", EVP_AEAD_key_length(aead_));
    const Secret iv = ExpandLabel(hash_, secret_.view(), "iv", kAeadNonce);
    sequence_ = 0;
    return SetKey(aead_, key.view(), iv.view());
  }

 private:
  bool tls13() const { return hash_ != nullptr; }

  bool SetKey(const EVP_AEAD* aead, absl::string_view key,
              absl::string_view iv) {
    const internal::ErrorQueueScope scope;
    context_.reset(EVP_AEAD_CTX_new(aead, Data(key), key.size(),
                                    EVP_AEAD_DEFAULT_TAG_LENGTH));
    iv_ = Secret(iv);
    return context_ != nullptr;
  }

  bool OpenAt(uint64_t sequence, const Record& record, std::string* content) {
    absl::string_view sealed = record.fragment;
    std::string nonce(iv_.view());
    const ScopedWipe wipe(&nonce);
    if (explicit_nonce_) {
      if (sealed.size() < 8) return false;
      absl::StrAppend(&nonce, sealed.substr(0, 8));
      sealed.remove_prefix(8);
    } else {
      const std::string number = BigEndian(sequence, nonce.size());
      for (size_t i = 0; i < nonce.size(); ++i) nonce[i] ^= number[i];
    }
    if (nonce.size() != kAeadNonce || sealed.size() < kMaxTag) return false;
    const std::string additional =
        tls13() ? std::string(record.header)
                : Described(sequence, record, sealed.size() - kMaxTag);
    content->resize(sealed.size());
    size_t size = 0;
    if (!EVP_AEAD_CTX_open(context_.get(), Data(content), &size,
                           content->size(), Data(nonce), nonce.size(),
                           Data(sealed), sealed.size(), Data(additional),
                           additional.size())) {
      content->clear();
      return false;
    }
    content->resize(size);
    return true;
  }

  bssl::UniquePtr<EVP_AEAD_CTX> context_;
  Secret iv_;
  bool explicit_nonce_ = false;
  uint64_t sequence_ = 0;
  // TLS 1.3 only.
  const EVP_AEAD* aead_ = nullptr;
  const EVP_MD* hash_ = nullptr;
  Secret secret_;
};

class CbcProtection : public Protection {
 public:
  CbcProtection(const EVP_CIPHER* cipher, const EVP_MD* mac, uint16_t version,
                bool encrypt_then_mac)
      : cipher_(cipher),
        mac_(mac),
        version_(version),
        encrypt_then_mac_(encrypt_then_mac) {}

  void SetKeys(absl::string_view mac_key, absl::string_view key,
               absl::string_view iv) {
    mac_key_ = Secret(mac_key);
    key_ = Secret(key);
    iv_ = std::string(iv);
  }

  bool Open(const Record& record, int may_skip, std::string* content,
            uint8_t* type) override {
    const internal::ErrorQueueScope scope;
    *type = record.type;
    for (int skipped = 0; skipped <= may_skip; ++skipped) {
      const bool opened =
          encrypt_then_mac_
              ? OpenEncryptThenMac(sequence_ + skipped, record, content)
              : OpenMacThenEncrypt(sequence_ + skipped, record, content);
      if (!opened) continue;
      sequence_ += skipped + 1;
      Chain(record.fragment);
      return true;
    }
    // The next record may be well, if only this one was damaged.
    Chain(record.fragment);
    return false;
  }

 private:
  size_t block() const { return EVP_CIPHER_block_size(cipher_); }
  size_t tag() const { return EVP_MD_size(mac_); }
  // TLS 1.0 uses the end of the last record as IV.
  bool chained() const { return version_ < 0x0302; }

  void Chain(absl::string_view fragment) {
    if (encrypt_then_mac_) {
      if (fragment.size() < tag()) return;
      fragment.remove_suffix(tag());
    }
    if (chained() && fragment.size() >= block()) {
      iv_ = std::string(fragment.substr(fragment.size() - block()));
    }
  }

  bool HasTag(uint64_t sequence, const Record& record, absl::string_view bytes,
              absl::string_view expected) const {
    const std::string text =
        absl::StrCat(Described(sequence, record, bytes.size()), bytes);
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    return HMAC(mac_, mac_key_.view().data(), mac_key_.size(), Data(text),
                text.size(), digest, &size) != nullptr &&
           size == expected.size() &&
           CRYPTO_memcmp(digest, expected.data(), size) == 0;
  }

  // Decrypts all but the padding.
  bool Decrypt(absl::string_view sealed, std::string* content) const {
    absl::string_view iv = iv_;
    if (!chained()) {
      if (sealed.size() < block()) return false;
      iv = sealed.substr(0, block());
      sealed.remove_prefix(block());
    }
    if (sealed.empty() || sealed.size() % block() != 0) return false;
    content->resize(sealed.size() + block());
    int size = 0;
    const bssl::UniquePtr<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
    if (context == nullptr ||
        !EVP_DecryptInit_ex(context.get(), cipher_, nullptr, Data(key_.view()),
                            Data(iv)) ||
        !EVP_CIPHER_CTX_set_padding(context.get(), 0) ||
        !EVP_DecryptUpdate(context.get(), Data(content), &size, Data(sealed),
                           static_cast<int>(sealed.size()))) {
      return false;
    }
    content->resize(size);
    if (content->empty()) return false;
    const size_t padding = static_cast<uint8_t>(content->back()) + size_t{1};
    if (padding > content->size()) return false;
    const absl::string_view bytes =
        absl::string_view(*content).substr(content->size() - padding);
    if (std::any_of(bytes.begin(), bytes.end(),
                    [&](char byte) { return byte != content->back(); })) {
      return false;
    }
    content->resize(content->size() - padding);
    return true;
  }

  bool OpenMacThenEncrypt(uint64_t sequence, const Record& record,
                          std::string* content) const {
    if (!Decrypt(record.fragment, content) || content->size() < tag()) {
      return false;
    }
    const size_t size = content->size() - tag();
    const absl::string_view all = *content;
    if (!HasTag(sequence, record, all.substr(0, size), all.substr(size))) {
      return false;
    }
    content->resize(size);
    return true;
  }

  bool OpenEncryptThenMac(uint64_t sequence, const Record& record,
                          std::string* content) const {
    if (record.fragment.size() < tag()) return false;
    const size_t size = record.fragment.size() - tag();
    const absl::string_view sealed = record.fragment.substr(0, size);
    return HasTag(sequence, record, sealed, record.fragment.substr(size)) &&
           Decrypt(sealed, content);
  }

  const EVP_CIPHER* const cipher_;
  const EVP_MD* const mac_;
  const uint16_t version_;
  const bool encrypt_then_mac_;
  Secret mac_key_;
  Secret key_;
  std::string iv_;
  uint64_t sequence_ = 0;
};

}  // namespace

bool CanDecrypt(uint16_t suite) {
  const Algorithms algorithms = AlgorithmsOf(suite);
  return algorithms.aead != nullptr ||
         (algorithms.cbc != nullptr && algorithms.mac != nullptr);
}

std::unique_ptr<Protection> Protection::ForTls12(const Tls12Keys& keys,
                                                 bool client_writes) {
  const Algorithms algorithms = AlgorithmsOf(keys.suite);
  if (!CanDecrypt(keys.suite) || keys.master_secret.size() != kMasterSecret) {
    return nullptr;
  }
  const bool aead = algorithms.aead != nullptr;
  const size_t mac_size = aead ? 0 : EVP_MD_size(algorithms.mac);
  const size_t key_size = aead ? EVP_AEAD_key_length(algorithms.aead)
                               : EVP_CIPHER_key_length(algorithms.cbc);
  const size_t iv_size = aead ? (algorithms.explicit_nonce ? 4 : kAeadNonce)
                              : EVP_CIPHER_iv_length(algorithms.cbc);
  const size_t size = 2 * (mac_size + key_size + iv_size);
  const Secret block =
      Prf(keys.version, algorithms.hash, keys.master_secret,
          absl::StrCat("key expansion", keys.server_random, keys.client_random),
          size);
  if (block.size() != size) return nullptr;
  // Client's, server's: MAC keys, keys, IVs (RFC 5246, section 6.3).
  const size_t side = client_writes ? 0 : 1;
  const absl::string_view bytes = block.view();
  const absl::string_view mac_key = bytes.substr(side * mac_size, mac_size);
  const absl::string_view key =
      bytes.substr(2 * mac_size + side * key_size, key_size);
  const absl::string_view iv =
      bytes.substr(2 * (mac_size + key_size) + side * iv_size, iv_size);
  if (aead) {
    return AeadProtection::Make(algorithms.aead, key, iv,
                                algorithms.explicit_nonce);
  }
  auto cbc = std::make_unique<CbcProtection>(
      algorithms.cbc, algorithms.mac, keys.version, keys.encrypt_then_mac);
  cbc->SetKeys(mac_key, key, iv);
  return cbc;
}

std::unique_ptr<Protection> Protection::ForTls13(uint16_t suite,
                                                 absl::string_view secret) {
  const Algorithms algorithms = AlgorithmsOf(suite);
  if (algorithms.aead == nullptr ||
      secret.size() != EVP_MD_size(algorithms.hash)) {
    return nullptr;
  }
  auto made = std::make_unique<AeadProtection>();
  made->SetSecret(algorithms.aead, algorithms.hash, Secret(secret));
  if (!made->SetTrafficKey()) return nullptr;
  return made;
}

}  // namespace airlock::ssl::wire
