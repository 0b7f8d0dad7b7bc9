// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// DER of the wrong kind: errors name the kind, and do not call it damaged.

#include "ssl/internal/der_kind.h"

#include <openssl/bytestring.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/pkcs7.h>
#include <openssl/stack.h>
#include <openssl/x509.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/secret.h"
#include "ssl/trust_store.h"
#include "tests/ssl/credentials_testing.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::testing::HasSubstr;

std::string FirstBlock(absl::string_view name) {
  const std::string pem = Cert(name);
  const size_t begin = pem.find("-----\n") + 6;
  std::string der;
  EXPECT_TRUE(absl::Base64Unescape(
      pem.substr(begin, pem.find("-----END", begin) - begin), &der));
  return der;
}

std::string Request() {
  const bssl::UniquePtr<EVP_PKEY> key = airlock::testing::MintKey();
  const bssl::UniquePtr<X509_REQ> request(X509_REQ_new());
  EXPECT_TRUE(X509_REQ_set_pubkey(request.get(), key.get()));
  X509_NAME* name = X509_REQ_get_subject_name(request.get());
  EXPECT_TRUE(X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC, reinterpret_cast<const uint8_t*>("localhost"),
      -1, -1, 0));
  EXPECT_TRUE(X509_REQ_sign(request.get(), key.get(), EVP_sha256()));
  uint8_t* out = nullptr;
  const int size = i2d_X509_REQ(request.get(), &out);
  const bssl::UniquePtr<uint8_t> owned(out);
  return std::string(reinterpret_cast<const char*>(out),
                     static_cast<size_t>(size));
}

std::string Pkcs7() {
  const bssl::UniquePtr<STACK_OF(X509)> none(sk_X509_new_null());
  bssl::ScopedCBB out;
  EXPECT_TRUE(CBB_init(out.get(), 0));
  EXPECT_TRUE(PKCS7_bundle_certificates(out.get(), none.get()));
  EXPECT_TRUE(CBB_flush(out.get()));
  return std::string(reinterpret_cast<const char*>(CBB_data(out.get())),
                     CBB_len(out.get()));
}

// PEM whose label does not match its content.
std::string Labelled(absl::string_view label, absl::string_view der) {
  std::string base64;
  absl::Base64Escape(der, &base64);
  return absl::StrCat("-----BEGIN ", label, "-----\n", base64, "\n-----END ",
                      label, "-----\n");
}

TEST(DerKindTest, OfEach) {
  for (const auto& [der, kind] : std::vector<std::pair<std::string, DerKind>>{
           {"", DerKind::kUnknown},
           {"hello", DerKind::kUnknown},
           {Cert("server_rsa_cert.der"), DerKind::kCertificate},
           {FirstBlock("server_ed448.pem"), DerKind::kCertificate},
           {FirstBlock("v1_cert.pem"), DerKind::kCertificate},
           {FirstBlock("strict_root_v1.pem"), DerKind::kCertificate},
           {FirstBlock("crl_root.pem"), DerKind::kCrl},
           {FirstBlock("crl_root_empty.pem"), DerKind::kCrl},
           {Request(), DerKind::kRequest},
           {Pkcs7(), DerKind::kPkcs7},
           {Cert("server_p256.p12"), DerKind::kPkcs12},
           {Cert("server_p256_key.der"), DerKind::kPkcs8},
           {Cert("server_p256_encrypted_key.der"), DerKind::kEncryptedPkcs8},
           {Cert("server_p256_traditional_key.der"), DerKind::kSec1},
           {Cert("server_rsa_traditional_key.der"), DerKind::kPkcs1}}) {
    EXPECT_EQ(SniffDer(der), kind) << absl::BytesToHexString(der.substr(0, 40));
    EXPECT_EQ(DescribeDerKind(kind).empty(), kind == DerKind::kUnknown);
    EXPECT_EQ(PemLabelOf(kind).empty(), kind == DerKind::kUnknown);
  }
}

TEST(DerKindTest, NoPartOfOneIsReadBeyondItsEnd) {
  for (const std::string& der :
       {Request(), FirstBlock("crl_root.pem"), Cert("server_rsa_cert.der")}) {
    for (size_t size = 0; size < der.size(); ++size) {
      SniffDer(std::string(der.substr(0, size)));
    }
  }
}

TEST(DerKindTest, OtherKindsInPlaceOfCredentials) {
  const std::string certificate = Cert("server_p256.pem");
  const std::string key = Cert("server_p256.key");
  ExpectSaid(
      Create(Request(), key),
      "no certificate, only CERTIFICATE REQUEST; provide the certificate");
  ExpectSaid(Create(Pkcs7(), key), "no certificate, only PKCS7; convert it");
  ExpectSaid(Create(FirstBlock("crl_root.pem"), key),
             "no certificate, only X509 CRL");
  ExpectSaid(Create(certificate, Request()),
             "no private key, only CERTIFICATE REQUEST");
  ExpectSaid(Create(Labelled("CERTIFICATE", Cert("server_p256_key.der")), key),
             "block 1 (CERTIFICATE, line 1) holds a private key and not a "
             "certificate; "
             "correct its label");
  ExpectSaid(Create(Labelled("CERTIFICATE", Request()), key),
             "holds a certificate request and not a certificate");
  ExpectSaid(Create(certificate,
                    Labelled("PRIVATE KEY", Cert("server_p256_cert.der"))),
             "block 1 (PRIVATE KEY, line 1) holds a certificate and not a "
             "private key");
  // Damaged content is still called damaged.
  ExpectSaid(Create(Labelled("CERTIFICATE", "hello"), key), "is damaged");
  ExpectSaid(Create(certificate, Labelled("PRIVATE KEY", "hello")),
             "is damaged");
}

TEST(DerKindTest, OtherKindsInABundle) {
  for (const auto& [bundle, words] :
       std::vector<std::pair<std::string, std::string>>{
           {Cert("ca.pem") + Labelled("CERTIFICATE", Request()),
            "holds a certificate request and not a certificate"},
           {Labelled("CERTIFICATE", "hello"), "is damaged"},
           {"-----BEGIN CERTIFICATE-----\nAAAA!\n-----END CERTIFICATE-----\n",
            "line 2 holds a character that is not base64"},
           {"-----BEGIN X509 CRL-----\nAAA\n-----END X509 CRL-----\n",
            "base64 is incomplete"}}) {
    const absl::Status status = TrustStore::Create(bundle, "ca").status();
    EXPECT_EQ(GetErrorKind(status), ErrorKind::kTrustStore);
    const std::string message(status.message());
    EXPECT_THAT(message, HasSubstr(words));
    EXPECT_THAT(message, HasSubstr("the whole bundle is rejected"));
    // Once is enough.
    EXPECT_EQ(message.find("is damaged"), message.rfind("is damaged"));
    EXPECT_EQ(message.find("(CERTIFICATE, line"),
              message.rfind("(CERTIFICATE, line"))
        << message;
  }
  for (const auto& [bundle, words] :
       std::vector<std::pair<std::string, std::string>>{
           {Cert("server_p256.p12"), "only PKCS12;"},
           {Pkcs7(), "only PKCS7;"},
           {Request(), "only CERTIFICATE REQUEST;"},
           {Cert("server_p256_key.der"), "only PRIVATE KEY;"}}) {
    const absl::Status status = TrustStore::Create(bundle, "ca").status();
    EXPECT_EQ(GetErrorKind(status), ErrorKind::kTrustStore);
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  }
}

}  // namespace
}  // namespace airlock::ssl::internal
