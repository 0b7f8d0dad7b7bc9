// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a CRL covers, and what in it revokes, whatever its form.

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/bytestring.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/x509.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/trust_store.h"
#include "ssl/verify_code.h"
#include "tests/ssl/path_fixture.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::MintExtension;
using ::airlock::testing::MintOptions;

namespace code = verify_code;

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

std::string DerOf(X509_CRL* crl) {
  uint8_t* der = nullptr;
  const int size = i2d_X509_CRL(crl, &der);
  EXPECT_GT(size, 0);
  const bssl::UniquePtr<uint8_t> owned(der);
  return std::string(reinterpret_cast<const char*>(der),
                     static_cast<size_t>(size));
}

// An extension of the object identifier `oid`, in text.
bssl::UniquePtr<X509_EXTENSION> Extension(const char* oid, bool is_critical,
                                          absl::string_view content) {
  const bssl::UniquePtr<ASN1_OBJECT> object(OBJ_txt2obj(oid, 0));
  const bssl::UniquePtr<ASN1_OCTET_STRING> octets(ASN1_OCTET_STRING_new());
  EXPECT_TRUE(ASN1_OCTET_STRING_set(octets.get(), Bytes(content),
                                    static_cast<int>(content.size())));
  return bssl::UniquePtr<X509_EXTENSION>(X509_EXTENSION_create_by_OBJ(
      nullptr, object.get(), is_critical ? 1 : 0, octets.get()));
}

class CrlFormsTest : public PathFixture {
 protected:
  CrlFormsTest() { verification_.flags.crl_check_leaf = true; }

  // The fixture's CRL, changed and signed again by the CA.
  std::string Changed(const CrlOptions& options,
                      const std::function<void(X509_CRL*)>& change) {
    const std::string der = MakeCrl(options);
    const uint8_t* in = Bytes(der);
    const bssl::UniquePtr<X509_CRL> crl(
        d2i_X509_CRL(nullptr, &in, static_cast<long>(der.size())));
    change(crl.get());
    EXPECT_TRUE(X509_CRL_sign(crl.get(), ca_key_.get(), EVP_sha256()));
    return DerOf(crl.get());
  }

  // In both profiles.
  void ExpectVerdict(int expected) {
    for (const bool strict : {false, true}) {
      EXPECT_EQ(Verify(strict), expected) << outcome_.status;
    }
  }

  // Revokes the serial number of this many bytes.
  std::string Revoking(const std::string& serial, bool is_negative) {
    return Changed({}, [&](X509_CRL* crl) {
      bssl::UniquePtr<X509_REVOKED> revoked(X509_REVOKED_new());
      const bssl::UniquePtr<ASN1_INTEGER> number(ASN1_INTEGER_new());
      BIGNUM* value = nullptr;
      EXPECT_NE(BN_hex2bn(&value, serial.c_str()), 0);
      const bssl::UniquePtr<BIGNUM> owned(value);
      BN_set_negative(value, is_negative ? 1 : 0);
      EXPECT_TRUE(BN_to_ASN1_INTEGER(value, number.get()));
      EXPECT_TRUE(X509_REVOKED_set_serialNumber(revoked.get(), number.get()));
      const bssl::UniquePtr<ASN1_TIME> date(ASN1_TIME_new());
      EXPECT_TRUE(ASN1_TIME_set_string(date.get(), "20200101000000Z"));
      EXPECT_TRUE(X509_REVOKED_set_revocationDate(revoked.get(), date.get()));
      EXPECT_TRUE(X509_CRL_add0_revoked(crl, revoked.release()));
    });
  }

  // Revokes the leaf, in an entry with this extension.
  std::string RevokingWith(const char* oid, bool is_critical,
                           absl::string_view content) {
    CrlOptions options;
    options.revoked = kLeafSerial;
    return Changed(options, [&](X509_CRL* crl) {
      X509_REVOKED* entry = sk_X509_REVOKED_value(X509_CRL_get_REVOKED(crl), 0);
      EXPECT_TRUE(X509_REVOKED_add_ext(
          entry, Extension(oid, is_critical, content).get(), /*loc=*/-1));
    });
  }

