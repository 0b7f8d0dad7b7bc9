// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a user reads of each way in which a path fails: the rule, what broke it,
// where, and what to do.

#include <openssl/nid.h>
#include <openssl/x509.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
#include "tests/ssl/path_fixture.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintExtension;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::MintRsaKey;

class PathMessagesTest : public PathFixture {
 protected:
  // The chain fails with a message that has `text`, and none of the parts that
  // mislead.
  void Expect(absl::string_view text, bool strict = false) {
    Expect(text, Presented(), strict);
  }
  void Expect(absl::string_view text, const std::vector<Certificate>& presented,
              bool strict = false) {
    SCOPED_TRACE(text);
    EXPECT_NE(Verify(presented, {Mint(root_, root_key_.get(), root_key_.get())},
                     strict),
              0);
    const absl::string_view message = outcome_.status.message();
    EXPECT_TRUE(absl::StrContains(message, text)) << message;
    EXPECT_FALSE(error_.subject.empty()) << message;
    EXPECT_FALSE(absl::StrContains(message, "\n.")) << message;
  }

  static MintExtension Constraints(const std::string& value) {
    return {NID_name_constraints, "critical," + value};
  }
};

TEST_F(PathMessagesTest, ConstraintsNameTheNameAndTheCa) {
  const MintOptions good = ca_;
  ca_.extensions.push_back(Constraints("permitted;DNS:example.org"));
  Expect(
      "permitted subtree violation (RFC 5280, section 4.2.1.10: DNS name "
      "\"example.com\" is not permitted by the name constraints of "
      "\"CN=ca\"): depth 0, subject \"CN=leaf\"");
  ca_ = good;
  ca_.extensions.push_back(Constraints("excluded;DNS:example.com"));
  Expect(
      "excluded subtree violation (RFC 5280, section 4.2.1.10: DNS name "
      "\"example.com\" is excluded by the name constraints of \"CN=ca\")");
  ca_ = good;
  ca_.extensions.push_back(Constraints("permitted;DNS:*.example.com"));
  Expect(
      "(RFC 5280, section 4.2.1.10: the constraint \"*.example.com\" is "
      "malformed, name constraints of \"CN=ca\")");
}

TEST_F(PathMessagesTest, ExtensionsAreNamed) {
  const MintExtension unknown = {NID_sinfo_access,
                                 "critical,caRepository;URI:http://a.test"};
  for (MintOptions* options : {&root_, &ca_, &leaf_}) {
    const MintOptions good = *options;
    options->extensions.push_back(unknown);
    Expect(
        "unhandled critical extension (RFC 5280, section 4.2: its critical "
        "extension Subject Information Access is unknown)");
    *options = good;
  }
}

TEST_F(PathMessagesTest, AnIssuerThatCannotBeUsedIsNotMissing) {
  const MintOptions good = ca_;
  Replace({NID_key_usage, "critical,digitalSignature"}, &ca_);
  Expect(
      "unable to get local issuer certificate (RFC 5280, section 4.2.1.3: the "
      "certificate of \"CN=ca\" cannot be its issuer's: its key usage lacks "
      "keyCertSign)");
  EXPECT_FALSE(absl::StrContains(error_.advice, "bundle")) << error_.advice;
  ca_ = good;
  Replace(KeyId("x"), &ca_);
  Expect(
      "(RFC 5280, section 4.2.1.1: the certificate of \"CN=ca\" cannot be its "
      "issuer's: its key is not the one that the authority key identifier "
      "names)");
  ca_ = good;
  ca_.extensions.push_back({NID_ext_key_usage, "garbage", /*is_der=*/true});
  Expect(
      "(RFC 5280, section 4.2: the certificate of \"CN=ca\" cannot be its "
      "issuer's: it has an invalid extension)");
  ca_ = good;
  // Really missing.
  Expect("unable to get local issuer certificate (RFC 5280, section 6.1): ",
         {Presented()[0]});
  EXPECT_TRUE(absl::StrContains(error_.advice, "bundle")) << error_.advice;
}

TEST_F(PathMessagesTest, ASignatureNamesItsIssuer) {
  const Key other = MintKey();
  Expect(
      "certificate signature failure (RFC 5280, section 6.1.3: the key of "
      "\"CN=ca\" that was found did not sign it): depth 0",
      {Mint(leaf_, leaf_key_.get(), other.get()), Presented()[1]});
}

TEST_F(PathMessagesTest, CasAndTheirDepth) {
  ca_.is_ca = false;
  Expect(
      "invalid CA certificate (RFC 5280, section 4.2.1.9: it has no basic "
      "constraints): depth 1, subject \"CN=ca\"");
  ca_.extensions.push_back({NID_basic_constraints, "critical,CA:FALSE"});
  Expect(
      "(RFC 5280, section 4.2.1.9: its basic constraints say that it is not a "
      "CA): depth 1");
  // A CA below `ca_`, which allows none.
  MintOptions low = ca_;
  low.common_names = {"low"};
  low.issuer = "ca";
  low.is_ca = true;
  low.extensions = {{NID_key_usage, std::string(kCaKeyUsage)},
                    KeyId("l"),
                    AuthorityKeyId("c")};
  const Key low_key = MintKey();
  leaf_.issuer = "low";
  Replace(AuthorityKeyId("l"), &leaf_);
  Replace({NID_basic_constraints, "critical,CA:TRUE,pathlen:0"}, &ca_);
  Expect(
      "path length constraint exceeded (RFC 5280, section 4.2.1.9: "
      "intermediates below it: 1, allowed: 0): depth 2, subject \"CN=ca\"",
      {Mint(leaf_, leaf_key_.get(), low_key.get()),
       Mint(low, low_key.get(), ca_key_.get()),
       Mint(ca_, ca_key_.get(), root_key_.get())});
}

