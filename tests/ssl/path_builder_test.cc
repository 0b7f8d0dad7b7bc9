// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/path_builder.h"

#include <openssl/x509.h>

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ssl/path_builder_fixture.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::TestTime;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(PathBuilderTest, FindsTheOnlyPath) {
  const Search search(leaf_, {root_, ca_}, {root_});
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_THAT(search.paths[0], ElementsAre(Raw(leaf_), Raw(ca_), Raw(root_)));
  EXPECT_EQ(search.signature_checks, 2);
}

TEST_F(PathBuilderTest, GoesBackWhereAnIssuerLeadsNowhere) {
  const Key other = MintKey();
  const Certificate dead_end =
      Mint("ca", ca_key_.get(), "elsewhere", other.get(), true);
  const Certificate impostor =
      Mint("ca", other.get(), "root", root_key_.get(), true);
  const Search search(leaf_, {dead_end, impostor, ca_}, {root_});
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_THAT(search.paths[0], ElementsAre(Raw(leaf_), Raw(ca_), Raw(root_)));
}

TEST_F(PathBuilderTest, GivesEachPathOnce) {
  const Key other_key = MintKey();
  const Certificate other =
      Mint("other", other_key.get(), "other", other_key.get(), true);
  const Certificate cross =
      Mint("ca", ca_key_.get(), "other", other_key.get(), true);
  const Search search(leaf_, {cross, ca_, cross, ca_}, {root_, other},
                      /*take=*/0);
  // Each path by each copy; the caller knows the certificates.
  EXPECT_THAT(search.paths, SizeIs(4));
  const Search first(leaf_, {cross, ca_}, {root_, other});
  EXPECT_THAT(first.paths[0], ElementsAre(Raw(leaf_), Raw(cross), Raw(other)));
}

TEST_F(PathBuilderTest, PrefersTrustThenKeyIdentifierThenValidity) {
  const std::string name = "ca";
  const Certificate plain =
      WithKeyIds(name, ca_key_.get(), "root", root_key_.get(), "", "", true);
  const Certificate matching =
      WithKeyIds(name, ca_key_.get(), "root", root_key_.get(), "id", "", true);
  MintOptions expired_options;
  expired_options.common_names = {name};
  expired_options.issuer = "root";
  expired_options.is_ca = true;
  expired_options.not_after = "20210101000000Z";
  const Certificate expired =
      Mint(expired_options, ca_key_.get(), root_key_.get());
  const Certificate leaf =
      WithKeyIds("leaf", leaf_key_.get(), name, ca_key_.get(), "", "id", false);
  const Search search(leaf, {expired, plain, matching}, {root_}, /*take=*/0);
  ASSERT_THAT(search.paths, SizeIs(3));
  EXPECT_EQ(search.paths[0][1], Raw(matching));
  EXPECT_EQ(search.paths[1][1], Raw(plain));
  EXPECT_EQ(search.paths[2][1], Raw(expired));
  const Search trusted(leaf, {matching}, {root_, plain}, /*take=*/0);
  ASSERT_THAT(trusted.paths, SizeIs(2));
  EXPECT_EQ(trusted.paths[0][1], Raw(plain));
}

// RFC 5280, section 4.1.2.5: both dates are inclusive.
TEST_F(PathBuilderTest, ACandidateIsValidThroughItsDates) {
  const std::string now =
      absl::FormatTime("%Y%m%d%H%M%SZ", TestTime(), absl::UTCTimeZone());
  MintOptions options;
  options.common_names = {"ca"};
  options.issuer = "root";
  options.is_ca = true;
  options.not_after = "20210101000000Z";
  const Certificate expired = Mint(options, ca_key_.get(), root_key_.get());
  options.not_before = now;
  options.not_after = now;
  const Certificate momentary = Mint(options, ca_key_.get(), root_key_.get());
  const Search search(leaf_, {expired, momentary}, {root_});
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_EQ(search.paths[0][1], Raw(momentary));
}

// A CA's new key, which its old one signed: one name, two keys. It is not its
// own issuer, even if it could be by its name.
TEST_F(PathBuilderTest, ANewKeyLeadsToTheOldOne) {
  const Key new_key = MintKey();
  const Certificate rollover =
      Mint("root", new_key.get(), "root", root_key_.get(), true);
  const Certificate leaf =
      Mint("leaf", leaf_key_.get(), "root", new_key.get(), false);
  const Search search(leaf, {rollover}, {root_});
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_THAT(search.paths[0],
              ElementsAre(Raw(leaf), Raw(rollover), Raw(root_)));
  const std::vector<X509*> presented = {Raw(rollover)};
  const std::vector<X509*> trusted = {Raw(root_)};
  const auto is_anchor = [](X509* /*certificate*/) { return true; };
  PathBuilder builder({Raw(leaf), presented, trusted, is_anchor, 10,
                       absl::ToUnixSeconds(TestTime()),
                       /*presented_only=*/true});
  EXPECT_TRUE(builder.Search([&](absl::Span<X509* const> path) {
    return path.size() == 3 && path[1] == Raw(rollover);
  }));
}

// The same wrong signature is met on two ways.
TEST_F(PathBuilderTest, AWrongSignatureStaysWrong) {
  const Key other = MintKey();
  const Key key = MintKey();
  const Certificate impostor =
      Mint("root", other.get(), "root", other.get(), true);
  const Certificate first = Mint("low", key.get(), "ca", ca_key_.get(), true);
  const Certificate second = Mint("low", key.get(), "ca", ca_key_.get(), true);
  const Certificate leaf =
      Mint("leaf", leaf_key_.get(), "low", key.get(), false);
  const Search search(leaf, {first, second, ca_}, {impostor}, /*take=*/0);
  EXPECT_THAT(search.paths, IsEmpty());
}

TEST_F(PathBuilderTest, APathHasEachKeyOnce) {
  // Two CAs that sign for each other, and a CA that signs for itself.
  const Key a = MintKey();
  const Key b = MintKey();
  const std::vector<Certificate> circle = {
      Mint("a", a.get(), "b", b.get(), true),
      Mint("b", b.get(), "a", a.get(), true),
      Mint("a", a.get(), "a", a.get(), true),
      Mint("a", a.get(), "root", root_key_.get(), true)};
  const Certificate leaf = Mint("leaf", leaf_key_.get(), "a", a.get(), false);
  const Search search(leaf, circle, {root_}, /*take=*/0);
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_THAT(search.paths[0],
              ElementsAre(Raw(leaf), Raw(circle[3]), Raw(root_)));
}

TEST_F(PathBuilderTest, DepthLimitsThePath) {
  EXPECT_THAT(Search(leaf_, {ca_}, {root_}, 1, 3).paths, SizeIs(1));
  EXPECT_THAT(Search(leaf_, {ca_}, {root_}, 1, 2).paths, IsEmpty());
}
}  // namespace
}  // namespace airlock::ssl::internal
