// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Faults that advisories reported in other verifiers, each with a chain that
// shows it. hostname_test, common_name_test, path_budget_test and
// crl_forms_test have more.

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/name_constraints.h"
#include "ssl/verify_code.h"
#include "tests/ssl/path_fixture.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintExtension;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;

namespace code = verify_code;

class KnownFaultsTest : public PathFixture {
 protected:
  static MintExtension Constraints(const std::string& value) {
    return {NID_name_constraints, "critical," + value};
  }
  static MintExtension AltName(const std::string& value) {
    return {NID_subject_alt_name, value};
  }

  // In both profiles, and of our own check alone: BoringSSL evaluates some
  // constraints, too.
  void ExpectVerdict(int expected) {
    for (const bool strict : {false, true}) {
      EXPECT_EQ(Verify(strict), expected) << outcome_.status;
    }
    std::vector<Certificate> chain = Presented();
    chain.push_back(Mint(root_, root_key_.get(), root_key_.get()));
    std::vector<X509*> raw;
    for (const Certificate& certificate : chain) {
      raw.push_back(certificate.impl().x509.get());
    }
    EXPECT_EQ(CheckNameConstraints(raw).verify_code, expected);
  }
};

// GnuTLS, CVE-2026-42011: permitted subtrees were dropped below a CA that has
// only excluded ones.
TEST_F(KnownFaultsTest, PermittedSubtreesHoldBelowExcludedOnes) {
  root_.extensions.push_back(Constraints("excluded;DNS:bad.example"));
  ca_.extensions.push_back(Constraints("permitted;DNS:example.org"));
  ExpectVerdict(code::kPermittedViolation);
  Replace(Constraints("permitted;DNS:example.com"), &ca_);
  ExpectVerdict(code::kOk);
  // And the other way round.
  Replace(Constraints("permitted;DNS:example.org"), &root_);
  Replace(Constraints("excluded;DNS:bad.example"), &ca_);
  ExpectVerdict(code::kPermittedViolation);
}

// Subtrees of different CAs are an intersection, those of one CA a union.
TEST_F(KnownFaultsTest, PermittedSubtreesOfTwoCasBothHold) {
  root_.extensions.push_back(Constraints("permitted;DNS:example.com"));
  ca_.extensions.push_back(Constraints("permitted;DNS:example.org"));
  ExpectVerdict(code::kPermittedViolation);
  Replace(AltName("DNS:example.com,DNS:example.org"), &leaf_);
  ExpectVerdict(code::kPermittedViolation);
  Replace(Constraints("permitted;DNS:example.org,permitted;DNS:example.com"),
          &ca_);
  Replace(AltName("DNS:example.com"), &leaf_);
  ExpectVerdict(code::kOk);
}

// Go, CVE-2026-27137: of several e-mail addresses with one local part, only the
// last constraint counted.
TEST_F(KnownFaultsTest, EachEmailConstraintHolds) {
  for (const char* list : {"excluded", "permitted"}) {
    Replace(Constraints(absl::StrCat(list, ";email:a@one.example,", list,
                                     ";email:a@two.example,", list,
                                     ";email:a@three.example")),
            &ca_);
    for (const char* host : {"one", "two", "three", "four"}) {
      Replace(
          AltName(absl::StrCat("DNS:example.com,email:a@", host, ".example")),
          &leaf_);
      const bool listed = absl::string_view(host) != "four";
      const bool excludes = absl::string_view(list) == "excluded";
      ExpectVerdict(listed != excludes ? code::kOk
                    : excludes         ? code::kExcludedViolation
                                       : code::kPermittedViolation);
    }
  }
}

