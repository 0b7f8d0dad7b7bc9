// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The rules of both profiles, each with a chain that breaks it alone.
#include "ssl/internal/path_rules.h"

#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/x509.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/verify_code.h"
#include "tests/ssl/path_fixture.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::MintRsaKey;
using ::airlock::testing::MintRsaPublicKey;
using ::airlock::testing::TestTime;

namespace code = verify_code;

class PathRulesTest : public PathFixture {};

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

// RFC 5280, section 6.1.4 (l).
TEST_F(PathRulesTest, SelfIssuedCertificatesDoNotCountForThePathLength) {
  const Key new_key = MintKey();
  MintOptions rollover = ca_;
  rollover.issuer = "ca";
  rollover.extensions = {{NID_key_usage, std::string(kCaKeyUsage)},
                         KeyId("n"),
                         AuthorityKeyId("c")};
  Replace(AuthorityKeyId("n"), &leaf_);
  const std::vector<Certificate> presented = {
      Mint(leaf_, leaf_key_.get(), new_key.get()),
      Mint(rollover, new_key.get(), ca_key_.get()),
      Mint(ca_, ca_key_.get(), root_key_.get())};
  root_.is_ca = false;
  for (const int most : {0, 1}) {
    Replace({NID_basic_constraints,
             absl::StrCat("critical,CA:TRUE,pathlen:", most)},
            &root_);
    EXPECT_EQ(
        Verify(presented, {Mint(root_, root_key_.get(), root_key_.get())}),
        most == 0 ? code::kPathLengthExceeded : 0)
        << outcome_.status;
  }
}

// One name, two keys: without a key identifier in the leaf, BoringSSL takes the
// old key for the one that signed it.
TEST_F(PathRulesTest, ARootWithANewKeyIsTrustedThroughTheOldOne) {
  const Key new_key = MintKey();
  MintOptions rollover = root_;
  Replace(KeyId("n"), &rollover);
  rollover.extensions.push_back(AuthorityKeyId("r"));
  leaf_.issuer = "root";
  Remove(NID_authority_key_identifier, &leaf_);
  EXPECT_EQ(Verify({Mint(leaf_, leaf_key_.get(), new_key.get()),
                    Mint(rollover, new_key.get(), root_key_.get())},
                   {Mint(root_, root_key_.get(), root_key_.get())}),
            0)
      << outcome_.status;
  EXPECT_EQ(outcome_.verified.size(), 3u);
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

TEST_F(PathRulesTest, AnAnchorMayAllowAllPurposes) {
  for (const char* usage : {"anyExtendedKeyUsage", "msSGC", "serverAuth"}) {
    const MintOptions good = root_;
    root_.extensions.push_back({NID_ext_key_usage, usage});
    EXPECT_EQ(Verify(), 0) << usage << outcome_.status;
    root_ = good;
  }
}

TEST_F(PathRulesTest, AnInvalidExtensionIsRefusedAnywhere) {
  const ::airlock::testing::MintExtension garbage = {NID_ext_key_usage, "x",
                                                     /*is_der=*/true};
  for (MintOptions* options : {&root_, &ca_, &leaf_}) {
    const MintOptions good = *options;
    options->extensions.push_back(garbage);
    EXPECT_NE(Verify(), 0);
    *options = good;
  }
  leaf_.common_names = {leaf_.issuer};
  Remove(NID_authority_key_identifier, &leaf_);
  leaf_.extensions.push_back(garbage);
  const Certificate alone = Mint(leaf_, leaf_key_.get(), leaf_key_.get());
  EXPECT_EQ(Verify({alone}, {alone}), code::kInvalidExtension)
      << outcome_.status;
}

// BoringSSL evaluates no constraints for addresses.
TEST_F(PathRulesTest, AddressesUnderConstraintsAreEvaluated) {
  ca_.extensions.push_back(
      {NID_name_constraints, "critical,permitted;IP:192.0.2.0/255.255.255.0"});
  host_ = "192.0.2.7";
  Replace({NID_subject_alt_name, "IP:192.0.2.7"}, &leaf_);
  EXPECT_EQ(Verify(), 0) << outcome_.status;
  host_ = "192.0.3.7";
  Replace({NID_subject_alt_name, "IP:192.0.3.7"}, &leaf_);
  EXPECT_EQ(Verify(), code::kPermittedViolation) << outcome_.status;
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
  // BoringSSL puts a CA above it.
  verification_.flags.trusted_first = false;
  EXPECT_EQ(Verify(presented, {presented[0]}), 0) << outcome_.status;
  // Without the flag, being in the bundle does not make it an anchor.
  verification_.flags.partial_chain = false;
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  for (const bool trusted_first : {false, true}) {
    verification_.flags.trusted_first = trusted_first;
    EXPECT_EQ(Verify(presented, {root, presented[0]}), code::kInvalidPurpose)
        << outcome_.status;
  }
}

TEST_F(PathRulesTest, ALeafInTheBundleHasItsWholePath) {
  const std::vector<Certificate> presented = Presented();
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  EXPECT_EQ(Verify(presented, {root, presented[0]}), 0) << outcome_.status;
  EXPECT_EQ(outcome_.verified.size(), 3u);
}

// By its trust settings or with partial_chain, also where another one of its
// name comes first.
TEST_F(PathRulesTest, AnIntermediateIsFoundAsAnchorAmongNamesakes) {
  Remove(NID_authority_key_identifier, &leaf_);
  const std::vector<Certificate> presented = Presented();
  const Key other = MintKey();
  const Certificate impostor = Mint(ca_, other.get(), root_key_.get());
  EXPECT_NE(Verify({presented[0]}, {impostor, presented[1]}), 0);
  verification_.flags.partial_chain = true;
  EXPECT_EQ(Verify({presented[0]}, {impostor, presented[1]}), 0)
      << outcome_.status;
}

// The name that matches does not make up for one that is malformed.
TEST_F(PathRulesTest, MalformedNamesAreRefused) {
  for (const char* names :
       {"DNS:example.com,DNS:.example.com", "DNS:example.com,DNS:a..b",
        "DNS:example.com,DNS:a b", "DNS:example.com,email:nobody",
        "DNS:example.com,email:a@b@c", "DNS:example.com,URI:example.com",
        "DNS:example.com,URI:ht!tp://example.com"}) {
    Replace({NID_subject_alt_name, names}, &leaf_);
    EXPECT_EQ(Verify(), code::kUnsupportedNameSyntax) << names;
    EXPECT_EQ(Verify(/*strict=*/true), code::kUnsupportedNameSyntax) << names;
  }
  // The longest DNS name, and one byte more.
  const std::string label(63, 'a');
  const std::string labels =
      absl::StrCat("DNS:example.com,DNS:", label, ".", label, ".", label, ".");
  Replace({NID_subject_alt_name, labels + std::string(61, 'b')}, &leaf_);
  EXPECT_EQ(Verify(), 0) << outcome_.status;
  Replace({NID_subject_alt_name, labels + std::string(62, 'b')}, &leaf_);
  EXPECT_EQ(Verify(), code::kUnsupportedNameSyntax) << outcome_.status;
  Replace({NID_subject_alt_name, "DNS:example.com,DNS:a\x7f"}, &leaf_);
  EXPECT_EQ(Verify(), code::kUnsupportedNameSyntax) << outcome_.status;
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
  // One bit too few. (BoringSSL makes only keys of a multiple of 128.)
  leaf_key_ = MintRsaPublicKey(2047);
  EXPECT_EQ(Verify(), code::kEeKeyTooSmall) << outcome_.status;
  leaf_key_ = MintRsaPublicKey(2048);
  EXPECT_EQ(Verify(), 0) << outcome_.status;
}

TEST_F(PathRulesTest, Ed25519IsStrongEnoughForLevel3) {
  const std::vector<uint8_t> seed(32, 'k');
  leaf_key_.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                               seed.data(), seed.size()));
  for (const int level : {3, 4}) {
    verification_.security_level = level;
    EXPECT_EQ(Verify(), level == 3 ? 0 : code::kEeKeyTooSmall)
        << outcome_.status;
  }
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
        // The leaf's key matters to no signature in the path. Upstream's
        // BoringSSL cannot read it.
        const bssl::UniquePtr<EVP_PKEY> readable(
            X509_get_pubkey(presented[0].impl().x509.get()));
        const bool may_pass =
            key == &leaf_key_ && level == 0 && readable != nullptr;
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

