// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/cipher_info.h"

#include <openssl/nid.h>
#include <openssl/ssl.h>

namespace airlock::ssl::internal {
namespace {

// OpenSSL's short names in lower case, as Python shows them. Avoids linking
// BoringSSL's table of names.
const char* SymmetricName(int nid) {
  switch (nid) {
    case NID_aes_128_gcm:
      return "aes-128-gcm";
    case NID_aes_256_gcm:
      return "aes-256-gcm";
    case NID_chacha20_poly1305:
      return "chacha20-poly1305";
    case NID_aes_128_cbc:
      return "aes-128-cbc";
    case NID_aes_256_cbc:
      return "aes-256-cbc";
    default:
      return "";
  }
}

const char* DigestName(int nid) {
  switch (nid) {
    case NID_sha1:
      return "sha1";
    case NID_sha256:
      return "sha256";
    case NID_sha384:
      return "sha384";
    default:
      return "";
  }
}

const char* KeyExchangeName(int nid) {
  switch (nid) {
    case NID_kx_rsa:
      return "kx-rsa";
    case NID_kx_ecdhe:
      return "kx-ecdhe";
    case NID_kx_psk:
      return "kx-psk";
    default:
      return "kx-any";
  }
}

const char* AuthName(int nid) {
  switch (nid) {
    case NID_auth_rsa:
      return "auth-rsa";
    case NID_auth_ecdsa:
      return "auth-ecdsa";
    case NID_auth_psk:
      return "auth-psk";
    default:
      return "auth-any";
  }
}

}  // namespace

CipherInfo DescribeCipher(const SSL_CIPHER* cipher) {
  CipherInfo info;
  info.id = SSL_CIPHER_get_id(cipher);
  info.name = SSL_CIPHER_get_name(cipher);
  info.standard_name = SSL_CIPHER_standard_name(cipher);
  switch (SSL_CIPHER_get_min_version(cipher)) {
    case TLS1_3_VERSION:
      info.protocol = "TLSv1.3";
      // BoringSSL has its own names for these; everyone else uses IANA's.
      info.name = info.standard_name;
      break;
    case TLS1_2_VERSION:
      info.protocol = "TLSv1.2";
      break;
    default:
      info.protocol = "TLSv1";
      break;
  }
  info.strength_bits = SSL_CIPHER_get_bits(cipher, &info.algorithm_bits);
  info.aead = SSL_CIPHER_is_aead(cipher) != 0;
  info.symmetric = SymmetricName(SSL_CIPHER_get_cipher_nid(cipher));
  info.digest = DigestName(SSL_CIPHER_get_digest_nid(cipher));
  info.key_exchange = KeyExchangeName(SSL_CIPHER_get_kx_nid(cipher));
  info.auth = AuthName(SSL_CIPHER_get_auth_nid(cipher));
  return info;
}

bool CipherFitsKey(const SSL_CIPHER* cipher, KeyType type) {
  switch (SSL_CIPHER_get_auth_nid(cipher)) {
    case NID_auth_rsa:
      return type == KeyType::kRsa;
    case NID_auth_ecdsa:
      return type == KeyType::kEcdsa || type == KeyType::kEd25519;
    case NID_auth_psk:
      return false;
    default:
      return true;  // TLS 1.3 suites do not fix the key type.
  }
}

}  // namespace airlock::ssl::internal
