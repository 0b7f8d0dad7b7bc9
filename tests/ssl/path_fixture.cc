// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/ssl/path_fixture.h"

#include <openssl/mem.h>
#include <openssl/x509.h>

#include <cstddef>
#include <cstdint>

#include "absl/strings/match.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/trust_store.h"
#include "tests/support/handshake.h"

namespace airlock::ssl::internal {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::TestTime;

PathFixture::PathFixture()
    : root_key_(MintKey()),
      ca_key_(MintKey()),
      leaf_key_(MintKey()),
      now_(TestTime()) {
  root_.common_names = {"root"};
  root_.issuer = "root";
  root_.is_ca = true;
  root_.extensions = {{NID_key_usage, std::string(kCaKeyUsage)}, KeyId("r")};
  ca_.common_names = {"ca"};
  ca_.issuer = "root";
  ca_.is_ca = true;
  ca_.extensions = {{NID_key_usage, std::string(kCaKeyUsage)},
                    KeyId("c"),
                    AuthorityKeyId("r")};
  leaf_.common_names = {"leaf"};
  leaf_.issuer = "ca";
  leaf_.extensions = {AuthorityKeyId("c"),
                      {NID_subject_alt_name, "DNS:example.com"}};
  for (MintOptions* options : {&root_, &ca_, &leaf_}) {
    options->not_before = "200101000000Z";
  }
}

void PathFixture::Remove(int nid, MintOptions* options) {
  auto& extensions = options->extensions;
  for (size_t i = extensions.size(); i-- > 0;) {
    if (extensions[i].nid == nid) {
      extensions.erase(extensions.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

int PathFixture::Verify(const std::vector<Certificate>& presented,
                        const std::vector<Certificate>& trusted, bool strict) {
  TrustStore::Builder builder;
  for (const Certificate& certificate : trusted) {
    EXPECT_TRUE(builder.Add(certificate.der(), "minted").ok());
  }
  for (const std::string& crl : crls_) {
    EXPECT_TRUE(builder.Add(crl, "crl").ok());
  }
  const auto store = builder.Build();
  verification_.flags.x509_strict = strict;
  VerifyRequest request;
  request.presented = presented;
  request.peer = peer_;
  request.trust_store = store->get();
  request.verification = &verification_;
  request.now = now_;
  request.host = host_;
  outcome_ = VerifyPeer(request);
  error_ = outcome_.status.ok() ? Error()
                                : GetError(outcome_.status).value_or(Error());
  return error_.verify_code;
}

void PathFixture::ExpectStrictOnly(int expected) {
  EXPECT_EQ(Verify(), 0) << outcome_.status;
  EXPECT_EQ(Verify(/*strict=*/true), expected) << outcome_.status;
  EXPECT_TRUE(absl::StrContains(error_.what, ", section ")) << outcome_.status;
}

std::string PathFixture::MakeCrl(const CrlOptions& options) {
  const bssl::UniquePtr<X509_CRL> crl(X509_CRL_new());
  const Certificate named =
      Mint(options.issuer, ca_key_.get(), options.issuer, ca_key_.get(), true);
  EXPECT_TRUE(X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2));
  EXPECT_TRUE(X509_CRL_set_issuer_name(
      crl.get(), X509_get_subject_name(named.impl().x509.get())));
  const bssl::UniquePtr<ASN1_TIME> time(ASN1_TIME_new());
  EXPECT_TRUE(ASN1_TIME_set_string(time.get(), options.last_update.c_str()));
  EXPECT_TRUE(X509_CRL_set1_lastUpdate(crl.get(), time.get()));
  if (!options.next_update.empty()) {
    EXPECT_TRUE(ASN1_TIME_set_string(time.get(), options.next_update.c_str()));
    EXPECT_TRUE(X509_CRL_set1_nextUpdate(crl.get(), time.get()));
  }
  if (options.is_delta) {
    const bssl::UniquePtr<ASN1_INTEGER> number(ASN1_INTEGER_new());
    EXPECT_TRUE(ASN1_INTEGER_set(number.get(), 1));
    EXPECT_TRUE(X509_CRL_add1_ext_i2d(crl.get(), NID_delta_crl, number.get(),
                                      /*crit=*/1, 0));
    EXPECT_TRUE(X509_CRL_add1_ext_i2d(crl.get(), NID_crl_number, number.get(),
                                      /*crit=*/0, 0));
  }
  if (!options.scope.empty()) {
    const bssl::UniquePtr<ASN1_OCTET_STRING> content(ASN1_OCTET_STRING_new());
    EXPECT_TRUE(ASN1_OCTET_STRING_set(
        content.get(), reinterpret_cast<const uint8_t*>(options.scope.data()),
        static_cast<int>(options.scope.size())));
    const bssl::UniquePtr<X509_EXTENSION> extension(
        X509_EXTENSION_create_by_NID(nullptr, NID_issuing_distribution_point,
                                     /*crit=*/1, content.get()));
    EXPECT_TRUE(X509_CRL_add_ext(crl.get(), extension.get(), /*loc=*/-1));
  }
  if (options.revoked != 0) {
    bssl::UniquePtr<X509_REVOKED> revoked(X509_REVOKED_new());
    const bssl::UniquePtr<ASN1_INTEGER> serial(ASN1_INTEGER_new());
    EXPECT_TRUE(ASN1_INTEGER_set(serial.get(), options.revoked));
    EXPECT_TRUE(X509_REVOKED_set_serialNumber(revoked.get(), serial.get()));
    EXPECT_TRUE(ASN1_TIME_set_string(time.get(), options.last_update.c_str()));
    EXPECT_TRUE(X509_REVOKED_set_revocationDate(revoked.get(), time.get()));
    EXPECT_TRUE(X509_CRL_add0_revoked(crl.get(), revoked.release()));
  }
  EXPECT_TRUE(X509_CRL_sign(
      crl.get(), options.key == nullptr ? ca_key_.get() : options.key,
      EVP_sha256()));
  uint8_t* der = nullptr;
  const int size = i2d_X509_CRL(crl.get(), &der);
  const bssl::UniquePtr<uint8_t> owned(der);
  return std::string(reinterpret_cast<const char*>(der),
                     static_cast<size_t>(size));
}

}  // namespace airlock::ssl::internal
