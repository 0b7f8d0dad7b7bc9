// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a search for paths may cost, whatever the peer presents. The budget is
// in signature checks, so that no test measures time.

#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/x509.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/internal/path_builder.h"
#include "ssl/internal/verify.h"
#include "ssl/trust_store.h"
#include "ssl/verification.h"
#include "tests/ssl/path_builder_fixture.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::MintRsaPublicKey;
using ::airlock::testing::TestTime;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

using PathBudgetTest = PathBuilderTest;

// A peer can present as many CAs of one name as fit into its message.
TEST_F(PathBudgetTest, ThousandsOfCasOfOneNameCostABoundedNumberOfChecks) {
  std::vector<Key> keys;
  for (int i = 0; i < 50; ++i) keys.push_back(MintKey());
  std::vector<Certificate> crossed;
  for (size_t i = 0; i < 3000; ++i) {
    crossed.push_back(
        Mint("ca", keys[i % 50].get(), "ca", keys[(i / 50) % 50].get(), true));
  }
  const Certificate leaf =
      Mint("leaf", leaf_key_.get(), "ca", keys[0].get(), false);
  const Search search(leaf, crossed, {root_}, /*take=*/0);
  EXPECT_THAT(search.paths, IsEmpty());
  EXPECT_TRUE(search.is_spent);
  EXPECT_THAT(search.signature_checks, Le(int{PathBuilder::kMostWork}));
}

TEST_F(PathBudgetTest, KeyIdentifiersFindTheWayThroughThousands) {
  std::vector<Certificate> presented;
  const Key key = MintKey();
  for (int i = 0; i < 3000; ++i) {
    presented.push_back(WithKeyIds("ca", key.get(), "ca", key.get(),
                                   absl::StrCat("id", i),
                                   absl::StrCat("id", i + 1), true));
  }
  presented.push_back(WithKeyIds("ca", ca_key_.get(), "root", root_key_.get(),
                                 "the one", "", true));
  const Certificate leaf = WithKeyIds("leaf", leaf_key_.get(), "ca",
                                      ca_key_.get(), "", "the one", false);
  const Search search(leaf, presented, {root_});
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_EQ(search.signature_checks, 2);
}

// Eight CAs of one name, each signed by the next, and thousands that may not
// sign: these cost no signature check, and are bounded, too.
TEST_F(PathBudgetTest, CandidatesAreBounded) {
  constexpr size_t kLevels = 8;
  std::vector<Key> keys;
  for (size_t i = 0; i < kLevels; ++i) keys.push_back(MintKey());
  MintOptions useless;
  useless.common_names = {"ca"};
  useless.issuer = "root";
  useless.is_ca = true;
  useless.extensions = {{NID_key_usage, "digitalSignature"}};
  for (const bool has_key_ids : {false, true}) {
    std::vector<Certificate> presented(
        3000, Mint(useless, ca_key_.get(), root_key_.get()));
    const auto id = [&](size_t level) {
      return has_key_ids ? absl::StrCat("id", level) : "";
    };
    for (size_t i = 0; i < kLevels; ++i) {
      const bool is_last = i + 1 == kLevels;
      presented.push_back(
          WithKeyIds("ca", keys[i].get(), is_last ? "root" : "ca",
                     is_last ? root_key_.get() : keys[i + 1].get(), id(i),
                     is_last ? "" : id(i + 1), true));
    }
    if (has_key_ids) {
      // Another key identifier, so that they are not even looked at.
      std::fill(presented.begin(), presented.begin() + 3000,
                WithKeyIds("ca", ca_key_.get(), "root", root_key_.get(),
                           "other", "", true));
    }
    const Certificate leaf = WithKeyIds("leaf", leaf_key_.get(), "ca",
                                        keys[0].get(), "", id(0), false);
    const Search search(leaf, presented, {root_});
    EXPECT_EQ(search.is_spent, !has_key_ids);
    EXPECT_EQ(search.paths.size(), has_key_ids ? 1u : 0u);
    EXPECT_THAT(search.signature_checks, Le(100));
  }
}