// Go, CVE-2026-27138: a crash on an empty DNS name below an excluded one.
TEST_F(KnownFaultsTest, AnEmptyNameBelowConstraintsIsRefused) {
  const MintExtension constraints = Constraints(
      "excluded;DNS:example.org,excluded;email:example.org,"
      "excluded;URI:example.org,excluded;IP:192.0.2.0/255.255.255.0");
  for (const char tag : {'\x81', '\x82', '\x86', '\x87'}) {
    const MintExtension empty = {NID_subject_alt_name,
                                 std::string{'\x30', '\x02', tag, '\x00'},
                                 /*is_der=*/true};
    for (const int depth : {0, 1}) {
      const MintOptions good_ca = ca_;
      const MintOptions good_leaf = leaf_;
      (depth == 0 ? ca_ : root_).extensions.push_back(constraints);
      Replace(empty, depth == 0 ? &leaf_ : &ca_);
      ExpectVerdict(code::kUnsupportedNameSyntax);
      EXPECT_EQ(error_.depth, depth);
      Remove(NID_name_constraints, &root_);
      ca_ = good_ca;
      leaf_ = good_leaf;
    }
  }
}

// rustls-webpki, RUSTSEC-2026-0099: "*.example.com" covers names outside.
TEST_F(KnownFaultsTest, AWildcardBeyondAPermittedSubtreeIsRefused) {
  ca_.extensions.push_back(Constraints("permitted;DNS:accept.example.com"));
  Replace(AltName("DNS:*.example.com"), &leaf_);
  for (const char* host : {"accept.example.com", "reject.example.com"}) {
    host_ = host;
    ExpectVerdict(code::kPermittedViolation);
  }
  host_ = "a.accept.example.com";
  Replace(AltName("DNS:*.accept.example.com"), &leaf_);
  ExpectVerdict(code::kOk);
}

// rustls-webpki, RUSTSEC-2026-0098: constraints for URIs were ignored.
TEST_F(KnownFaultsTest, ConstraintsForUrisHoldBesideADnsName) {
  ca_.extensions.push_back(Constraints("permitted;URI:.example.org"));
  ExpectVerdict(code::kOk);
  Replace(AltName("DNS:example.com,URI:https://www.example.net/"), &leaf_);
  ExpectVerdict(code::kPermittedViolation);
}

// GnuTLS, CVE-2026-3833.
TEST_F(KnownFaultsTest, CaseDoesNotEvadeAConstraint) {
  ca_.extensions.push_back(
      Constraints("excluded;DNS:example.com,excluded;email:example.org,"
                  "excluded;URI:example.net"));
  for (const char* names : {"DNS:EXAMPLE.com", "DNS:www.eXample.com",
                            "DNS:a.test,email:a@EXAMPLE.org",
                            "DNS:a.test,URI:https://exampLE.net/"}) {
    Replace(AltName(names), &leaf_);
    host_ = "";
    ExpectVerdict(code::kExcludedViolation);
  }
}

