// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The rules of both profiles, each with a chain that breaks it alone, and what
// the error says about the paths.
#include "ssl/internal/path_rules.h"

#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
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

namespace code = verify_code;

using Key = bssl::UniquePtr<EVP_PKEY>;

constexpr absl::string_view kCaKeyUsage = "critical,keyCertSign,cRLSign";

// A root, an intermediate and a leaf that both profiles accept. Tests change
// the options of one.
class PathRulesTest : public ::testing::Test {
 protected:
  PathRulesTest()
      : root_key_(MintKey()), ca_key_(MintKey()), leaf_key_(MintKey()) {
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

  static MintExtension KeyId(const std::string& id) {
    return {NID_subject_key_identifier, absl::StrCat("\x04\x01", id),
            /*is_der=*/true};
  }
  static MintExtension AuthorityKeyId(const std::string& id) {
    return {NID_authority_key_identifier, absl::StrCat("\x30\x03\x80\x01", id),
            /*is_der=*/true};
  }

  static void Remove(int nid, MintOptions* options) {
    auto& extensions = options->extensions;
    for (size_t i = extensions.size(); i-- > 0;) {
      if (extensions[i].nid == nid) {
        extensions.erase(extensions.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }
  static void Replace(const MintExtension& extension, MintOptions* options) {
    Remove(extension.nid, options);
    options->extensions.push_back(extension);
  }

  std::vector<Certificate> Presented() {
    return {Mint(leaf_, leaf_key_.get(), ca_key_.get()),
            Mint(ca_, ca_key_.get(), root_key_.get())};
  }

  int Verify(bool strict = false) {
    return Verify(Presented(), {Mint(root_, root_key_.get(), root_key_.get())},
                  strict);
  }

  int Verify(const std::vector<Certificate>& presented,
             const std::vector<Certificate>& trusted, bool strict = false) {
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
    request.now = TestTime();
    request.host = host_;
    outcome_ = VerifyPeer(request);
    error_ = outcome_.status.ok() ? Error()
                                  : GetError(outcome_.status).value_or(Error());
    return error_.verify_code;
  }

  // The strict profile refuses it so, and the compatible one accepts it.
  void ExpectStrictOnly(int expected) {
    EXPECT_EQ(Verify(), 0) << outcome_.status;
    EXPECT_EQ(Verify(/*strict=*/true), expected) << outcome_.status;
    EXPECT_TRUE(absl::StrContains(error_.what, ", section "))
        << outcome_.status;
  }

  std::string MakeCrl(absl::string_view last_update,
                      absl::string_view next_update,
                      const std::string& issuer = "ca", bool is_delta = false) {
    const bssl::UniquePtr<X509_CRL> crl(X509_CRL_new());
    const Certificate named =
        Mint(issuer, ca_key_.get(), issuer, ca_key_.get(), true);
    EXPECT_TRUE(X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2));
    EXPECT_TRUE(X509_CRL_set_issuer_name(
        crl.get(), X509_get_subject_name(named.impl().x509.get())));
    for (const bool is_next : {false, true}) {
      const bssl::UniquePtr<ASN1_TIME> time(ASN1_TIME_new());
      EXPECT_TRUE(ASN1_TIME_set_string(
          time.get(),
          std::string(is_next ? next_update : last_update).c_str()));
      EXPECT_TRUE(is_next ? X509_CRL_set1_nextUpdate(crl.get(), time.get())
                          : X509_CRL_set1_lastUpdate(crl.get(), time.get()));
    }
    if (is_delta) {
      const bssl::UniquePtr<ASN1_INTEGER> number(ASN1_INTEGER_new());
      EXPECT_TRUE(ASN1_INTEGER_set(number.get(), 1));
      EXPECT_TRUE(X509_CRL_add1_ext_i2d(crl.get(), NID_delta_crl, number.get(),
                                        /*crit=*/1, 0));
      EXPECT_TRUE(X509_CRL_add1_ext_i2d(crl.get(), NID_crl_number, number.get(),
                                        /*crit=*/0, 0));
    }
    EXPECT_TRUE(X509_CRL_sign(crl.get(), ca_key_.get(), EVP_sha256()));
    uint8_t* der = nullptr;
    const int size = i2d_X509_CRL(crl.get(), &der);
    const bssl::UniquePtr<uint8_t> owned(der);
    return std::string(reinterpret_cast<const char*>(der),
                       static_cast<size_t>(size));
  }

  Key root_key_;
  Key ca_key_;
  Key leaf_key_;
  MintOptions root_;
  MintOptions ca_;
  MintOptions leaf_;
  Side peer_ = Side::kServer;
  std::string host_ = "example.com";
  std::vector<std::string> crls_;
  Verification verification_;
  VerifyOutcome outcome_;
  Error error_;
};

TEST_F(PathRulesTest, BothProfilesAcceptAGoodChain) {
  EXPECT_EQ(Verify(), 0) << outcome_.status;
  EXPECT_EQ(Verify(/*strict=*/true), 0) << outcome_.status;
}

TEST_F(PathRulesTest, AnUnknownCriticalExtensionIsRefusedAnywhere) {
  for (MintOptions* options : {&root_, &ca_, &leaf_}) {
    const MintOptions good = *options;
    // BoringSSL does not support this one.
    options->extensions.push_back(
        {NID_sinfo_access, "critical,caRepository;URI:http://a.test"});
    EXPECT_EQ(Verify(), code::kUnhandledCriticalExtension) << outcome_.status;
    *options = good;
  }
  MintOptions alone = leaf_;
  alone.common_names = {alone.issuer};
  Remove(NID_authority_key_identifier, &alone);
  const Certificate good = Mint(alone, leaf_key_.get(), leaf_key_.get());
  EXPECT_EQ(Verify({good}, {good}), 0) << outcome_.status;
  alone.extensions.push_back(
      {NID_sinfo_access, "critical,caRepository;URI:http://a.test"});
  const Certificate bad = Mint(alone, leaf_key_.get(), leaf_key_.get());
  EXPECT_EQ(Verify({bad}, {bad}), code::kUnhandledCriticalExtension);
}

TEST_F(PathRulesTest, AnExtensionOccursOnce) {
  for (MintOptions* options : {&root_, &ca_, &leaf_}) {
    const MintOptions good = *options;
    for (int i = 0; i < 2; ++i) {
      options->extensions.push_back(
          {NID_sinfo_access, "caRepository;URI:http://a.test"});
    }
    EXPECT_EQ(Verify(), code::kInvalidExtension) << outcome_.status;
    *options = good;
  }
}

TEST_F(PathRulesTest, TheAnchorsPathLengthHolds) {
  root_.is_ca = false;
  root_.extensions.push_back(
      {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"});
  EXPECT_EQ(Verify(), code::kPathLengthExceeded) << outcome_.status;
  EXPECT_EQ(error_.depth, 2);
  Replace({NID_basic_constraints, "critical,CA:TRUE,pathlen:1"}, &root_);
  EXPECT_EQ(Verify(), 0) << outcome_.status;
}

TEST_F(PathRulesTest, AnAnchorThatIsNoCaIssuesNothing) {
  root_.is_ca = false;
  root_.extensions.push_back({NID_basic_constraints, "critical,CA:FALSE"});
  EXPECT_EQ(Verify(), code::kInvalidCa) << outcome_.status;
  // It need not say that it is one.
  Remove(NID_basic_constraints, &root_);
  EXPECT_EQ(Verify(), 0) << outcome_.status;
}

// BoringSSL does not look at what comes from the trust store.
TEST_F(PathRulesTest, ATrustedIntermediateHasToBeACa) {
  ca_.is_ca = false;
  const std::vector<Certificate> presented = Presented();
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  EXPECT_EQ(Verify({presented[0]}, {root, presented[1]}), code::kInvalidCa)
      << outcome_.status;
}

TEST_F(PathRulesTest, TheExtendedKeyUsageOfEachIssuerHolds) {
  for (MintOptions* options : {&root_, &ca_}) {
    const MintOptions good = *options;
    options->extensions.push_back({NID_ext_key_usage, "clientAuth"});
    EXPECT_EQ(Verify(), code::kInvalidPurpose) << outcome_.status;
    peer_ = Side::kClient;
    host_ = "";
    EXPECT_EQ(Verify(), 0) << outcome_.status;
    peer_ = Side::kServer;
    *options = good;
  }
}

TEST_F(PathRulesTest, ACaIsNoServer) {
  leaf_.is_ca = true;
  EXPECT_EQ(Verify(), code::kInvalidPurpose) << outcome_.status;
  EXPECT_EQ(error_.depth, 0);
  EXPECT_EQ(Verify(/*strict=*/true), code::kInvalidPurpose);
  // Its own anchor may be one: self-signed, or trusted with partial_chain.
  const Certificate self =
      Mint("self", leaf_key_.get(), "self", leaf_key_.get(), true);
  host_ = "";
  EXPECT_EQ(Verify({self}, {self}), 0) << outcome_.status;
  verification_.flags.partial_chain = true;
  const std::vector<Certificate> presented = Presented();
  EXPECT_EQ(Verify({presented[0]}, {presented[0]}), 0) << outcome_.status;
}

// The name that matches does not make up for one that is malformed.
TEST_F(PathRulesTest, MalformedNamesAreRefused) {
  for (const char* names :
       {"DNS:example.com,DNS:.example.com", "DNS:example.com,DNS:a..b",
        "DNS:example.com,DNS:a b", "DNS:example.com,email:nobody",
        "DNS:example.com,email:a@b@c", "DNS:example.com,URI:example.com"}) {
    Replace({NID_subject_alt_name, names}, &leaf_);
    EXPECT_EQ(Verify(), code::kUnsupportedNameSyntax) << names;
    EXPECT_EQ(Verify(/*strict=*/true), code::kUnsupportedNameSyntax) << names;
  }
  // "DNS:a.b" and an IP address of five bytes.
  Replace({NID_subject_alt_name,
           std::string("\x30\x0C\x82\x03"
                       "a.b\x87\x05\x01\x02\x03\x04\x05",
                       14),
           /*is_der=*/true},
          &leaf_);
  host_ = "a.b";
  EXPECT_EQ(Verify(), code::kUnsupportedNameSyntax) << outcome_.status;
  Replace({NID_subject_alt_name,
           "DNS:a_b.example.com,DNS:*.example.com,email:a@b,"
           "URI:urn:uuid:1,IP:192.0.2.1,IP:2001:db8::1"},
          &leaf_);
  host_ = "a_b.example.com";
  EXPECT_EQ(Verify(), 0) << outcome_.status;
}

TEST_F(PathRulesTest, StrictIsStricterThanOpenssl) {
  struct Row {
    MintOptions* options;
    MintExtension extension;
    int code;
  };
  const MintExtension empty_access = {
      NID_info_access, std::string("\x30\x00", 2), /*is_der=*/true};
  for (const Row& row : {
           Row{&ca_,
               {NID_name_constraints, "permitted;DNS:example.com"},
               code::kInvalidExtension},
           Row{&root_,
               {NID_name_constraints, "permitted;DNS:example.com"},
               code::kInvalidExtension},
           Row{&leaf_,
               {NID_name_constraints, "critical,permitted;DNS:example.com"},
               code::kInvalidExtension},
           Row{&ca_,
               {NID_policy_constraints, "inhibitPolicyMapping:0"},
               code::kInvalidExtension},
           Row{&ca_, {NID_inhibit_any_policy, "0"}, code::kInvalidExtension},
           Row{&leaf_,
               {NID_ext_key_usage, "serverAuth,anyExtendedKeyUsage"},
               code::kInvalidPurpose},
           Row{&leaf_,
               {NID_ext_key_usage, "critical,serverAuth"},
               code::kInvalidExtension},
           Row{&leaf_,
               {NID_subject_alt_name, "critical,DNS:example.com"},
               code::kInvalidExtension},
           Row{&root_,
               {NID_ext_key_usage, "serverAuth"},
               code::kInvalidExtension},
           Row{&leaf_, empty_access, code::kInvalidExtension},
       }) {
    const MintOptions good = *row.options;
    Replace(row.extension, row.options);
    SCOPED_TRACE(row.extension.value);
    ExpectStrictOnly(row.code);
    *row.options = good;
  }
}

TEST_F(PathRulesTest, StrictChecksFields) {
  leaf_.serial = "0123456789012345678901234567890123456789AB";  // 21 bytes.
  ExpectStrictOnly(code::kUnspecified);
  leaf_.serial = "8000000000000000000000000000000000000000";  // And a sign.
  ExpectStrictOnly(code::kUnspecified);
  leaf_.serial = "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
  EXPECT_EQ(Verify(/*strict=*/true), 0) << outcome_.status;
  leaf_.not_before = "20200101000000Z";
  ExpectStrictOnly(code::kUnspecified);
}

TEST_F(PathRulesTest, StrictChecksTheKeyIdentifierOfARoot) {
  root_.extensions.push_back(AuthorityKeyId("r"));
  EXPECT_EQ(Verify(/*strict=*/true), 0) << outcome_.status;
}

TEST_F(PathRulesTest, AnErrorNamesTheRule) {
  leaf_.not_after = "210101000000Z";
  EXPECT_EQ(Verify(), code::kExpired);
  EXPECT_TRUE(absl::StrContains(error_.what, "RFC 5280, section 4.1.2.5"))
      << error_.what;
  EXPECT_FALSE(absl::StrContains(error_.what, "\n")) << error_.what;
}

TEST_F(PathRulesTest, AnErrorListsThePaths) {
  const Key other_key = MintKey();
  const Certificate other =
      Mint("other", other_key.get(), "other", other_key.get(), true);
  MintOptions expired = ca_;
  Remove(NID_authority_key_identifier, &expired);
  expired.issuer = "other";
  expired.not_after = "210101000000Z";
  ca_.extensions.push_back(
      {NID_name_constraints, "critical,permitted;DNS:example.org"});
  std::vector<Certificate> presented = Presented();
  presented.push_back(Mint(expired, ca_key_.get(), other_key.get()));
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  EXPECT_EQ(Verify(presented, {root, other}), code::kPermittedViolation);
  for (const char* part :
       {"\n  1. \"CN=leaf\" < \"CN=ca\" < \"CN=root\"",
        "\n  2. \"CN=leaf\" < \"CN=ca\" < \"CN=other\"", "CN=ca",
        "RFC 5280, section 4.2.1.10", "RFC 5280, section 4.1.2.5"}) {
    EXPECT_TRUE(absl::StrContains(error_.what, part)) << error_.what;
  }
}

TEST_F(PathRulesTest, APathWithAPinIsFoundAmongOthers) {
  const Key other_key = MintKey();
  const Certificate other =
      Mint("other", other_key.get(), "other", other_key.get(), true);
  MintOptions cross = ca_;
  Remove(NID_authority_key_identifier, &cross);
  cross.issuer = "other";
  std::vector<Certificate> presented = Presented();
  presented.push_back(Mint(cross, ca_key_.get(), other_key.get()));
  verification_.pins = {other.SpkiSha256()};
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  EXPECT_EQ(Verify(presented, {root, other}), 0) << outcome_.status;
  EXPECT_EQ(outcome_.verified.back(), other);
}

TEST_F(PathRulesTest, AnErrorSaysWhyACrlIsNotUsed) {
  verification_.flags.crl_check_leaf = true;
  constexpr absl::string_view kPast = "20200101000000Z";
  constexpr absl::string_view kFuture = "21000101000000Z";
  crls_ = {MakeCrl(kPast, kFuture)};
  EXPECT_EQ(Verify(), 0) << outcome_.status;
  crls_ = {};
  EXPECT_EQ(Verify(), code::kUnableToGetCrl);
  crls_ = {MakeCrl(kPast, kFuture, "someone else")};
  EXPECT_EQ(Verify(), code::kUnableToGetCrl);
  EXPECT_TRUE(absl::StrContains(error_.what, "CN=ca")) << error_.what;
  crls_ = {MakeCrl(kPast, "20200201000000Z")};
  EXPECT_EQ(Verify(), code::kCrlExpired);
  EXPECT_TRUE(absl::StrContains(error_.what, "RFC 5280, section 5.1.2.5"))
      << error_.what;
  crls_ = {MakeCrl("20990101000000Z", kFuture)};
  EXPECT_EQ(Verify(), code::kCrlNotYetValid);
  EXPECT_TRUE(absl::StrContains(error_.what, "RFC 5280, section 5.1.2.4"))
      << error_.what;
}

// BoringSSL would take it for a complete CRL.
TEST_F(PathRulesTest, ADeltaCrlIsNotTakenIntoATrustStore) {
  TrustStore::Builder builder;
  const absl::Status status = builder.Add(
      MakeCrl("20200101000000Z", "21000101000000Z", "ca", /*is_delta=*/true),
      "delta.crl");
  EXPECT_FALSE(status.ok());
  const Error error = GetError(status).value_or(Error());
  EXPECT_EQ(error.kind, ErrorKind::kTrustStore);
  EXPECT_FALSE(error.advice.empty());
  EXPECT_EQ(builder.crl_count(), 0u);
}

}  // namespace
}  // namespace airlock::ssl::internal