TEST_F(PathMessagesTest, PurposesAreNamed) {
  const MintOptions good_leaf = leaf_;
  leaf_.extensions.push_back({NID_ext_key_usage, "clientAuth"});
  Expect(
      "unsuitable certificate purpose (RFC 5280, section 4.2.1.12: its "
      "extended key usage lacks serverAuth): depth 0");
  leaf_ = good_leaf;
  leaf_.extensions.push_back({NID_key_usage, "keyCertSign"});
  Expect(
      "(RFC 5280, section 4.2.1.3: its key usage allows neither signatures nor "
      "key exchange): depth 0");
  leaf_ = good_leaf;
  const MintOptions good_ca = ca_;
  ca_.extensions.push_back({NID_ext_key_usage, "clientAuth"});
  Expect(
      "(RFC 5280, section 4.2.1.12: its extended key usage lacks serverAuth): "
      "depth 1, subject \"CN=ca\"");
  ca_.extensions.back().value = "serverAuth";
  peer_ = Side::kClient;
  Expect("its extended key usage lacks clientAuth): depth 1");
  ca_ = good_ca;
  leaf_.extensions.push_back({NID_key_usage, "keyEncipherment"});
  Expect(
      "(RFC 5280, section 4.2.1.3: its key usage does not allow signatures)");
}

TEST_F(PathMessagesTest, WeakKeysHaveARule) {
  const MintOptions good = ca_;
  ca_.sha1 = true;
  Expect(
      "CA signature digest algorithm too weak (NIST SP 800-57, part 1: it is "
      "signed with SHA1, which is too weak for level 2): depth 1");
  ca_ = good;
  leaf_key_ = MintRsaKey(1024);
  Expect(
      "EE certificate key too weak (NIST SP 800-57, part 1: its RSA key has "
      "1024 bits; at least 2048 are required at level 2): depth 0");
}

TEST_F(PathMessagesTest, PoliciesNameTheCa) {
  ca_.extensions.push_back(
      {NID_policy_constraints, "critical,requireExplicitPolicy:0"});
  Expect(
      "no explicit policy (RFC 5280, section 6.1.5: \"CN=ca\" requires a "
      "certificate policy that the whole path has in common): depth 0, subject "
      "\"CN=leaf\"");
  Remove(NID_policy_constraints, &ca_);
  ca_.extensions.push_back(
      {NID_certificate_policies, std::string("\x30\x01", 2), /*is_der=*/true});
  Expect("(RFC 5280, section 4.2.1.4): depth 1, subject \"CN=ca\"");
  EXPECT_EQ(error_.depth, 1);
}

TEST_F(PathMessagesTest, CrlsHaveDates) {
  verification_.flags.crl_check_leaf = true;
  CrlOptions expired;
  expired.next_update = "20200201000000Z";
  crls_ = {MakeCrl(expired)};
  Expect(
      "CRL has expired (RFC 5280, section 5.1.2.5: the CRL of \"CN=ca\": it "
      "expired on 2020-02-01): depth 0");
  CrlOptions future;
  future.last_update = "20990101000000Z";
  crls_ = {MakeCrl(future)};
  Expect(
      "(RFC 5280, section 5.1.2.4: the CRL of \"CN=ca\": it is not valid "
      "before "
      "2099-01-01): depth 0");
}

TEST_F(PathMessagesTest, TheStrictProfileIsNamed) {
  Remove(NID_key_usage, &ca_);
  Expect("(RFC 5280, section 4.2.1.3: a rule of the strict profile): depth 1",
         /*strict=*/true);
}

// Many CAs that sign for each other.
TEST_F(PathMessagesTest, ASpentBudgetIsNotTheCasFault) {
  Remove(NID_authority_key_identifier, &leaf_);
  std::vector<Key> keys;
  for (int i = 0; i < 30; ++i) keys.push_back(MintKey());
  std::vector<Certificate> presented = {
      Mint(leaf_, leaf_key_.get(), keys[0].get())};
  for (size_t i = 0; i < 60; ++i) {
    presented.push_back(Mint("ca", keys[(i / 2) % 30].get(), "ca",
                             keys[(i * 7 + 1) % 30].get(), true));
  }
  Expect(
      "the search ended after the work of 200 signature checks: other paths "
      "may exist",
      presented);
  EXPECT_TRUE(absl::StrContains(error_.advice, "only the intermediates"))
      << error_.advice;
}

TEST_F(PathMessagesTest, AListOfPathsEndsBeforeTheAdvice) {
  ca_.extensions.push_back(Constraints("permitted;DNS:example.org"));
  std::vector<Certificate> presented = {Presented()[0]};
  for (int i = 1; i <= 2; ++i) {
    ca_.serial = absl::StrCat(i);
    presented.push_back(Mint(ca_, ca_key_.get(), root_key_.get()));
  }
  Expect("\n  2. \"CN=leaf\" < \"CN=ca\" < \"CN=root\": ", presented);
  EXPECT_TRUE(absl::StrContains(outcome_.status.message(),
                                "\nIts CA may not issue certificates"))
      << outcome_.status;
  // Each line says the same in the same words.
  EXPECT_TRUE(absl::StrContains(
      error_.what,
      "1. \"CN=leaf\" < \"CN=ca\" < \"CN=root\": permitted subtree violation "
      "(RFC 5280, section 4.2.1.10: DNS name \"example.com\" is not permitted"))
      << error_.what;
}

}  // namespace
}  // namespace airlock::ssl::internal