// Four CAs on each level, each signed by each of the level above: 4^10 paths.
TEST_F(PathBudgetTest, ALatticeCostsABoundedNumberOfChecks) {
  constexpr size_t kWidth = 4;
  std::vector<Key> keys;
  for (size_t i = 0; i < 11 * kWidth; ++i) keys.push_back(MintKey());
  std::vector<Certificate> lattice;
  for (size_t level = 0; level < 10; ++level) {
    for (size_t low = 0; low < kWidth; ++low) {
      for (size_t high = 0; high < kWidth; ++high) {
        lattice.push_back(Mint(absl::StrCat("level ", level),
                               keys[level * kWidth + low].get(),
                               absl::StrCat("level ", level + 1),
                               keys[(level + 1) * kWidth + high].get(), true));
      }
    }
  }
  const Certificate leaf =
      Mint("leaf", leaf_key_.get(), "level 0", keys[0].get(), false);
  const Search search(leaf, lattice, {root_}, /*take=*/0);
  EXPECT_THAT(search.paths, IsEmpty());
  EXPECT_TRUE(search.is_spent);
  EXPECT_THAT(search.signature_checks, Le(int{PathBuilder::kMostWork}));
}

TEST_F(PathBudgetTest, ThousandsOfTrustedNamesakesAreBoundedToo) {
  std::vector<Certificate> trusted;
  const Key other = MintKey();
  for (int i = 0; i < 1000; ++i) {
    trusted.push_back(Mint("ca", other.get(), "ca", other.get(), true));
  }
  const Search search(leaf_, {ca_}, trusted, /*take=*/0);
  EXPECT_THAT(search.paths, IsEmpty());
  EXPECT_THAT(search.signature_checks, Le(int{PathBuilder::kMostWork}));
}

// A signature check costs the square of the key's size, and the peer chooses
// that.
TEST_F(PathBudgetTest, ChecksWithLargeKeysCostMore) {
  const std::pair<int, int> kWork[] = {
      {2048, 1}, {4096, 1}, {4104, 4}, {8192, 4}, {16384, 16}};
  for (const auto& [bits, work] : kWork) {
    const Key key = MintRsaPublicKey(bits);
    const Certificate ca = Mint("ca", key.get(), "root", root_key_.get(), true);
    EXPECT_EQ(PathBuilder::WorkOf(Raw(ca)), work) << bits;
  }
  for (const auto& [curve, work] :
       {std::pair(NID_X9_62_prime256v1, 1), std::pair(NID_secp384r1, 4),
        std::pair(NID_secp521r1, 10)}) {
    const bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(curve));
    ASSERT_TRUE(EC_KEY_generate_key(ec.get()));
    const Key key(EVP_PKEY_new());
    ASSERT_TRUE(EVP_PKEY_set1_EC_KEY(key.get(), ec.get()));
    const Certificate ca = Mint("ca", key.get(), "root", root_key_.get(), true);
    EXPECT_EQ(PathBuilder::WorkOf(Raw(ca)), work);
  }
  const Key dsa = ::airlock::testing::MintDsaKeyWithoutParameters();
  const Certificate dsa_ca =
      Mint("ca", dsa.get(), "root", root_key_.get(), true);
  // Upstream's BoringSSL cannot read the key, and so checks nothing with it.
  const bssl::UniquePtr<EVP_PKEY> readable(X509_get_pubkey(Raw(dsa_ca)));
  EXPECT_EQ(PathBuilder::WorkOf(Raw(dsa_ca)),
            readable == nullptr ? 1 : PathBuilder::kMostWork / 4);
  const Key large = MintRsaPublicKey(16384);
  std::vector<Certificate> crossed;
  for (int i = 0; i < 100; ++i) {
    crossed.push_back(Mint("ca", large.get(), absl::StrCat("root ", i),
                           root_key_.get(), true));
  }
  const Search search(leaf_, crossed, {root_}, /*take=*/0);
  EXPECT_THAT(search.paths, IsEmpty());
  EXPECT_TRUE(search.is_spent);
  EXPECT_EQ(search.signature_checks, PathBuilder::kMostWork / 16);
}

