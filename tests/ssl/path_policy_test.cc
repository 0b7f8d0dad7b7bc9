// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Certificate policies: Airlock asks for none, but a CA can require them of
// the certificates below it (RFC 5280, sections 4.2.1.11 and 6.1).

#include <openssl/nid.h>
#include <openssl/x509.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
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

// Object identifiers in DER: 1.2.3.4, 1.2.3.5 and anyPolicy.
const std::string kPolicy("\x06\x03\x2A\x03\x04", 5);
const std::string kOther("\x06\x03\x2A\x03\x05", 5);
const std::string kAnyPolicy("\x06\x04\x55\x1D\x20\x00", 6);

std::string Sequence(const std::string& content) {
  return absl::StrCat("\x30", std::string(1, static_cast<char>(content.size())),
                      content);
}

class PathPolicyTest : public PathFixture {
 protected:
  static MintExtension Policies(const std::string& oid) {
    return {NID_certificate_policies, Sequence(Sequence(oid)), /*is_der=*/true};
  }
  static MintExtension Constraints(const std::string& value) {
    return {NID_policy_constraints, "critical," + value};
  }

  // In both profiles.
  void ExpectVerdict(int expected) {
    for (const bool strict : {false, true}) {
      EXPECT_EQ(Verify(strict), expected) << outcome_.status;
    }
  }
};

TEST_F(PathPolicyTest, ARequiredPolicyHoldsForTheWholePath) {
  ca_.extensions.push_back(Constraints("requireExplicitPolicy:0"));
  ExpectVerdict(X509_V_ERR_NO_EXPLICIT_POLICY);
  EXPECT_TRUE(absl::StrContains(error_.what, "RFC 5280, section 6.1.5"))
      << error_.what;
  ca_.extensions.push_back(Policies(kPolicy));
  ExpectVerdict(X509_V_ERR_NO_EXPLICIT_POLICY);
  leaf_.extensions.push_back(Policies(kOther));
  ExpectVerdict(X509_V_ERR_NO_EXPLICIT_POLICY);
  Replace(Policies(kPolicy), &leaf_);
  ExpectVerdict(code::kOk);
  // Only the path has it, not the certificate.
  Remove(NID_certificate_policies, &ca_);
  ExpectVerdict(X509_V_ERR_NO_EXPLICIT_POLICY);
}

TEST_F(PathPolicyTest, WithoutTheConstraintPoliciesDoNotMatter) {
  ca_.extensions.push_back(Policies(kPolicy));
  leaf_.extensions.push_back(Policies(kOther));
  ExpectVerdict(code::kOk);
}

TEST_F(PathPolicyTest, InhibitAnyPolicyHolds) {
  ca_.extensions.push_back(Constraints("requireExplicitPolicy:0"));
  ca_.extensions.push_back(Policies(kPolicy));
  leaf_.extensions.push_back(Policies(kAnyPolicy));
  ExpectVerdict(code::kOk);
  ca_.extensions.push_back({NID_inhibit_any_policy, "critical,0"});
  ExpectVerdict(X509_V_ERR_NO_EXPLICIT_POLICY);
}

TEST_F(PathPolicyTest, InhibitPolicyMappingHolds) {
  // A CA below `ca_` maps its policy to the leaf's.
  MintOptions low = ca_;
  low.common_names = {"low"};
  low.issuer = "ca";
  low.extensions = {{NID_key_usage, std::string(kCaKeyUsage)},
                    KeyId("l"),
                    AuthorityKeyId("c"),
                    Policies(kPolicy),
                    {NID_policy_mappings, Sequence(Sequence(kPolicy + kOther)),
                     /*is_der=*/true}};
  const Key low_key = MintKey();
  leaf_.issuer = "low";
  Replace(AuthorityKeyId("l"), &leaf_);
  leaf_.extensions.push_back(Policies(kOther));
  ca_.extensions.push_back(Policies(kPolicy));
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  const auto verify = [&] {
    return Verify({Mint(leaf_, leaf_key_.get(), low_key.get()),
                   Mint(low, low_key.get(), ca_key_.get()),
                   Mint(ca_, ca_key_.get(), root_key_.get())},
                  {root});
  };
  ca_.extensions.push_back(Constraints("requireExplicitPolicy:0"));
  EXPECT_EQ(verify(), code::kOk) << outcome_.status;
  Replace(Constraints("requireExplicitPolicy:0,inhibitPolicyMapping:0"), &ca_);
  EXPECT_EQ(verify(), X509_V_ERR_NO_EXPLICIT_POLICY) << outcome_.status;
}

TEST_F(PathPolicyTest, MalformedPoliciesAreRefused) {
  const std::string garbage("\x30\x01", 2);
  for (const int nid : {NID_certificate_policies, NID_policy_constraints,
                        NID_inhibit_any_policy, NID_policy_mappings}) {
    const MintOptions good = ca_;
    ca_.extensions.push_back({nid, garbage, /*is_der=*/true});
    ExpectVerdict(X509_V_ERR_INVALID_POLICY_EXTENSION);
    ca_ = good;
  }
  // Twice the same one; an empty constraint.
  ca_.extensions.push_back({NID_certificate_policies,
                            Sequence(Sequence(kPolicy) + Sequence(kPolicy)),
                            /*is_der=*/true});
  ExpectVerdict(X509_V_ERR_INVALID_POLICY_EXTENSION);
  Remove(NID_certificate_policies, &ca_);
  ca_.extensions.push_back(
      {NID_policy_constraints, std::string("\x30\x00", 2), /*is_der=*/true});
  ExpectVerdict(X509_V_ERR_INVALID_POLICY_EXTENSION);
}

// Of two CAs with one key, the one that requires no policy leads on.
TEST_F(PathPolicyTest, AnotherPathIsTriedIfPoliciesFail) {
  MintOptions demanding = ca_;
  demanding.extensions.push_back(Constraints("requireExplicitPolicy:0"));
  const Certificate leaf = Mint(leaf_, leaf_key_.get(), ca_key_.get());
  const Certificate first = Mint(demanding, ca_key_.get(), root_key_.get());
  const Certificate second = Mint(ca_, ca_key_.get(), root_key_.get());
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  EXPECT_EQ(Verify({leaf, first, second}, {root}), code::kOk)
      << outcome_.status;
  ASSERT_EQ(outcome_.verified.size(), 3u);
  EXPECT_EQ(outcome_.verified[1], second);
  EXPECT_EQ(Verify({leaf, first}, {root}), X509_V_ERR_NO_EXPLICIT_POLICY);
}

}  // namespace
}  // namespace airlock::ssl::internal
