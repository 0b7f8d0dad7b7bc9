// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Certificates in forms that RFC 5280 or DER excludes: each is refused, or read
// in the one way that no other reader could take otherwise.

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/x509.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/verify_code.h"
#include "tests/ssl/path_fixture.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintExtension;
using ::airlock::testing::MintOptions;

namespace code = verify_code;

constexpr absl::string_view kEcdsaSha256(
    "\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02");

std::string DerOf(const X509* certificate) {
  uint8_t* der = nullptr;
  const int size = i2d_X509(const_cast<X509*>(certificate), &der);
  EXPECT_GT(size, 0);
  const bssl::UniquePtr<uint8_t> owned(der);
  return std::string(reinterpret_cast<const char*>(der),
                     static_cast<size_t>(size));
}

class CertificateFormsTest : public PathFixture {
 protected:
  using Change = std::function<void(X509*)>;

  // `certificate` changed and signed again.
  static std::string Changed(const Certificate& certificate, EVP_PKEY* signer,
                             const Change& change) {
    const bssl::UniquePtr<X509> x509(X509_dup(certificate.impl().x509.get()));
    change(x509.get());
    EXPECT_TRUE(X509_sign(x509.get(), signer, EVP_sha256()));
    return DerOf(x509.get());
  }

  Certificate Root() { return Mint(root_, root_key_.get(), root_key_.get()); }

  // The verdict with these bytes as the certificate at `depth`; -1 if they
  // cannot be read as a certificate, or put into a trust store.
  int VerdictWith(int depth, const std::string& der, bool strict = false) {
    const absl::StatusOr<Certificate> changed = Certificate::FromDer(der);
    if (!changed.ok()) return -1;
    std::vector<Certificate> chain = Presented();
    chain.push_back(Root());
    chain[static_cast<size_t>(depth)] = *changed;
    return Verify({chain[0], chain[1]}, {chain[2]}, strict);
  }

  // As above, with the fixture's certificate changed and signed again.
  int VerdictOf(int depth, const Change& change, bool strict = false) {
    const std::vector<Certificate> presented = Presented();
    switch (depth) {
      case 0:
        return VerdictWith(0, Changed(presented[0], ca_key_.get(), change),
                           strict);
      case 1:
        return VerdictWith(1, Changed(presented[1], root_key_.get(), change),
                           strict);
      default:
        return VerdictWith(2, Changed(Root(), root_key_.get(), change), strict);
    }
  }

  // A time of `type`, whatever `text` is.
  static void SetTime(ASN1_TIME* time, int type, absl::string_view text) {
    EXPECT_TRUE(
        ASN1_STRING_set(time, text.data(), static_cast<int>(text.size())));
    time->type = type;
  }
};

// RFC 5280, section 4.1.1.2: the algorithm is named twice, and only one of the
// names is signed.
TEST_F(CertificateFormsTest, TheTwoAlgorithmsOfASignatureAgree) {
  const std::vector<Certificate> presented = Presented();
  for (const int depth : {0, 1}) {
    const std::string good(presented[static_cast<size_t>(depth)].der());
    const size_t first = good.find(kEcdsaSha256);
    const size_t last = good.rfind(kEcdsaSha256);
    ASSERT_NE(first, last);
    EXPECT_EQ(VerdictWith(depth, good), code::kOk) << outcome_.status;
    // ecdsa-with-SHA384, -SHA224 and -SHA512.
    for (const char other : {'\x03', '\x01', '\x04'}) {
      std::string bad = good;
      bad[last + kEcdsaSha256.size() - 1] = other;
      EXPECT_NE(VerdictWith(depth, bad), code::kOk);
    }
  }
}

