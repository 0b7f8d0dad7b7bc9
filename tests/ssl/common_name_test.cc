// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// When the common name is used as a host name, and how name constraints apply
// to it.

#include <openssl/asn1.h>
#include <openssl/nid.h>

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/internal/verify.h"
#include "ssl/verify_code.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintExtension;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::TestTime;

const char kEmptySequence[] = {0x30, 0x00};

MintExtension AltName(const std::string& value) {
  return {NID_subject_alt_name, value};
}

// A root, an intermediate CA, and leaves that the latter issued.
class CommonNameTest : public ::testing::Test {
 protected:
  CommonNameTest() { Constrain("", ""); }

  // In openssl.cnf's format, or DER; empty: none.
  static std::vector<MintExtension> Constraints(const std::string& value) {
    if (value.empty()) return {};
    return {{NID_name_constraints, value, value[0] == '\x30'}};
  }

  // Makes the CAs, with nameConstraints unless empty.
  void Constrain(const std::string& root, const std::string& intermediate) {
    root_key_ = MintKey();
    intermediate_key_ = MintKey();
    MintOptions options;
    options.common_names = {"root"};
    options.issuer = "root";
    options.is_ca = true;
    options.extensions = Constraints(root);
    TrustStore::Builder builder;
    ASSERT_TRUE(
        builder.Add(Mint(options, root_key_.get(), root_key_.get()).der(), "ca")
            .ok());
    store_ = *builder.Build();
    options.common_names = {"intermediate"};
    options.extensions = Constraints(intermediate);
    intermediate_.clear();
    intermediate_.push_back(
        Mint(options, intermediate_key_.get(), root_key_.get()));
  }

  // The verify code for the leaf as `host`; 0 for ok.
  int Verify(const MintOptions& leaf, const std::string& host,
             bool common_name_fallback = true) {
    MintOptions options = leaf;
    options.issuer = "intermediate";
    const auto key = MintKey();
    const std::vector<Certificate> chain = {
        Mint(options, key.get(), intermediate_key_.get()), intermediate_[0]};
    VerifyRequest request;
    request.presented = chain;
    request.trust_store = store_.get();
    request.now = TestTime();
    request.host = host;
    Verification verification;
    verification.hostname.common_name_fallback = common_name_fallback;
    request.verification = &verification;
    const VerifyOutcome outcome = VerifyPeer(request);
    EXPECT_EQ(outcome.verified.empty(), !outcome.status.ok());
    if (outcome.status.ok()) return 0;
    const Error error = GetError(outcome.status).value_or(Error());
    EXPECT_EQ(error.depth,
              error.verify_code == verify_code::kUnsupportedConstraintSyntax);
    EXPECT_TRUE(error.alert.has_value());
    return error.verify_code;
  }
  int Verify(const std::string& common_name, const std::string& host) {
    return Verify(Named(common_name), host);
  }

  static MintOptions Named(const std::string& common_name,
                           const std::vector<MintExtension>& extensions = {}) {
    MintOptions options;
    options.common_names = {common_name};
    options.extensions = extensions;
    return options;
  }

  bssl::UniquePtr<EVP_PKEY> root_key_;
  bssl::UniquePtr<EVP_PKEY> intermediate_key_;
  std::vector<Certificate> intermediate_;
  std::shared_ptr<const TrustStore> store_;
};

TEST_F(CommonNameTest, StandsForAHostOnlyWithoutASubjectAltName) {
  EXPECT_EQ(Verify("bank.example", "bank.example"), verify_code::kOk);
  EXPECT_EQ(Verify("bank.example", "bank.example."), verify_code::kOk);
  EXPECT_EQ(Verify(Named("bank.example"), "bank.example", false),
            verify_code::kHostnameMismatch);
  for (const MintExtension& extension :
       {AltName("email:me@bank.example"), AltName("URI:https://bank.example"),
        AltName("RID:1.2.3.4"), AltName("IP:192.0.2.7"),
        AltName("otherName:1.2.3.4;UTF8:bank.example"),
        AltName("DNS:elsewhere.example"),
        MintExtension{NID_subject_alt_name,
                      std::string(kEmptySequence, sizeof(kEmptySequence)),
                      true}}) {
    EXPECT_EQ(Verify(Named("bank.example", {extension}), "bank.example"),
              verify_code::kHostnameMismatch)
        << extension.value;
  }
}

TEST_F(CommonNameTest, NeverStandsForAnIpAddress) {
  for (const char* name : {"127.0.0.1", "::1", "[::1]"}) {
    for (const char* host : {"127.0.0.1", "::1", "[::1]"}) {
      EXPECT_EQ(Verify(name, host), verify_code::kIpAddressMismatch)
          << name << host;
    }
    EXPECT_EQ(Verify(name, "localhost"), verify_code::kHostnameMismatch);
  }
}

