// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which CRL decides if a bundle has several of one issuer.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "ssl/trust_store.h"
#include "ssl/verify_code.h"
#include "tests/ssl/path_fixture.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::MintKey;

namespace code = verify_code;

class CrlChoiceTest : public PathFixture {
 protected:
  CrlChoiceTest() { verification_.flags.crl_check_leaf = true; }

  // Beside `useless`, the good CRL of the CA decides, in either order.
  void ExpectIgnored(const CrlOptions& useless, bool strict) {
    for (const bool is_revoked : {false, true}) {
      CrlOptions good;
      good.revoked = is_revoked ? kLeafSerial : 0;
      std::vector<std::string> crls = {MakeCrl(useless), MakeCrl(good)};
      for (const bool useless_first : {true, false}) {
        SCOPED_TRACE(is_revoked);
        SCOPED_TRACE(useless_first);
        crls_ = crls;
        EXPECT_EQ(Verify(strict), is_revoked ? code::kRevoked : code::kOk)
            << outcome_.status;
        std::swap(crls[0], crls[1]);
      }
    }
  }

  static constexpr int kLeafSerial = 1;
  // Later than that of a good CRL: of two that fit, the newer one decides.
  const std::string newer_ = "20200201000000Z";
};

TEST_F(CrlChoiceTest, OneThatCannotBeUsedIsIgnoredBesideAGoodOne) {
  const Key other = MintKey();
  CrlOptions expired;
  expired.next_update = "20200301000000Z";
  CrlOptions future;
  future.last_update = "20990101000000Z";
  CrlOptions forged;
  forged.key = other.get();
  CrlOptions for_cas_only;
  for_cas_only.scope = "\x30\x03\x82\x01\xFF";
  CrlOptions for_some_reasons;
  for_some_reasons.scope = std::string("\x30\x04\x83\x02\x06\x40", 6);
  CrlOptions from_another;
  from_another.issuer = "someone else";
  from_another.revoked = kLeafSerial;
  std::vector<CrlOptions> useless = {
      expired, future, forged, for_cas_only, for_some_reasons, from_another};
  for (CrlOptions later : {expired, forged, for_cas_only, for_some_reasons}) {
    later.last_update = newer_;
    useless.push_back(later);
  }
  for (const CrlOptions& crl : useless) {
    SCOPED_TRACE(crl.last_update + crl.next_update + crl.issuer + crl.scope);
    ExpectIgnored(crl, /*strict=*/false);
    ExpectIgnored(crl, /*strict=*/true);
  }
}

TEST_F(CrlChoiceTest, SeveralForgedOnesAreIgnored) {
  std::vector<Key> keys;
  for (int i = 0; i < 5; ++i) {
    keys.push_back(MintKey());
    CrlOptions forged;
    forged.key = keys.back().get();
    forged.last_update = newer_;
    crls_.push_back(MakeCrl(forged));
  }
  EXPECT_EQ(Verify(), code::kCrlSignatureFailure) << outcome_.status;
  CrlOptions good;
  good.revoked = kLeafSerial;
  crls_.push_back(MakeCrl(good));
  EXPECT_EQ(Verify(), code::kRevoked) << outcome_.status;
  crls_.back() = MakeCrl({});
  EXPECT_EQ(Verify(), code::kOk) << outcome_.status;
}

// A leaf that is its own anchor needs its issuer for the CRL.
TEST_F(CrlChoiceTest, TheCrlOfATrustedLeafIsItsIssuers) {
  verification_.flags.partial_chain = true;
  const auto presented = Presented();
  const auto& leaf = presented[0];
  EXPECT_EQ(Verify(presented, {leaf}), code::kUnableToGetCrl)
      << outcome_.status;
  crls_ = {MakeCrl({})};
  EXPECT_EQ(Verify(presented, {leaf}), code::kOk) << outcome_.status;
  EXPECT_EQ(outcome_.verified.size(), 1u);
  EXPECT_NE(Verify({leaf}, {leaf}), code::kOk);
  CrlOptions revokes;
  revokes.revoked = kLeafSerial;
  crls_ = {MakeCrl(revokes)};
  EXPECT_EQ(Verify(presented, {leaf}), code::kRevoked) << outcome_.status;
  EXPECT_NE(Verify({leaf}, {leaf}), code::kOk);
}

// A forged one beside an expired one: neither is taken.
TEST_F(CrlChoiceTest, UselessOnesTogetherAreNotEnough) {
  const Key other = MintKey();
  CrlOptions expired;
  expired.next_update = "20200301000000Z";
  CrlOptions forged;
  forged.key = other.get();
  crls_ = {MakeCrl(expired), MakeCrl(forged)};
  EXPECT_EQ(Verify(), code::kCrlExpired) << outcome_.status;
  std::swap(crls_[0], crls_[1]);
  EXPECT_EQ(Verify(), code::kCrlExpired) << outcome_.status;
}

TEST_F(CrlChoiceTest, TheNewerOfTwoGoodOnesDecides) {
  CrlOptions older;
  older.revoked = kLeafSerial;  // On hold, say.
  CrlOptions newer;
  newer.last_update = newer_;
  for (const bool strict : {false, true}) {
    crls_ = {MakeCrl(older), MakeCrl(newer)};
    EXPECT_EQ(Verify(strict), code::kOk) << outcome_.status;
    std::swap(crls_[0], crls_[1]);
    EXPECT_EQ(Verify(strict), code::kOk) << outcome_.status;
  }
}

// Without nextUpdate, an old CRL never becomes invalid: the strict profile
// does without it, also if it is the newest.
TEST_F(CrlChoiceTest, StrictIgnoresOneWithoutEnd) {
  CrlOptions endless;
  endless.next_update = "";
  ExpectIgnored(endless, /*strict=*/true);
  endless.last_update = newer_;
  ExpectIgnored(endless, /*strict=*/true);
  // The compatible profile uses it.
  CrlOptions good;
  good.revoked = kLeafSerial;
  crls_ = {MakeCrl(endless), MakeCrl(good)};
  EXPECT_EQ(Verify(), code::kOk) << outcome_.status;
  // A CA's, too.
  verification_.flags.crl_check_chain = true;
  CrlOptions of_root;
  of_root.issuer = "root";
  of_root.key = root_key_.get();
  crls_ = {MakeCrl({}), MakeCrl(of_root)};
  EXPECT_EQ(Verify(/*strict=*/true), code::kOk) << outcome_.status;
  of_root.next_update = "";
  crls_ = {MakeCrl({}), MakeCrl(of_root)};
  EXPECT_EQ(Verify(/*strict=*/true), code::kUnableToGetCrl);
  EXPECT_EQ(error_.depth, 1) << outcome_.status;
  EXPECT_TRUE(absl::StrContains(error_.what,
                                "the CRL of \"CN=root\": it has no nextUpdate"))
      << error_.what;
}

TEST_F(CrlChoiceTest, ADeltaCrlIsRefusedBesideACompleteOne) {
  CrlOptions delta;
  delta.is_delta = true;
  TrustStore::Builder builder;
  EXPECT_TRUE(builder.Add(MakeCrl({}), "complete").ok());
  EXPECT_FALSE(builder.Add(MakeCrl(delta), "delta").ok());
  EXPECT_EQ(builder.crl_count(), 1u);
}

}  // namespace
}  // namespace airlock::ssl::internal
