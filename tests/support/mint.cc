// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/mint.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/digest.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace airlock::testing {
namespace {

void AddName(X509_NAME* name, const std::string& common_name,
             int type = MBSTRING_UTF8) {
  EXPECT_TRUE(X509_NAME_add_entry_by_txt(
      name, "CN", type, reinterpret_cast<const uint8_t*>(common_name.data()),
      static_cast<ossl_ssize_t>(common_name.size()), -1, 0));
}

bssl::UniquePtr<X509_EXTENSION> MakeExtension(const MintExtension& extension) {
  bssl::UniquePtr<X509_EXTENSION> made;
  if (extension.is_der) {
    const bssl::UniquePtr<ASN1_OCTET_STRING> content(ASN1_OCTET_STRING_new());
    EXPECT_TRUE(ASN1_OCTET_STRING_set(
        content.get(), reinterpret_cast<const uint8_t*>(extension.value.data()),
        static_cast<int>(extension.value.size())));
    made.reset(X509_EXTENSION_create_by_NID(nullptr, extension.nid,
                                            /*crit=*/0, content.get()));
  } else {
    made.reset(X509V3_EXT_nconf_nid(nullptr, nullptr, extension.nid,
                                    extension.value.c_str()));
  }
  EXPECT_NE(made, nullptr) << extension.value;
  return made;
}

}  // namespace

bssl::UniquePtr<EVP_PKEY> MintKey() {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  EXPECT_TRUE(EC_KEY_generate_key(ec.get()));
  EXPECT_TRUE(EVP_PKEY_set1_EC_KEY(key.get(), ec.get()));
  return key;
}

bssl::UniquePtr<EVP_PKEY> MintRsaKey(int bits) {
  const bssl::UniquePtr<BIGNUM> exponent(BN_new());
  bssl::UniquePtr<RSA> rsa(RSA_new());
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  EXPECT_TRUE(BN_set_word(exponent.get(), RSA_F4));
  EXPECT_TRUE(RSA_generate_key_ex(rsa.get(), bits, exponent.get(), nullptr));
  EXPECT_TRUE(EVP_PKEY_set1_RSA(key.get(), rsa.get()));
  return key;
}

bssl::UniquePtr<EVP_PKEY> MintRsaPublicKey(int bits) {
  bssl::UniquePtr<BIGNUM> modulus(BN_new());
  bssl::UniquePtr<BIGNUM> exponent(BN_new());
  EXPECT_TRUE(
      BN_rand(modulus.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD));
  EXPECT_TRUE(BN_set_word(exponent.get(), RSA_F4));
  const bssl::UniquePtr<RSA> rsa(RSA_new());
  EXPECT_TRUE(RSA_set0_key(rsa.get(), modulus.release(), exponent.release(),
                           /*d=*/nullptr));
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  EXPECT_TRUE(EVP_PKEY_set1_RSA(key.get(), rsa.get()));
  return key;
}

bssl::UniquePtr<EVP_PKEY> MintDsaKeyWithoutParameters() {
  bssl::UniquePtr<BIGNUM> value(BN_new());
  EXPECT_TRUE(BN_set_word(value.get(), 12345));
  const bssl::UniquePtr<DSA> dsa(DSA_new());
  EXPECT_TRUE(DSA_set0_key(dsa.get(), value.release(), /*priv_key=*/nullptr));
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  EXPECT_TRUE(EVP_PKEY_set1_DSA(key.get(), dsa.get()));
  return key;
}

ssl::Certificate Mint(const std::string& subject, EVP_PKEY* key,
                      const std::string& issuer, EVP_PKEY* issuer_key,
                      bool is_ca) {
  MintOptions options;
  options.common_names = {subject};
  options.issuer = issuer;
  options.is_ca = is_ca;
  return Mint(options, key, issuer_key);
}

ssl::Certificate Mint(const MintOptions& options, EVP_PKEY* key,
                      EVP_PKEY* issuer_key) {
  const bssl::UniquePtr<X509> x509(X509_new());
  EXPECT_TRUE(X509_set_version(x509.get(), X509_VERSION_3));
  BIGNUM* number = nullptr;
  EXPECT_NE(BN_hex2bn(&number, options.serial.c_str()), 0);
  const bssl::UniquePtr<BIGNUM> serial(number);
  EXPECT_TRUE(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509.get())) !=
              nullptr);
  for (const std::string& name : options.common_names) {
    AddName(X509_get_subject_name(x509.get()), name, options.name_type);
  }
  AddName(X509_get_issuer_name(x509.get()), options.issuer);
  EXPECT_TRUE(ASN1_TIME_set_string(X509_getm_notBefore(x509.get()),
                                   options.not_before.c_str()));
  EXPECT_TRUE(ASN1_TIME_set_string(X509_getm_notAfter(x509.get()),
                                   options.not_after.c_str()));
  EXPECT_TRUE(X509_set_pubkey(x509.get(), key));
  if (options.is_ca) {
    const bssl::UniquePtr<BASIC_CONSTRAINTS> basic(BASIC_CONSTRAINTS_new());
    basic->ca = ASN1_BOOLEAN_TRUE;
    EXPECT_TRUE(X509_add1_ext_i2d(x509.get(), NID_basic_constraints,
                                  basic.get(), /*crit=*/1, 0));
  }
  for (const MintExtension& extension : options.extensions) {
    EXPECT_TRUE(
        X509_add_ext(x509.get(), MakeExtension(extension).get(), /*loc=*/-1));
  }
  EXPECT_TRUE(X509_sign(x509.get(), issuer_key,
                        options.sha1 ? EVP_sha1() : EVP_sha256()));
  uint8_t* der = nullptr;
  const int size = i2d_X509(x509.get(), &der);
  const bssl::UniquePtr<uint8_t> owned(der);
  return *ssl::Certificate::FromDer(
      {reinterpret_cast<const char*>(der), static_cast<size_t>(size)});
}

std::string TrustedPem(const ssl::Certificate& certificate, int trust,
                       int reject) {
  const absl::string_view der = certificate.der();
  const auto* in = reinterpret_cast<const uint8_t*>(der.data());
  const bssl::UniquePtr<X509> x509(
      d2i_X509(nullptr, &in, static_cast<long>(der.size())));
  if (trust != NID_undef) {
    EXPECT_TRUE(X509_add1_trust_object(x509.get(), OBJ_nid2obj(trust)));
  }
  if (reject != NID_undef) {
    EXPECT_TRUE(X509_add1_reject_object(x509.get(), OBJ_nid2obj(reject)));
  }
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  EXPECT_TRUE(PEM_write_bio_X509_AUX(bio.get(), x509.get()));
  const uint8_t* data = nullptr;
  size_t size = 0;
  EXPECT_TRUE(BIO_mem_contents(bio.get(), &data, &size));
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace airlock::testing