// Three CAs on each level, each signed by each of the level above, under a CA
// that may not issue such a name: 243 paths of some hundred signatures, all
// valid. Key identifiers keep the search from wrong ones.
TEST_F(PathBudgetTest, PathsThatBreakAConstraintAreBoundedToo) {
  constexpr size_t kWidth = 3;
  constexpr size_t kLevels = 6;
  std::vector<Key> keys;
  for (size_t i = 0; i < kLevels * kWidth; ++i) keys.push_back(MintKey());
  std::vector<Certificate> presented;
  for (size_t level = 0; level < kLevels; ++level) {
    for (size_t low = 0; low < kWidth; ++low) {
      const size_t own = level * kWidth + low;
      const std::string name = absl::StrCat("level ", level);
      const std::string key_id = absl::StrCat("key ", own);
      if (level + 1 == kLevels) {
        presented.push_back(WithKeyIds(name, keys[own].get(), "ca",
                                       ca_key_.get(), key_id, "", true));
        continue;
      }
      for (size_t high = 0; high < kWidth; ++high) {
        const size_t above = (level + 1) * kWidth + high;
        presented.push_back(WithKeyIds(
            name, keys[own].get(), absl::StrCat("level ", level + 1),
            keys[above].get(), key_id, absl::StrCat("key ", above), true));
      }
    }
  }
  MintOptions constrained;
  constrained.common_names = {"ca"};
  constrained.issuer = "root";
  constrained.is_ca = true;
  constrained.extensions = {
      {NID_name_constraints, "critical,permitted;DNS:example.org"}};
  presented.push_back(Mint(constrained, ca_key_.get(), root_key_.get()));
  MintOptions named;
  named.common_names = {"leaf"};
  named.issuer = "level 0";
  named.extensions = {{NID_subject_alt_name, "DNS:example.com"},
                      {NID_authority_key_identifier, "\x30\x07\x80\x05key 0",
                       /*is_der=*/true}};
  presented.insert(presented.begin(),
                   Mint(named, leaf_key_.get(), keys[0].get()));
  TrustStore::Builder builder;
  ASSERT_TRUE(builder.Add(root_.der(), "root").ok());
  const auto store = builder.Build();
  const Verification verification;
  VerifyRequest request;
  request.presented = presented;
  request.trust_store = store->get();
  request.verification = &verification;
  request.now = TestTime();
  const absl::Status status = VerifyPeer(request).status;
  const Error error = GetError(status).value_or(Error());
  EXPECT_EQ(error.verify_code, 47) << status;
  int paths = 0;
  const size_t at = error.what.find(" paths were tried");
  ASSERT_NE(at, std::string::npos) << error.what;
  const size_t begin = error.what.rfind(' ', at - 1) + 1;
  ASSERT_TRUE(absl::SimpleAtoi(error.what.substr(begin, at - begin), &paths));
  EXPECT_THAT(paths, Le(int{PathBuilder::kMostWork}));
  EXPECT_TRUE(absl::StrContains(error.what, "other paths may exist"))
      << error.what;
}

// Each path has as many names and constraints as are compared for one.
TEST_F(PathBudgetTest, ComparisonsOfNamesAreBoundedToo) {
  std::string names = "DNS:a";
  std::string constraints = "critical,permitted;DNS:a";
  for (int i = 0; i < 250; ++i) {
    absl::StrAppend(&names, ",DNS:x", i, ".a");
    absl::StrAppend(&constraints, ",excluded;DNS:y", i, ".a");
  }
  absl::StrAppend(&constraints, ",excluded;DNS:x249.a");
  MintOptions named;
  named.common_names = {"leaf"};
  named.issuer = "ca";
  named.extensions = {{NID_subject_alt_name, names}};
  std::vector<Certificate> presented = {
      Mint(named, leaf_key_.get(), ca_key_.get())};
  MintOptions constrained;
  constrained.common_names = {"ca"};
  constrained.issuer = "root";
  constrained.is_ca = true;
  constrained.extensions = {{NID_name_constraints, constraints}};
  for (int i = 1; i <= 40; ++i) {
    constrained.serial = absl::StrCat(i);
    presented.push_back(Mint(constrained, ca_key_.get(), root_key_.get()));
  }
  TrustStore::Builder builder;
  ASSERT_TRUE(builder.Add(root_.der(), "root").ok());
  const auto store = builder.Build();
  const Verification verification;
  VerifyRequest request;
  request.presented = presented;
  request.trust_store = store->get();
  request.verification = &verification;
  request.now = TestTime();
  const absl::Status status = VerifyPeer(request).status;
  EXPECT_TRUE(absl::StrContains(status.message(), "other paths may exist"))
      << status;
}
}  // namespace
}  // namespace airlock::ssl::internal
