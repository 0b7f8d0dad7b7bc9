// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/c/c_signing.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {

bssl::UniquePtr<EVP_PKEY> LoadKey(absl::string_view name) {
  const airlock_bytes pem = Cert(absl::StrCat(name, ".key"));
  const bssl::UniquePtr<BIO> bio(
      BIO_new_mem_buf(pem.data, static_cast<int>(pem.size)));
  bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  EXPECT_NE(key, nullptr);
  return key;
}

airlock_status SignWith(EVP_PKEY* key, uint16_t algorithm, airlock_bytes input,
                        void* into, size_t room, size_t* size) {
  bssl::ScopedEVP_MD_CTX context;
  EVP_PKEY_CTX* key_context = nullptr;
  size_t done = room;
  if (!EVP_DigestSignInit(context.get(), &key_context,
                          SSL_get_signature_algorithm_digest(algorithm),
                          nullptr, key) ||
      (SSL_is_signature_algorithm_rsa_pss(algorithm) &&
       (!EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) ||
        !EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, -1))) ||
      !EVP_DigestSign(context.get(), static_cast<uint8_t*>(into), &done,
                      reinterpret_cast<const uint8_t*>(input.data),
                      input.size)) {
    return AIRLOCK_ERROR;
  }
  *size = done;
  return AIRLOCK_OK;
}

}  // namespace airlock::c