  static constexpr int kLeafSerial = 1;
};

// An issuing distribution point of one URI.
std::string PointOf(const std::string& uri) {
  const auto wrap = [](char tag, const std::string& content) {
    return absl::StrCat(std::string(1, tag),
                        std::string(1, static_cast<char>(content.size())),
                        content);
  };
  return wrap('\x30', wrap('\xA0', wrap('\xA0', wrap('\x86', uri))));
}

// rustls-webpki, RUSTSEC-2026-0049: only the first distribution point of the
// certificate counted, so a CRL of the second revoked nothing.
TEST_F(CrlFormsTest, EachDistributionPointOfTheCertificateCounts) {
  CrlOptions options;
  const auto crl_of = [&](const std::string& uri, bool is_revoked) {
    options.scope = PointOf(uri);
    options.revoked = is_revoked ? kLeafSerial : 0;
    return MakeCrl(options);
  };
  Replace({NID_crl_distribution_points,
           "URI:http://one.test/,URI:http://two.test/"},
          &leaf_);
  for (const char* uri : {"http://one.test/", "http://two.test/"}) {
    SCOPED_TRACE(uri);
    crls_ = {crl_of(uri, true)};
    ExpectVerdict(code::kRevoked);
    crls_ = {crl_of(uri, false)};
    ExpectVerdict(code::kOk);
    // One that covers another point revokes nothing, and vouches for nothing.
    crls_ = {crl_of("http://three.test/", true), crl_of(uri, false)};
    ExpectVerdict(code::kOk);
    crls_ = {crl_of(uri, true), crl_of("http://three.test/", false)};
    ExpectVerdict(code::kRevoked);
  }
  crls_ = {crl_of("http://three.test/", false)};
  ExpectVerdict(X509_V_ERR_DIFFERENT_CRL_SCOPE);
  // A CRL for everything the CA issued.
  options.scope = "";
  options.revoked = kLeafSerial;
  crls_ = {MakeCrl(options)};
  ExpectVerdict(code::kRevoked);
}

// RFC 5280, section 5.2: what is critical and unknown changes the meaning.
TEST_F(CrlFormsTest, AnUnknownCriticalExtensionIsRefused) {
  for (const bool is_critical : {false, true}) {
    const int expected =
        is_critical ? X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION : code::kOk;
    crls_ = {Changed({}, [&](X509_CRL* crl) {
      EXPECT_TRUE(X509_CRL_add_ext(
          crl, Extension("1.2.3.4", is_critical, "\x05").get(), /*loc=*/-1));
    })};
    ExpectVerdict(expected);
    // Of an entry about another certificate.
    CrlOptions options;
    options.revoked = kLeafSerial + 1;
    crls_ = {Changed(options, [&](X509_CRL* crl) {
      X509_REVOKED* entry = sk_X509_REVOKED_value(X509_CRL_get_REVOKED(crl), 0);
      EXPECT_TRUE(X509_REVOKED_add_ext(
          entry, Extension("1.2.3.4", is_critical, "\x05").get(), -1));
    })};
    ExpectVerdict(expected);
  }
}

TEST_F(CrlFormsTest, AnEntryRevokesWhateverItsReason) {
  for (const char reason : {0, 1, 2, 3, 4, 5, 6, 9, 10, 77}) {
    crls_ = {RevokingWith("2.5.29.21", false, std::string{'\x0A', 1, reason})};
    ExpectVerdict(code::kRevoked);
  }
  // Malformed: not a number, nothing, two of them.
  crls_ = {RevokingWith("2.5.29.21", false, "x")};
  ExpectVerdict(code::kRevoked);
  crls_ = {RevokingWith("2.5.29.21", false, "")};
  ExpectVerdict(code::kRevoked);
}

