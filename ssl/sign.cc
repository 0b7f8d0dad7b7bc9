// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/sign.h"

#include <openssl/bn.h>
#include <openssl/digest.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "ssl/error.h"
#include "ssl/internal/credentials_impl.h"
#include "ssl/internal/error_queue.h"

namespace airlock::ssl {
namespace {

struct Scheme {
  uint16_t number;
  KeyType type;
  const EVP_MD* (*digest)();  // Null: the algorithm has its own.
  bool pss;
};

constexpr Scheme kSchemes[] = {
    {0x0403, KeyType::kEcdsa, EVP_sha256, false},
    {0x0503, KeyType::kEcdsa, EVP_sha384, false},
    {0x0603, KeyType::kEcdsa, EVP_sha512, false},
    {0x0807, KeyType::kEd25519, nullptr, false},
    {0x0804, KeyType::kRsa, EVP_sha256, true},
    {0x0805, KeyType::kRsa, EVP_sha384, true},
    {0x0806, KeyType::kRsa, EVP_sha512, true},
    {0x0401, KeyType::kRsa, EVP_sha256, false},
    {0x0501, KeyType::kRsa, EVP_sha384, false},
    {0x0601, KeyType::kRsa, EVP_sha512, false},
    {0x0904, KeyType::kMlDsa44, nullptr, false},
    {0x0905, KeyType::kMlDsa65, nullptr, false},
    {0x0906, KeyType::kMlDsa87, nullptr, false},
};

const Scheme* FindScheme(uint16_t number) {
  const auto* found = absl::c_find_if(kSchemes, [number](const Scheme& scheme) {
    return scheme.number == number;
  });
  return found == std::end(kSchemes) ? nullptr : found;
}

// An RSA-PSS signature needs room for two digests and two bytes (RFC 8017,
// section 9.1.1): a key of 1024 bits has none for SHA-512.
bool HasRoom(const Scheme& scheme, int key_bits) {
  if (!scheme.pss) return true;
  const size_t needed = 2 * EVP_MD_size(scheme.digest()) + 2;
  return (static_cast<size_t>(key_bits) + 6) / 8 >= needed;
}

// The scheme, if the key of `credentials` can sign with it.
absl::StatusOr<const Scheme*> SchemeFor(const Credentials& credentials,
                                        uint16_t number) {
  const Scheme* const known = FindScheme(number);
  if (known != nullptr && known->type == credentials.key_type() &&
      HasRoom(*known, credentials.key_bits())) {
    return known;
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "the key cannot sign with the signature scheme 0x%04x", number));
}

// The settings of a signature, or of its check.
bool SetPadding(const Scheme& scheme, EVP_PKEY_CTX* options) {
  return !scheme.pss ||
         (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) &&
          EVP_PKEY_CTX_set_rsa_pss_saltlen(options, -1));
}

const EVP_MD* DigestOf(const Scheme& scheme) {
  return scheme.digest == nullptr ? nullptr : scheme.digest();
}

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

absl::Status Failed() {
  return internal::DrainToStatus(ErrorKind::kInternal,
                                 "BoringSSL could not sign.");
}

}  // namespace

std::vector<uint16_t> SignatureSchemes(const Credentials& credentials) {
  std::vector<uint16_t> result;
  for (const Scheme& scheme : kSchemes) {
    if (scheme.type == credentials.key_type() &&
        HasRoom(scheme, credentials.key_bits())) {
      result.push_back(scheme.number);
    }
  }
  // TLS 1.3 binds each ECDSA scheme to a curve; TLS 1.2 takes any.
  if (credentials.key_type() == KeyType::kEcdsa) {
    const uint16_t own = credentials.key_bits() == 256   ? 0x0403
                         : credentials.key_bits() == 384 ? 0x0503
                                                         : 0x0603;
    const auto at = absl::c_find(result, own);
    std::rotate(result.begin(), at, at + 1);
  }
  return result;
}

