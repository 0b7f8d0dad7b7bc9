// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which path VerifyPeer takes where the first one leads nowhere, what it says
// if none leads anywhere, and what the search may cost.
#include <openssl/evp.h>
#include <openssl/nid.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
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
using ::testing::HasSubstr;

class PathSearchTest : public PathFixture {
 protected:
  // No key identifier tells certificates of one name apart.
  void RemoveKeyIds() {
    for (MintOptions* options : {&root_, &ca_, &leaf_}) {
      Remove(NID_subject_key_identifier, options);
      Remove(NID_authority_key_identifier, options);
    }
  }

  Certificate Root() { return Mint(root_, root_key_.get(), root_key_.get()); }

  Certificate MintLeafOf(const std::string& issuer, EVP_PKEY* issuer_key) {
    leaf_.issuer = issuer;
    return Mint(leaf_, leaf_key_.get(), issuer_key);
  }
};

// Both keys of a CA are trusted: certificates of either are accepted.
TEST_F(PathSearchTest, ARootsOldAndNewKeyAreBothFound) {
  RemoveKeyIds();
  const Key new_key = MintKey();
  const Certificate old_root = Root();
  const Certificate new_root = Mint(root_, new_key.get(), new_key.get());
  const Certificate below_old = Mint(ca_, ca_key_.get(), root_key_.get());
  const Certificate below_new = Mint(ca_, ca_key_.get(), new_key.get());
  const Certificate leaf = MintLeafOf("ca", ca_key_.get());
  const Certificate direct_old = MintLeafOf("root", root_key_.get());
  const Certificate direct_new = MintLeafOf("root", new_key.get());
  for (const std::vector<Certificate>& trusted :
       {std::vector<Certificate>{old_root, new_root},
        std::vector<Certificate>{new_root, old_root}}) {
    for (const bool sends_root : {false, true}) {
      for (const std::vector<Certificate>& sent :
           {std::vector<Certificate>{leaf, below_old},
            std::vector<Certificate>{leaf, below_new},
            std::vector<Certificate>{direct_old},
            std::vector<Certificate>{direct_new}}) {
        for (const Certificate& root : {old_root, new_root}) {
          std::vector<Certificate> presented = sent;
          if (sends_root) presented.push_back(root);
          EXPECT_EQ(Verify(presented, trusted), 0) << outcome_.status;
        }
      }
    }
  }
}

// The old root signed the new key (RFC 4210, section 4.4), and only the old one
// is trusted.
TEST_F(PathSearchTest, ARootsNewKeyIsTrustedThroughTheOldOneWithoutKeyIds) {
  RemoveKeyIds();
  const Certificate root = Root();
  const Key new_key = MintKey();
  MintOptions rollover = root_;
  rollover.serial = "2";
  const Certificate new_with_old =
      Mint(rollover, new_key.get(), root_key_.get());
  const Certificate direct = MintLeafOf("root", new_key.get());
  EXPECT_EQ(Verify({direct, new_with_old}, {root}), 0) << outcome_.status;
  EXPECT_THAT(outcome_.verified, ElementsAre(direct, new_with_old, root));
  const Certificate leaf = MintLeafOf("ca", ca_key_.get());
  const Certificate ca = Mint(ca_, ca_key_.get(), new_key.get());
  EXPECT_EQ(Verify({leaf, ca, new_with_old}, {root}), 0) << outcome_.status;
  EXPECT_THAT(outcome_.verified, ElementsAre(leaf, ca, new_with_old, root));
  // Without trust in the old one, or its signature, it leads nowhere.
  const Key other = MintKey();
  EXPECT_NE(
      Verify({direct, new_with_old}, {Mint(root_, other.get(), other.get())}),
      0);
  EXPECT_NE(
      Verify({direct, Mint(rollover, new_key.get(), other.get())}, {root}), 0);
}

// Each rule holds for the new key's certificate, and an error shows it.
TEST_F(PathSearchTest, ARootsNewKeyObeysTheRulesForCas) {
  RemoveKeyIds();
  const Key new_key = MintKey();
  const Certificate leaf = MintLeafOf("root", new_key.get());
  MintOptions rollover = root_;
  rollover.serial = "2";
  rollover.not_after = "250101000000Z";
  EXPECT_EQ(
      Verify({leaf, Mint(rollover, new_key.get(), root_key_.get())}, {Root()}),
      code::kExpired)
      << outcome_.status;
  EXPECT_EQ(error_.depth, 1);
  EXPECT_EQ(error_.subject, "CN=root");
  EXPECT_THAT(error_.what, HasSubstr("to 2025-01-01"));
  rollover.not_after = root_.not_after;
  rollover.is_ca = false;
  EXPECT_NE(
      Verify({leaf, Mint(rollover, new_key.get(), root_key_.get())}, {Root()}),
      0);
  // Nothing tells the two apart: RFC 5280, section 4.1.2.2, forbids it.
  rollover.is_ca = true;
  rollover.serial = root_.serial;
  EXPECT_NE(
      Verify({leaf, Mint(rollover, new_key.get(), root_key_.get())}, {Root()}),
      0);
}

}  // namespace
}  // namespace airlock::ssl::internal