// An IPv4 address in the form of an IPv6 address reaches the same host.
TEST_F(KnownFaultsTest, AMappedAddressDoesNotEvadeAConstraint) {
  host_ = "";
  Replace(Constraints("excluded;IP:192.0.2.0/255.255.255.0"), &ca_);
  Replace(AltName("IP:::ffff:192.0.2.7"), &leaf_);
  ExpectVerdict(code::kExcludedViolation);
  Replace(AltName("IP:::ffff:192.0.3.7"), &leaf_);
  ExpectVerdict(code::kOk);
  Replace(AltName("IP:::fffe:c000:207"), &leaf_);
  ExpectVerdict(code::kOk);
  // It is not the address that was permitted.
  Replace(Constraints("permitted;IP:192.0.2.0/255.255.255.0"), &ca_);
  Replace(AltName("IP:::ffff:192.0.2.7"), &leaf_);
  ExpectVerdict(code::kPermittedViolation);
  // And the other way round.
  Replace(Constraints("excluded;IP:::ffff:192.0.2.0/"
                      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00"),
          &ca_);
  Replace(AltName("IP:192.0.2.7"), &leaf_);
  ExpectVerdict(code::kExcludedViolation);
  Replace(AltName("IP:192.0.3.7"), &leaf_);
  ExpectVerdict(code::kOk);
  // All IPv6 addresses: these include no IPv4 address.
  Replace(Constraints("excluded;IP:::/::"), &ca_);
  ExpectVerdict(code::kOk);
}

// wolfSSL, CVE-2026-5501: below an issuer that is not a CA, the signature of
// the leaf was not checked.
TEST_F(KnownFaultsTest, ALeafThatNoOneSignedIsRefused) {
  const Key other = MintKey();
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  const Certificate ca = Mint(ca_, ca_key_.get(), root_key_.get());
  const Certificate forged = Mint(leaf_, leaf_key_.get(), other.get());
  MintOptions no_ca = ca_;
  no_ca.is_ca = false;
  no_ca.extensions = {KeyId("c"), AuthorityKeyId("r")};
  for (const char* basic : {"", "CA:FALSE", "critical,CA:FALSE"}) {
    if (*basic != '\0') Replace({NID_basic_constraints, basic}, &no_ca);
    const Certificate issuer = Mint(no_ca, ca_key_.get(), root_key_.get());
    for (const bool partial_chain : {false, true}) {
      verification_.flags.partial_chain = partial_chain;
      EXPECT_NE(Verify({forged, issuer}, {root}), code::kOk) << basic;
      EXPECT_NE(Verify({forged, issuer, ca}, {root}), code::kOk) << basic;
      EXPECT_NE(Verify({forged, ca, issuer}, {root}), code::kOk) << basic;
      EXPECT_NE(Verify({forged}, {root, issuer}), code::kOk) << basic;
    }
    verification_.flags.partial_chain = false;
  }
}

// Botan and others: an anchor is a certificate, not a name with a key
// identifier.
TEST_F(KnownFaultsTest, AnImpostorOfTheRootIsRefused) {
  const Key other = MintKey();
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  const Certificate impostor = Mint(root_, other.get(), other.get());
  const Certificate ca = Mint(ca_, ca_key_.get(), other.get());
  const Certificate leaf = Mint(leaf_, leaf_key_.get(), ca_key_.get());
  for (const bool trusted_first : {false, true}) {
    verification_.flags.trusted_first = trusted_first;
    EXPECT_NE(Verify({leaf, ca, impostor}, {root}), code::kOk);
    EXPECT_NE(Verify({leaf, ca}, {root}), code::kOk);
    EXPECT_EQ(Verify({leaf, ca, root}, {impostor}), code::kOk);
  }
}

// CVE-2020-0601's neighbour: with an exponent of 1, the signature of an RSA key
// is the padded digest itself, which anyone can write.
TEST_F(KnownFaultsTest, AnRsaKeyWithATrivialExponentSignsNothing) {
  const auto key_with_exponent = [](uint64_t value) {
    const Key usual = ::airlock::testing::MintRsaPublicKey(2048);
    const bssl::UniquePtr<BIGNUM> modulus(
        BN_dup(RSA_get0_n(EVP_PKEY_get0_RSA(usual.get()))));
    const bssl::UniquePtr<BIGNUM> exponent(BN_new());
    EXPECT_TRUE(BN_set_u64(exponent.get(), value));
    const bssl::UniquePtr<RSA> rsa(RSA_new());
    EXPECT_TRUE(RSA_set0_key(rsa.get(), BN_dup(modulus.get()),
                             BN_dup(exponent.get()), /*d=*/nullptr));
    Key key(EVP_PKEY_new());
    EXPECT_TRUE(EVP_PKEY_set1_RSA(key.get(), rsa.get()));
    return key;
  };
  verification_.security_level = 0;
  for (const uint64_t exponent : {0, 1, 2, 65536}) {
    SCOPED_TRACE(exponent);
    const Key weak = key_with_exponent(exponent);
    // The CA's signature, and so all else, is good.
    const Certificate ca = Mint(ca_, weak.get(), root_key_.get());
    const bssl::UniquePtr<X509> x509(X509_dup(
        Mint(leaf_, leaf_key_.get(), ca_key_.get()).impl().x509.get()));
    const bssl::UniquePtr<X509_ALGOR> algorithm(X509_ALGOR_new());
    EXPECT_TRUE(X509_ALGOR_set0(algorithm.get(),
                                OBJ_nid2obj(NID_sha256WithRSAEncryption),
                                V_ASN1_NULL, nullptr));
    EXPECT_TRUE(X509_set1_signature_algo(x509.get(), algorithm.get()));
    uint8_t* tbs = nullptr;
    const int size = i2d_re_X509_tbs(x509.get(), &tbs);
    ASSERT_GT(size, 0);
    const bssl::UniquePtr<uint8_t> owned(tbs);
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256(tbs, static_cast<size_t>(size), digest);
    uint8_t* prefixed = nullptr;
    size_t prefixed_size = 0;
    int is_alloced = 0;
    ASSERT_TRUE(RSA_add_pkcs1_prefix(&prefixed, &prefixed_size, &is_alloced,
                                     NID_sha256, digest, sizeof(digest)));
    std::string signature("\x00\x01", 2);
    signature.append(256 - 3 - prefixed_size, '\xFF');
    signature.push_back('\0');
    signature.append(reinterpret_cast<const char*>(prefixed), prefixed_size);
    if (is_alloced != 0) OPENSSL_free(prefixed);
    EXPECT_TRUE(X509_set1_signature_value(
        x509.get(), reinterpret_cast<const uint8_t*>(signature.data()),
        signature.size()));
    const auto leaf = CertificateFromX509(x509.get());
    ASSERT_TRUE(leaf.ok());
    EXPECT_NE(
        Verify({*leaf, ca}, {Mint(root_, root_key_.get(), root_key_.get())}),
        code::kOk);
  }
}

// OpenSSL, CVE-2023-0464, and Go, CVE-2026-32281: the cost of policies. Where
// each CA maps two policies to both of the next, a tree of them has 2^30 nodes.
TEST_F(KnownFaultsTest, PoliciesThatMultiplyCostLittle) {
  const auto sequence = [](const std::string& content) {
    return absl::StrCat(
        "\x30", std::string(1, static_cast<char>(content.size())), content);
  };
  const std::string a("\x06\x03\x2A\x03\x04", 5);
  const std::string b("\x06\x03\x2A\x03\x05", 5);
  const std::string policies = sequence(sequence(a) + sequence(b));
  const std::string mappings = sequence(sequence(a + a) + sequence(a + b) +
                                        sequence(b + a) + sequence(b + b));
  root_.extensions.push_back(
      {NID_policy_constraints, "critical,requireExplicitPolicy:0"});
  std::vector<Certificate> presented;
  std::string issuer = "root";
  std::string issuer_id = "r";
  Key issuer_key = bssl::UpRef(root_key_);
  constexpr int kCas = 30;
  for (int i = 0; i < kCas; ++i) {
    MintOptions ca = ca_;
    ca.common_names = {absl::StrCat("ca", i)};
    ca.issuer = issuer;
    const std::string id(1, static_cast<char>('A' + i));
    ca.extensions = {{NID_key_usage, std::string(kCaKeyUsage)},
                     KeyId(id),
                     AuthorityKeyId(issuer_id),
                     {NID_certificate_policies, policies, /*is_der=*/true},
                     {NID_policy_mappings, mappings, /*is_der=*/true}};
    Key key = MintKey();
    presented.insert(presented.begin(), Mint(ca, key.get(), issuer_key.get()));
    issuer = ca.common_names[0];
    issuer_id = id;
    issuer_key = std::move(key);
  }
  leaf_.issuer = issuer;
  Replace(AuthorityKeyId(issuer_id), &leaf_);
  leaf_.extensions.push_back(
      {NID_certificate_policies, policies, /*is_der=*/true});
  presented.insert(presented.begin(),
                   Mint(leaf_, leaf_key_.get(), issuer_key.get()));
  EXPECT_EQ(Verify(presented, {Mint(root_, root_key_.get(), root_key_.get())}),
            code::kOk)
      << outcome_.status;
}

}  // namespace
}  // namespace airlock::ssl::internal
