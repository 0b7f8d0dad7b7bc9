// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A peer's certificate that is its own anchor: it needs no other.

#include <openssl/evp.h>
#include <openssl/nid.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
#include "ssl/options.h"
#include "ssl/verify_code.h"
#include "tests/ssl/path_fixture.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

namespace code = verify_code;

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::testing::ElementsAre;

constexpr char kPast[] = "20210101000000Z";

class TrustedLeafTest : public PathFixture {
 protected:
  TrustedLeafTest() { host_ = ""; }

  static Certificate SelfSigned(EVP_PKEY* key, const std::string& serial,
                                const std::string& not_after) {
    MintOptions options;
    options.common_names = {"same"};
    options.issuer = "same";
    options.serial = serial;
    options.not_after = not_after;
    return Mint(options, key, key);
  }
};

// As while one replaces the other: BoringSSL finds only one by their name.
TEST_F(TrustedLeafTest, EachOfSeveralNamesakesIsTrusted) {
  const Key other_key = MintKey();
  const std::string& future = leaf_.not_after;
  std::vector<Certificate> all = {SelfSigned(leaf_key_.get(), "1", future),
                                  SelfSigned(other_key.get(), "1", future),
                                  SelfSigned(other_key.get(), "2", future)};
  for (size_t i = 0; i < all.size(); ++i) {
    std::rotate(all.begin(), all.begin() + 1, all.end());
    for (const bool partial_chain : {false, true}) {
      verification_.flags.partial_chain = partial_chain;
      for (const Certificate& one : all) {
        for (const bool strict : {false, true}) {
          EXPECT_EQ(Verify({one}, all, strict), code::kOk) << outcome_.status;
          EXPECT_THAT(outcome_.verified, ElementsAre(one));
          EXPECT_EQ(Verify({one, all[0]}, all, strict), code::kOk)
              << outcome_.status;
        }
      }
    }
  }
  // One that the bundle does not have is none of them.
  EXPECT_NE(Verify({SelfSigned(other_key.get(), "3", future)}, all), code::kOk);
}

TEST_F(TrustedLeafTest, ItsOwnDatesAndPurposeHoldAmongNamesakes) {
  const Certificate good = SelfSigned(leaf_key_.get(), "1", leaf_.not_after);
  const Certificate expired = SelfSigned(leaf_key_.get(), "2", kPast);
  EXPECT_EQ(Verify({expired}, {good, expired}), code::kExpired)
      << outcome_.status;
  EXPECT_EQ(error_.depth, 0);
  MintOptions options;
  options.common_names = {"same"};
  options.issuer = "same";
  options.extensions = {{NID_ext_key_usage, "clientAuth"}};
  const Certificate client = Mint(options, leaf_key_.get(), leaf_key_.get());
  EXPECT_EQ(Verify({client}, {good, client}), code::kInvalidPurpose)
      << outcome_.status;
  peer_ = Side::kClient;
  EXPECT_EQ(Verify({client}, {good, client}), code::kOk) << outcome_.status;
}

TEST_F(TrustedLeafTest, WhatIsAboveItDoesNotMatter) {
  ca_.not_after = kPast;
  const std::vector<Certificate> presented = Presented();
  const Certificate& leaf = presented[0];
  const Certificate& ca = presented[1];
  for (const std::vector<Certificate>& trusted :
       {std::vector<Certificate>{leaf}, std::vector<Certificate>{leaf, ca},
        std::vector<Certificate>{ca, leaf}}) {
    for (const bool trusted_first : {true, false}) {
      verification_.flags.trusted_first = trusted_first;
      verification_.flags.partial_chain = true;
      EXPECT_EQ(Verify(presented, trusted), code::kOk) << outcome_.status;
      EXPECT_THAT(outcome_.verified, ElementsAre(leaf));
      // Without the flag, it is no anchor.
      verification_.flags.partial_chain = false;
      EXPECT_NE(Verify(presented, trusted), code::kOk);
    }
  }
}

// The chain that is verified is what was checked, to its last date.
TEST_F(TrustedLeafTest, AnotherPathIsVerifiedAsAWhole) {
  verification_.flags.partial_chain = true;
  const std::vector<Certificate> presented = Presented();
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  verification_.pins = {root.SpkiSha256()};
  EXPECT_EQ(Verify(presented, {presented[0], root}), code::kOk)
      << outcome_.status;
  EXPECT_THAT(outcome_.verified, ElementsAre(presented[0], presented[1], root));
  verification_.pins = {presented[1].SpkiSha256()};
  EXPECT_EQ(Verify(presented, {presented[0]}), code::kApplicationVerification)
      << outcome_.status;
}

}  // namespace
}  // namespace airlock::ssl::internal