// RFC 5280, section 4.1.2.5: UTCTime and GeneralizedTime have seconds and end
// with Z. Others read these texts as other moments, or as none.
TEST_F(CertificateFormsTest, DatesHaveOneForm) {
  struct Row {
    int type;
    const char* text;
  };
  for (const Row& row : {
           Row{V_ASN1_UTCTIME, "2101010000Z"},
           Row{V_ASN1_UTCTIME, "210101000000"},
           Row{V_ASN1_UTCTIME, "210101000000z"},
           Row{V_ASN1_UTCTIME, "210101000000+0000"},
           Row{V_ASN1_UTCTIME, "210101000000-0100"},
           Row{V_ASN1_UTCTIME, "210101000000Z "},
           Row{V_ASN1_UTCTIME, "211301000000Z"},
           Row{V_ASN1_UTCTIME, "210230000000Z"},
           Row{V_ASN1_UTCTIME, "210101240000Z"},
           Row{V_ASN1_UTCTIME, "210101000060Z"},
           Row{V_ASN1_UTCTIME, "21-101000000Z"},
           Row{V_ASN1_UTCTIME, "20210101000000Z"},
           Row{V_ASN1_UTCTIME, ""},
           Row{V_ASN1_GENERALIZEDTIME, "210101000000Z"},
           Row{V_ASN1_GENERALIZEDTIME, "20210101000000"},
           Row{V_ASN1_GENERALIZEDTIME, "202101010000Z"},
           Row{V_ASN1_GENERALIZEDTIME, "20210101000000.5Z"},
           Row{V_ASN1_GENERALIZEDTIME, "20210101000000+0000"},
           Row{V_ASN1_GENERALIZEDTIME, "20210101000000Z\n"},
       }) {
    SCOPED_TRACE(row.text);
    for (const int depth : {0, 1, 2}) {
      // Were it read, it would be valid now.
      EXPECT_NE(VerdictOf(depth,
                          [&](X509* x509) {
                            SetTime(X509_getm_notBefore(x509), row.type,
                                    row.text);
                          }),
                code::kOk);
      EXPECT_NE(VerdictOf(depth,
                          [&](X509* x509) {
                            std::string end = row.text;
                            if (end.size() > 2) {
                              end.replace(row.type == V_ASN1_UTCTIME ? 0 : 2, 2,
                                          "49");
                            }
                            SetTime(X509_getm_notAfter(x509), row.type, end);
                          }),
                code::kOk);
    }
  }
}

// Two digits are of 1950 to 2049.
TEST_F(CertificateFormsTest, YearsOfTwoDigitsAreFrom1950) {
  const auto until = [](const char* text) {
    return [text](X509* x509) {
      SetTime(X509_getm_notAfter(x509), V_ASN1_UTCTIME, text);
    };
  };
  for (const int depth : {0, 1, 2}) {
    EXPECT_EQ(VerdictOf(depth, until("491231235959Z")), code::kOk)
        << outcome_.status;
    EXPECT_EQ(VerdictOf(depth, until("500101000000Z")), code::kExpired);
    EXPECT_EQ(VerdictOf(depth, until("991231235959Z")), code::kExpired);
  }
}

// RFC 5280, section 4.1.2.1. Basic constraints in a certificate of version 1
// would make anyone a CA for those who look at extensions only.
TEST_F(CertificateFormsTest, VersionsAndExtensionsGoTogether) {
  const std::string version_3("\xA0\x03\x02\x01\x02", 5);
  const std::vector<Certificate> presented = Presented();
  for (const int depth : {0, 1}) {
    const std::string good(presented[static_cast<size_t>(depth)].der());
    const size_t at = good.find(version_3);
    ASSERT_NE(at, std::string::npos);
    for (const char version : {'\x00', '\x01', '\x03', '\x7F', '\xFF'}) {
      std::string bad = good;
      bad[at + 4] = version;
      EXPECT_NE(VerdictWith(depth, bad), code::kOk);
    }
  }
  // A CA of version 1 has no basic constraints: only a root may be one.
  for (MintOptions* options : {&ca_, &root_}) {
    const MintOptions with_extensions = *options;
    options->is_ca = false;
    options->extensions.clear();
    const int depth = options == &ca_ ? 1 : 2;
    const int verdict = VerdictOf(depth, [](X509* x509) {
      EXPECT_TRUE(X509_set_version(x509, X509_VERSION_1));
    });
    EXPECT_EQ(verdict, depth == 1 ? code::kInvalidCa : code::kOk)
        << outcome_.status;
    *options = with_extensions;
  }
}