absl::StatusOr<std::string> Sign(const Credentials& credentials,
                                 uint16_t scheme, absl::string_view input) {
  if (credentials.impl().signer != nullptr) {
    return absl::InvalidArgumentError(
        "the private key is elsewhere, so it cannot sign here");
  }
  const absl::StatusOr<const Scheme*> known = SchemeFor(credentials, scheme);
  if (!known.ok()) return known.status();
  const internal::ErrorQueueScope errors;
  EVP_PKEY* const key = credentials.impl().key.get();
  bssl::ScopedEVP_MD_CTX context;
  EVP_PKEY_CTX* options = nullptr;
  if (!EVP_DigestSignInit(context.get(), &options, DigestOf(**known), nullptr,
                          key) ||
      !SetPadding(**known, options)) {
    return Failed();
  }
  size_t size = static_cast<size_t>(EVP_PKEY_size(key));
  std::string signature(size, '\0');
  if (!EVP_DigestSign(context.get(), reinterpret_cast<uint8_t*>(&signature[0]),
                      &size, Bytes(input), input.size())) {
    return Failed();
  }
  signature.resize(size);
  return signature;
}

absl::StatusOr<std::string> SignedDigest(const Credentials& credentials,
                                         uint16_t scheme,
                                         absl::string_view input) {
  const absl::StatusOr<const Scheme*> known = SchemeFor(credentials, scheme);
  if (!known.ok()) return known.status();
  const EVP_MD* const digest = DigestOf(**known);
  if (digest == nullptr) return std::string(input);
  const internal::ErrorQueueScope errors;
  std::string result(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (!EVP_Digest(input.data(), input.size(),
                  reinterpret_cast<uint8_t*>(&result[0]), &size, digest,
                  nullptr)) {
    return Failed();
  }
  result.resize(size);
  const size_t key_size = (static_cast<size_t>(credentials.key_bits()) + 7) / 8;
  if ((*known)->type == KeyType::kEcdsa && result.size() > key_size) {
    result.resize(key_size);
  }
  return result;
}

absl::StatusOr<std::string> EcdsaSignature(absl::string_view numbers) {
  if (numbers.empty() || numbers.size() % 2 != 0) {
    return absl::InvalidArgumentError(
        absl::StrFormat("an ECDSA signature of two numbers has an even size, "
                        "and not %d bytes",
                        numbers.size()));
  }
  const internal::ErrorQueueScope errors;
  const size_t half = numbers.size() / 2;
  bssl::UniquePtr<BIGNUM> r(BN_bin2bn(Bytes(numbers), half, nullptr));
  bssl::UniquePtr<BIGNUM> s(BN_bin2bn(Bytes(numbers) + half, half, nullptr));
  const bssl::UniquePtr<ECDSA_SIG> signature(ECDSA_SIG_new());
  uint8_t* der = nullptr;
  size_t size = 0;
  if (r == nullptr || s == nullptr || signature == nullptr ||
      !ECDSA_SIG_set0(signature.get(), r.get(), s.get())) {
    return Failed();
  }
  // The signature owns them now.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  if (!ECDSA_SIG_to_bytes(&der, &size, signature.get())) return Failed();
  const bssl::UniquePtr<uint8_t> owned(der);
  return std::string(reinterpret_cast<const char*>(der), size);
}

absl::Status CheckSignature(const Credentials& credentials, uint16_t scheme,
                            absl::string_view input,
                            absl::string_view signature) {
  const absl::StatusOr<const Scheme*> known = SchemeFor(credentials, scheme);
  if (!known.ok()) return known.status();
  const internal::ErrorQueueScope errors;
  bssl::ScopedEVP_MD_CTX context;
  EVP_PKEY_CTX* options = nullptr;
  if (!EVP_DigestVerifyInit(context.get(), &options, DigestOf(**known), nullptr,
                            credentials.impl().key.get()) ||
      !SetPadding(**known, options)) {
    return Failed();
  }
  if (EVP_DigestVerify(context.get(), Bytes(signature), signature.size(),
                       Bytes(input), input.size())) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "the signature was not made by the certificate's private key");
}

}  // namespace airlock::ssl
