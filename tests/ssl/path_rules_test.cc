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
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
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
using ::airlock::testing::MintRsaKey;
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

  struct CrlOptions {
    std::string last_update = "20200101000000Z";
    std::string next_update = "21000101000000Z";  // Empty: none.
    std::string issuer = "ca";
    EVP_PKEY* key = nullptr;  // Null: the CA's.
    bool is_delta = false;
    std::string scope;  // The DER of an issuing distribution point.
  };

  std::string MakeCrl(const CrlOptions& options) {
    const bssl::UniquePtr<X509_CRL> crl(X509_CRL_new());
    const Certificate named = Mint(options.issuer, ca_key_.get(),
                                   options.issuer, ca_key_.get(), true);
    EXPECT_TRUE(X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2));
    EXPECT_TRUE(X509_CRL_set_issuer_name(
        crl.get(), X509_get_subject_name(named.impl().x509.get())));
    const bssl::UniquePtr<ASN1_TIME> time(ASN1_TIME_new());
    EXPECT_TRUE(ASN1_TIME_set_string(time.get(), options.last_update.c_str()));
    EXPECT_TRUE(X509_CRL_set1_lastUpdate(crl.get(), time.get()));
    if (!options.next_update.empty()) {
      EXPECT_TRUE(
          ASN1_TIME_set_string(time.get(), options.next_update.c_str()));
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
    EXPECT_TRUE(X509_CRL_sign(
        crl.get(), options.key == nullptr ? ca_key_.get() : options.key,
        EVP_sha256()));
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

TEST_F(PathRulesTest, ATrustedLeafHasToHaveThePurpose) {
  leaf_.common_names = {leaf_.issuer};
  Remove(NID_authority_key_identifier, &leaf_);
  const MintOptions good = leaf_;
  struct Case {
    int nid;
    const char* value;
    bool server;
    bool client;
  };
  for (const Case& one :
       {Case{NID_ext_key_usage, "serverAuth", true, false},
        Case{NID_ext_key_usage, "clientAuth", false, true},
        Case{NID_ext_key_usage, "codeSigning", false, false},
        Case{NID_key_usage, "digitalSignature,keyCertSign", true, true},
        Case{NID_key_usage, "keyCertSign,cRLSign", false, false}}) {
    for (const bool is_ca : {false, true}) {
      leaf_ = good;
      leaf_.is_ca = is_ca;
      leaf_.extensions.push_back({one.nid, one.value});
      const Certificate own = Mint(leaf_, leaf_key_.get(), leaf_key_.get());
      // Trusted itself without being self-signed.
      leaf_.common_names = {"leaf"};
      const Certificate other = Mint(leaf_, leaf_key_.get(), ca_key_.get());
      for (const Side peer : {Side::kServer, Side::kClient}) {
        peer_ = peer;
        const bool has_it = peer == Side::kServer ? one.server : one.client;
        const int expected = has_it ? 0 : code::kInvalidPurpose;
        EXPECT_EQ(Verify({own}, {own}), expected)
            << one.value << ": " << outcome_.status;
        verification_.flags.partial_chain = true;
        EXPECT_EQ(Verify({other}, {other}), expected)
            << one.value << ": " << outcome_.status;
        verification_.flags.partial_chain = false;
        verification_.anchor_pins = {own.SpkiSha256()};
        EXPECT_EQ(
            Verify({own}, {Mint(root_, root_key_.get(), root_key_.get())}),
            expected)
            << one.value << ": " << outcome_.status;
        verification_.anchor_pins.clear();
      }
    }
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

// The peer chooses the names, and how many there are.
TEST_F(PathRulesTest, AnErrorIsShortAndPlainWhateverThePeerSends) {
  const std::string hostile = "evil\n\x1b[2J\xC2\x9B\xE2\x80\xAE\"";
  leaf_.issuer = hostile;
  leaf_.common_names = {std::string(5000, 'x') + hostile};
  leaf_.name_type = V_ASN1_UTF8STRING;
  Remove(NID_authority_key_identifier, &leaf_);
  Replace({NID_subject_alt_name,
           absl::StrCat("DNS:example.com,DNS:", std::string(300, 'z'))},
          &leaf_);
  ca_.common_names = {hostile};
  ca_.extensions.push_back(
      {NID_name_constraints, "critical,permitted;DNS:example.org"});
  std::vector<Certificate> presented = {
      Mint(leaf_, leaf_key_.get(), ca_key_.get())};
  for (int i = 0; i < 200; ++i) {
    ca_.serial = absl::StrCat("10", i);
    presented.push_back(Mint(ca_, ca_key_.get(), root_key_.get()));
  }
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  EXPECT_EQ(Verify(presented, {root}), code::kPermittedViolation);
  const std::string message(outcome_.status.message());
  EXPECT_LT(message.size(), 6000u) << message;
  int lines = 0;
  for (const char c : message) {
    lines += c == '\n' ? 1 : 0;
    EXPECT_TRUE(c == '\n' || absl::ascii_isprint(static_cast<uint8_t>(c)))
        << message;
  }
  // The summary, five paths, and how many more there are.
  EXPECT_LT(lines, 10) << message;
  EXPECT_TRUE(absl::StrContains(message, "\n  5. ")) << message;
  EXPECT_TRUE(absl::StrContains(message, "\n  and ")) << message;
}

// These let a wrong party in, so no profile accepts them.
TEST_F(PathRulesTest, NoProfileAcceptsWeakKeysAndSignatures) {
  struct Row {
    const char* name;
    MintOptions* sha1;  // Is signed with SHA-1.
    Key* key;           // Is replaced by RSA of `bits`.
    int bits;
    int code;
    int depth;
  };
  for (const Row& row : {
           Row{"leaf, SHA-1", &leaf_, nullptr, 0, code::kCaDigestTooWeak, 0},
           Row{"CA, SHA-1", &ca_, nullptr, 0, code::kCaDigestTooWeak, 1},
           Row{"leaf, RSA", nullptr, &leaf_key_, 2040, code::kEeKeyTooSmall, 0},
           Row{"CA, RSA", nullptr, &ca_key_, 2040, code::kCaKeyTooSmall, 1},
           Row{"root, RSA", nullptr, &root_key_, 2040, code::kCaKeyTooSmall, 2},
       }) {
    SCOPED_TRACE(row.name);
    Key good;
    if (row.sha1 != nullptr) row.sha1->sha1 = true;
    if (row.key != nullptr) {
      good = std::exchange(*row.key, MintRsaKey(row.bits));
    }
    for (const bool strict : {false, true}) {
      EXPECT_EQ(Verify(strict), row.code) << outcome_.status;
      EXPECT_EQ(error_.depth, row.depth);
    }
    if (row.sha1 != nullptr) row.sha1->sha1 = false;
    if (row.key != nullptr) *row.key = std::move(good);
  }
  // The signature of the root itself does not matter.
  root_.sha1 = true;
  EXPECT_EQ(Verify(), 0) << outcome_.status;
}

// BoringSSL reads such a key, but crashes if it is asked for its size.
TEST_F(PathRulesTest, ADsaKeyWithoutParametersIsRefused) {
  for (Key* key : {&leaf_key_, &ca_key_, &root_key_}) {
    const Key good =
        std::exchange(*key, ::airlock::testing::MintDsaKeyWithoutParameters());
    // It cannot sign: the good key does, and the signature is wrong.
    const auto signer = [&](const Key& wanted) {
      return wanted.get() == key->get() ? good.get() : wanted.get();
    };
    const std::vector<Certificate> presented = {
        Mint(leaf_, leaf_key_.get(), signer(ca_key_)),
        Mint(ca_, ca_key_.get(), signer(root_key_))};
    const Certificate root = Mint(root_, root_key_.get(), signer(root_key_));
    for (const int level : {0, 2}) {
      verification_.security_level = level;
      for (const bool strict : {false, true}) {
        // The leaf's key matters to no signature in the path.
        const bool may_pass = key == &leaf_key_ && level == 0;
        EXPECT_EQ(Verify(presented, {root}, strict) == 0, may_pass);
      }
    }
    for (const Certificate& certificate : {presented[0], presented[1], root}) {
      EXPECT_GE(certificate.public_key().bits, 0);
      EXPECT_FALSE(certificate.ToText().empty());
    }
    *key = bssl::UpRef(good);
  }
}

// CVE-2025-61727.
TEST_F(PathRulesTest, AnExcludedNameIsNotReachedByAWildcard) {
  ca_.extensions.push_back(
      {NID_name_constraints, "critical,excluded;DNS:bar.example.com"});
  Replace({NID_subject_alt_name, "DNS:*.example.com"}, &leaf_);
  for (const char* host : {"bar.example.com", "foo.example.com"}) {
    host_ = host;
    for (const bool strict : {false, true}) {
      EXPECT_EQ(Verify(strict), code::kExcludedViolation) << outcome_.status;
    }
  }
}

TEST_F(PathRulesTest, NoProfileAcceptsMalformedConstraints) {
  // A list without a subtree; an address without a contiguous mask.
  for (const absl::string_view der :
       {absl::string_view("\x30\x02\xA0\x00", 4),
        absl::string_view("\x30\x0E\xA0\x0C\x30\x0A\x87\x08"
                          "\x0A\x00\x00\x00\xFF\x00\xFF\x00",
                          16),
        absl::string_view("\x30\x01", 2)}) {
    const MintOptions good = ca_;
    ca_.extensions.push_back(
        {NID_name_constraints, std::string(der), /*is_der=*/true});
    for (const bool strict : {false, true}) {
      EXPECT_NE(Verify(strict), 0) << absl::CHexEscape(der);
    }
    ca_ = good;
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
  crls_ = {MakeCrl({})};
  EXPECT_EQ(Verify(), 0) << outcome_.status;
  crls_ = {};
  EXPECT_EQ(Verify(), code::kUnableToGetCrl);
  const Key other = MintKey();
  struct Row {
    CrlOptions crl;
    int code;
    const char* why;
  };
  const auto scope = [](absl::string_view der) {
    CrlOptions options;
    options.scope = std::string(der);
    return options;
  };
  CrlOptions from_another;
  from_another.issuer = "someone else";
  CrlOptions expired;
  expired.next_update = "20200201000000Z";
  CrlOptions future;
  future.last_update = "20990101000000Z";
  CrlOptions forged;
  forged.key = other.get();
  for (const Row& row : {
           Row{from_another, code::kUnableToGetCrl, "none is from \"CN=ca\""},
           Row{expired, code::kCrlExpired, "RFC 5280, section 5.1.2.5"},
           Row{future, code::kCrlNotYetValid, "RFC 5280, section 5.1.2.4"},
           Row{forged, code::kCrlSignatureFailure,
               "is not signed with the key of that CA"},
           Row{scope("\x30\x03\x82\x01\xFF"), X509_V_ERR_DIFFERENT_CRL_SCOPE,
               "it is for CAs only (RFC 5280, section 5.2.5)"},
           Row{scope("\x30\x03\x85\x01\xFF"), X509_V_ERR_DIFFERENT_CRL_SCOPE,
               "it is for attribute certificates only"},
           Row{scope("\x30\x04\x83\x02\x06\x40"), code::kUnableToGetCrl,
               "it is for some reasons only"},
           Row{scope("\x30\x03\x84\x01\xFF"), code::kUnableToGetCrl,
               "it is for the CAs of others, too"},
           Row{scope("\x30\x0F\xA0\x0D\xA0\x0B\x86\x09http://a/"),
               X509_V_ERR_DIFFERENT_CRL_SCOPE,
               "it is for another distribution point"},
       }) {
    crls_ = {MakeCrl(row.crl)};
    EXPECT_EQ(Verify(), row.code) << row.why << outcome_.status;
    EXPECT_TRUE(absl::StrContains(error_.what, row.why)) << error_.what;
    EXPECT_TRUE(absl::StrContains(error_.what, "CN=ca")) << error_.what;
  }
  // This scope includes the leaf, and not the CA.
  crls_ = {MakeCrl(scope("\x30\x03\x81\x01\xFF"))};
  EXPECT_EQ(Verify(), 0) << outcome_.status;
  crls_ = {MakeCrl({})};
  Replace({NID_key_usage, "critical,keyCertSign"}, &ca_);
  EXPECT_EQ(Verify(), X509_V_ERR_KEYUSAGE_NO_CRL_SIGN);
  EXPECT_TRUE(absl::StrContains(error_.what, "lacks cRLSign")) << error_.what;
}

// Without nextUpdate, an old CRL never becomes invalid.
TEST_F(PathRulesTest, StrictNeedsTheEndOfACrl) {
  verification_.flags.crl_check_leaf = true;
  CrlOptions endless;
  endless.next_update = "";
  crls_ = {MakeCrl(endless)};
  ExpectStrictOnly(code::kCrlExpired);
  EXPECT_TRUE(absl::StrContains(error_.what, "nextUpdate")) << error_.what;
}

// BoringSSL would take it for a complete CRL.
TEST_F(PathRulesTest, ADeltaCrlIsNotTakenIntoATrustStore) {
  TrustStore::Builder builder;
  CrlOptions delta;
  delta.is_delta = true;
  const absl::Status status = builder.Add(MakeCrl(delta), "delta.crl");
  EXPECT_FALSE(status.ok());
  const Error error = GetError(status).value_or(Error());
  EXPECT_EQ(error.kind, ErrorKind::kTrustStore);
  EXPECT_FALSE(error.advice.empty());
  EXPECT_EQ(builder.crl_count(), 0u);
}

}  // namespace
}  // namespace airlock::ssl::internal