// Of a complete CRL, no entry takes back another. BoringSSL passes over one
// with this reason.
TEST_F(CrlFormsTest, ACompleteCrlRemovesNothing) {
  for (const bool is_critical : {false, true}) {
    const std::string crl =
        RevokingWith("2.5.29.21", is_critical, "\x0A\x01\x08");
    TrustStore::Builder builder;
    const absl::Status status = builder.Add(crl, "crl.der");
    EXPECT_FALSE(status.ok());
    EXPECT_TRUE(absl::StrContains(status.message(),
                                  "reason removeFromCRL, which only delta "
                                  "CRLs have (RFC 5280, section 5.3.1)"))
        << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "crl.der")) << status;
    EXPECT_EQ(builder.crl_count(), 0u);
  }
}

TEST_F(CrlFormsTest, SerialNumbersMatchByValue) {
  struct Row {
    const char* of_leaf;
    const char* revoked;
    bool is_negative;
    bool matches;
  };
  const char kLong[] = "80000000000000000000000000000000000000";
  for (const Row& row : {
           Row{"1", "1", false, true},
           Row{"1", "1", true, false},
           Row{"1", "01", false, true},
           Row{"7F", "7F", false, true},
           Row{"80", "80", false, true},
           Row{"80", "80", true, false},
           Row{"FF", "1", true, false},
           Row{"100", "1", false, false},
           Row{"1", "100", false, false},
           Row{kLong, kLong, false, true},
           Row{kLong, "8000000000000000000000000000000000000", false, false},
           Row{"0", "0", false, true},
       }) {
    SCOPED_TRACE(absl::StrCat(row.of_leaf, " ", row.revoked));
    leaf_.serial = row.of_leaf;
    crls_ = {Revoking(row.revoked, row.is_negative)};
    ExpectVerdict(row.matches ? code::kRevoked : code::kOk);
  }
}

// RFC 5280, section 5.1.1.2: the two names of the algorithm are the same.
TEST_F(CrlFormsTest, TheAlgorithmsOfASignatureAgree) {
  std::string der = MakeCrl({});
  // ecdsa-with-SHA256; the second one is not signed.
  const std::string algorithm("\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02");
  const size_t last = der.rfind(algorithm);
  ASSERT_NE(last, std::string::npos);
  ASSERT_NE(der.find(algorithm), last);
  der[last + algorithm.size() - 1] = '\x03';
  TrustStore::Builder builder;
  if (!builder.Add(der, "crl").ok()) return;  // As good.
  crls_ = {der};
  ExpectVerdict(code::kCrlSignatureFailure);
}

// Nothing but a whole CRL is one.
TEST_F(CrlFormsTest, MalformedCrlsAreNotTakenIntoATrustStore) {
  const std::string der = MakeCrl({});
  TrustStore::Builder builder;
  EXPECT_TRUE(builder.Add(der, "crl").ok());
  for (const std::string& bad : {
           der + "x",
           der.substr(0, der.size() - 1),
           Changed({},
                   [](X509_CRL* crl) {  // A scope that cannot be read.
                     EXPECT_TRUE(X509_CRL_add_ext(
                         crl, Extension("2.5.29.28", true, "x").get(), -1));
                   }),
           Changed({},
                   [](X509_CRL* crl) {  // Two scopes.
                     for (int i = 0; i < 2; ++i) {
                       EXPECT_TRUE(X509_CRL_add_ext(
                           crl,
                           Extension("2.5.29.28", true,
                                     absl::string_view("\x30\x00", 2))
                               .get(),
                           -1));
                     }
                   }),
           Changed({},
                   [](X509_CRL* crl) {  // A delta CRL without a base.
                     EXPECT_TRUE(X509_CRL_add_ext(
                         crl, Extension("2.5.29.27", true, "x").get(), -1));
                   }),
       }) {
    EXPECT_FALSE(builder.Add(bad, "crl").ok());
  }
  EXPECT_EQ(builder.crl_count(), 1u);
}

}  // namespace
}  // namespace airlock::ssl::internal