// X.690, section 11.1 and others: what is not DER could be read in two ways.
TEST_F(CertificateFormsTest, ExtensionsAreDer) {
  const auto der = [](int nid, absl::string_view value) {
    return MintExtension{nid, std::string(value), /*is_der=*/true};
  };
  const std::vector<MintExtension> bad = {
      // A path length below zero; more than a SEQUENCE; without a length.
      der(NID_basic_constraints, "\x30\x06\x01\x01\xFF\x02\x01\xFF"),
      der(NID_basic_constraints, absl::string_view("\x30\x00x", 3)),
      der(NID_basic_constraints, "\x30\x80\x01\x01\xFF"),
      // A path length for one that is not a CA.
      der(NID_basic_constraints, absl::string_view("\x30\x03\x02\x01\x00", 5)),
      // keyCertSign in a string that is not one, or with more behind it.
      der(NID_key_usage, "\x04\x02\x02\x04"),
      der(NID_key_usage, "\x03\x02\x02\x04x"),
      der(NID_key_usage, absl::string_view("\x03\x00", 2)),
      // No usage at all; one that is not an object identifier.
      der(NID_ext_key_usage, absl::string_view("\x30\x00", 2)),
      der(NID_ext_key_usage, "\x30\x03\x02\x01\x01"),
      der(NID_ext_key_usage,
          "\x30\x0A\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x01x"),
      der(NID_subject_alt_name,
          "\x30\x0D\x82\x0B"
          "example.comx"),
      der(NID_subject_alt_name,
          "\x30\x0C\x82\x0B"
          "example.com"),
      der(NID_authority_key_identifier,
          "\x30\x03\x80\x01"
          "cx"),
      der(NID_subject_key_identifier, "\x04\x01xx"),
  };
  // What the bad ones are made from.
  for (const auto& [options, good] :
       std::vector<std::pair<MintOptions*, MintExtension>>{
           {&ca_, der(NID_basic_constraints, "\x30\x03\x01\x01\xFF")},
           {&ca_, der(NID_key_usage, "\x03\x02\x01\x06")},
           {&leaf_, der(NID_ext_key_usage,
                        "\x30\x0A\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x01")},
           {&leaf_, der(NID_subject_alt_name,
                        "\x30\x0D\x82\x0B"
                        "example.com")},
       }) {
    const MintOptions before = *options;
    if (good.nid == NID_basic_constraints) options->is_ca = false;
    Replace(good, options);
    EXPECT_EQ(Verify(), code::kOk) << good.nid << outcome_.status;
    *options = before;
  }
  for (const MintExtension& extension : bad) {
    for (MintOptions* options : {&leaf_, &ca_, &root_}) {
      const bool is_leaf = options == &leaf_;
      const bool is_leafs = extension.nid == NID_subject_alt_name ||
                            extension.nid == NID_ext_key_usage;
      if (is_leafs && !is_leaf) continue;
      const MintOptions good = *options;
      if (extension.nid == NID_basic_constraints) options->is_ca = false;
      Replace(extension, options);
      for (const bool strict : {false, true}) {
        EXPECT_NE(Verify(strict), code::kOk)
            << extension.nid << " of " << good.common_names[0] << " "
            << static_cast<int>(extension.value[2]);
      }
      *options = good;
    }
  }
}

TEST_F(CertificateFormsTest, BytesAroundACertificateAreRefused) {
  const std::vector<Certificate> presented = Presented();
  const std::string good(presented[0].der());
  EXPECT_EQ(VerdictWith(0, good), code::kOk);
  EXPECT_EQ(VerdictWith(0, good + "x"), -1);
  EXPECT_EQ(VerdictWith(0, good.substr(0, good.size() - 1)), -1);
  EXPECT_EQ(VerdictWith(0, absl::StrCat(good, good)), -1);
  EXPECT_EQ(VerdictWith(0, ""), -1);
  // Bits of the signature that are not used.
  const size_t bits = good.rfind(kEcdsaSha256) + kEcdsaSha256.size();
  ASSERT_EQ(good[bits], '\x03');
  for (const char unused : {'\x01', '\x07', '\x08'}) {
    std::string bad = good;
    bad[bits + 2] = unused;
    EXPECT_NE(VerdictWith(0, bad), code::kOk);
  }
}

// A serial number below zero breaks RFC 5280, section 4.1.2.2, but lets no one
// in: as with OpenSSL, only the strict profile may mind.
TEST_F(CertificateFormsTest, ASerialNumberBelowZeroDoesNoHarm) {
  for (const int depth : {0, 1, 2}) {
    EXPECT_EQ(VerdictOf(depth,
                        [](X509* x509) {
                          EXPECT_TRUE(ASN1_INTEGER_set_int64(
                              X509_get_serialNumber(x509), -5));
                        }),
              code::kOk)
        << outcome_.status;
  }
}

// Each single bit of a certificate matters.
TEST_F(CertificateFormsTest, NoBitOfALeafCanBeChanged) {
  const std::vector<Certificate> presented = Presented();
  const std::vector<Certificate> trusted = {Root()};
  const std::string good(presented[0].der());
  for (size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      const absl::StatusOr<Certificate> changed = Certificate::FromDer(bad);
      if (!changed.ok()) continue;
      EXPECT_NE(Verify({*changed, presented[1]}, trusted), code::kOk)
          << i << " " << bit;
    }
  }
}

}  // namespace
}  // namespace airlock::ssl::internal