// The name alone does not make a leaf self-signed.
TEST_F(PathRulesTest, APinnedLeafSignsItself) {
  leaf_.common_names = {leaf_.issuer};
  Remove(NID_authority_key_identifier, &leaf_);
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  for (const Key* signer : {&leaf_key_, &ca_key_}) {
    const Certificate leaf = Mint(leaf_, leaf_key_.get(), signer->get());
    verification_.anchor_pins = {leaf.SpkiSha256()};
    EXPECT_EQ(Verify({leaf}, {root}) == 0, signer == &leaf_key_)
        << outcome_.status;
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

// RFC 5280, section 4.1.2.5: from notBefore through notAfter, inclusive.
TEST_F(PathRulesTest, TheDatesAreInclusive) {
  const auto text = [](absl::Time time) {
    return absl::FormatTime("%y%m%d%H%M%SZ", time, absl::UTCTimeZone());
  };
  const absl::Time now = TestTime();
  for (MintOptions* options : {&root_, &ca_, &leaf_}) {
    options->not_before = text(now);
    options->not_after = text(now);
  }
  EXPECT_EQ(Verify(), 0) << outcome_.status;
  EXPECT_EQ(Verify(/*strict=*/true), 0) << outcome_.status;
  for (MintOptions* options : {&root_, &ca_, &leaf_}) {
    const MintOptions good = *options;
    options->not_before = text(now - absl::Hours(1));
    options->not_after = text(now - absl::Seconds(1));
    EXPECT_EQ(Verify(), code::kExpired) << outcome_.status;
    options->not_before = text(now + absl::Seconds(1));
    options->not_after = text(now + absl::Hours(1));
    EXPECT_EQ(Verify(), code::kNotYetValid) << outcome_.status;
    *options = good;
  }
}

}  // namespace
}  // namespace airlock::ssl::internal