TEST_F(CommonNameTest, MatchesAsADnsNameInACertificateDoes) {
  EXPECT_EQ(Verify("*.bank.example", "www.bank.example"), verify_code::kOk);
  EXPECT_EQ(Verify("*.bank.example", "bank.example"),
            verify_code::kHostnameMismatch);
  EXPECT_EQ(Verify("*", "localhost"), verify_code::kHostnameMismatch);
  EXPECT_EQ(Verify("*.example", "bank.example"),
            verify_code::kHostnameMismatch);
  EXPECT_EQ(Verify("under_score.example", "under_score.example"),
            verify_code::kOk);
  EXPECT_EQ(Verify("xn--bcher-kva.example", "xn--bcher-kva.example"),
            verify_code::kOk);
  EXPECT_EQ(Verify("b\xC3\xBC"
                   "cher.example",
                   "xn--bcher-kva.example"),
            verify_code::kHostnameMismatch);
  EXPECT_EQ(Verify("bank.example.", "bank.example"),
            verify_code::kHostnameMismatch);
  EXPECT_EQ(
      Verify(std::string("bank.example\0.evil.example", 26), "bank.example"),
      verify_code::kHostnameMismatch);
  MintOptions several = Named("other.example");
  several.common_names.emplace_back("bank.example");
  EXPECT_EQ(Verify(several, "bank.example"), verify_code::kOk);
  MintOptions wide = Named(std::string("\0a\0.\0b", 6));
  wide.name_type = V_ASN1_BMPSTRING;
  EXPECT_EQ(Verify(wide, "a.b"), verify_code::kOk);
}

TEST_F(CommonNameTest, ConstraintsOfEachIssuerHold) {
  const char kLocalhost[] = "permitted;DNS:localhost";
  for (const auto& [root, intermediate] :
       {std::make_pair(kLocalhost, ""), std::make_pair("", kLocalhost)}) {
    Constrain(root, intermediate);
    EXPECT_EQ(Verify("localhost", "localhost"), verify_code::kOk);
    EXPECT_EQ(Verify("a.localhost", "a.localhost"), verify_code::kOk);
    for (const char* name : {"bank.example", "*.bank.example", "xlocalhost",
                             "notlocalhost.example", "intranet"}) {
      EXPECT_EQ(Verify(name, name[0] == '*' ? "a.bank.example" : name),
                verify_code::kPermittedViolation)
          << name;
    }
    EXPECT_EQ(Verify("a_b.example", ""), verify_code::kPermittedViolation);
    // An address overrides it, as a DNS name does.
    EXPECT_EQ(Verify(Named("bank.example", {AltName("IP:192.0.2.7")}), ""),
              verify_code::kOk);
    // For any host: other code may use the common name later.
    EXPECT_EQ(Verify("bank.example", ""), verify_code::kPermittedViolation);
    EXPECT_EQ(Verify("bank.example.", ""), verify_code::kPermittedViolation);
    EXPECT_EQ(Verify(Named("bank.example"), "", false),
              verify_code::kPermittedViolation);
    EXPECT_EQ(Verify(Named("bank.example", {AltName("email:a@b.example")}),
                     "bank.example"),
              verify_code::kPermittedViolation);
    EXPECT_EQ(Verify(std::string("localhost\0.bank.example", 23), "localhost"),
              verify_code::kUnsupportedNameSyntax);
    MintOptions several = Named("localhost");
    several.common_names.emplace_back("bank.example");
    EXPECT_EQ(Verify(several, "localhost"), verify_code::kPermittedViolation);
    // A name of a person, and a name that a DNS name overrides.
    EXPECT_EQ(Verify(Named("Alice"), "", false), verify_code::kOk);
    EXPECT_EQ(Verify(Named("Alice of bank.example"), ""), verify_code::kOk);
    EXPECT_EQ(
        Verify(Named("bank.example", {AltName("DNS:localhost")}), "localhost"),
        verify_code::kOk);
  }
}

TEST_F(CommonNameTest, ExcludedNamesAreRefused) {
  Constrain("excluded;DNS:bank.example", "");
  EXPECT_EQ(Verify("bank.example", "bank.example"),
            verify_code::kExcludedViolation);
  EXPECT_EQ(Verify("WWW.Bank.Example", "www.bank.example"),
            verify_code::kExcludedViolation);
  EXPECT_EQ(Verify("*.example", ""), verify_code::kExcludedViolation);
  EXPECT_EQ(Verify("notbank.example", "notbank.example"), verify_code::kOk);
  // OpenSSL's syntax for names below bank.example is malformed.
  Constrain("", "excluded;DNS:.bank.example");
  EXPECT_EQ(Verify("bank.example", "bank.example"),
            verify_code::kUnsupportedConstraintSyntax);
  // All DNS names.
  Constrain("", std::string("\x30\x06\xA1\x04\x30\x02\x82\x00", 8));
  EXPECT_EQ(Verify("localhost", "localhost"), verify_code::kExcludedViolation);
}

TEST_F(CommonNameTest, ConstraintsOfOtherTypesDoNotApply) {
  Constrain("permitted;email:bank.example", "");
  EXPECT_EQ(Verify("bank.example", "bank.example"), verify_code::kOk);
}

}  // namespace
}  // namespace airlock::ssl::internal
