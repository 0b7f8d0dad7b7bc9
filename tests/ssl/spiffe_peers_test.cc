// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/spiffe_peers.h"

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/spiffe_id.h"
#include "ssl/trust_store.h"
#include "tests/support/error_matchers.h"
#include "tests/support/svid.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::MakePeers;
using ::airlock::testing::SpiffeCa;
using ::airlock::testing::SvidOptions;
using Texts = std::vector<std::string>;

class SpiffePeersTest : public ::testing::Test {
 protected:
  absl::Status Create(const std::vector<SpiffeBundle>& bundles,
                      const Texts& allowed) {
    return SpiffePeers::Create(bundles, allowed).status();
  }
  static bool Allows(const SpiffePeers& peers, absl::string_view id) {
    return peers.Allows(*SpiffeId::Parse(id));
  }

  const SpiffeCa here_{"here"};
  const SpiffeCa there_{"there"};
  const std::vector<SpiffeBundle> one_ = {{"example.org", here_.bundle()}};
  const std::vector<SpiffeBundle> both_ = {{"example.org", here_.bundle()},
                                           {"other.org", there_.bundle()}};
};

TEST_F(SpiffePeersTest, AnIdAllowsItselfOnly) {
  const auto peers = MakePeers(one_, {"spiffe://example.org/payroll"});
  EXPECT_TRUE(Allows(*peers, "spiffe://example.org/payroll"));
  for (const absl::string_view other :
       {"spiffe://example.org", "spiffe://example.org/payrol",
        "spiffe://example.org/payroll2", "spiffe://example.org/Payroll",
        "spiffe://example.org/payroll/db", "spiffe://example.org/a/payroll",
        "spiffe://other.org/payroll", "spiffe://example.or/payroll"}) {
    EXPECT_FALSE(Allows(*peers, other)) << other;
  }
}

TEST_F(SpiffePeersTest, APathAllowsWhatIsBelowIt) {
  const auto peers = MakePeers(one_, {"spiffe://example.org/payroll/**"});
  EXPECT_TRUE(Allows(*peers, "spiffe://example.org/payroll/db"));
  EXPECT_TRUE(Allows(*peers, "spiffe://example.org/payroll/a/b/c"));
  for (const absl::string_view other :
       {"spiffe://example.org", "spiffe://example.org/payroll",
        "spiffe://example.org/payroll2/db", "spiffe://example.org/x/payroll/db",
        "spiffe://other.org/payroll/db"}) {
    EXPECT_FALSE(Allows(*peers, other)) << other;
  }
}

TEST_F(SpiffePeersTest, ATrustDomainAllowsAllItsIds) {
  const auto peers = MakePeers(both_, {"spiffe://example.org/**"});
  EXPECT_TRUE(Allows(*peers, "spiffe://example.org/a"));
  EXPECT_TRUE(Allows(*peers, "spiffe://example.org/a/b"));
  EXPECT_FALSE(Allows(*peers, "spiffe://other.org/a"));
  EXPECT_FALSE(Allows(*peers, "spiffe://example.org.other.org/a"));
  EXPECT_FALSE(Allows(*peers, "spiffe://sub.example.org/a"));
}

TEST_F(SpiffePeersTest, BundlesAreFoundByTrustDomain) {
  const auto peers = MakePeers(both_, {"spiffe://example.org/**"});
  EXPECT_EQ(peers->BundleOf("example.org"), both_[0].bundle.get());
  EXPECT_EQ(peers->BundleOf("other.org"), both_[1].bundle.get());
  EXPECT_EQ(peers->BundleOf("example.or"), nullptr);
  EXPECT_EQ(peers->BundleOf(""), nullptr);
}

TEST_F(SpiffePeersTest, WhatIsAllowedMustBeUnambiguous) {
  for (const absl::string_view text :
       {"", "example.org", "spiffe://example.org", "spiffe://example.org/",
        "spiffe://example.org/*", "spiffe://example.org/a*",
        "spiffe://example.org/*/a", "spiffe://example.org/**/a",
        "spiffe://example.org/a**", "spiffe://example.org/a/**/**",
        "spiffe://example.org//**", "spiffe://**", "spiffe:///**", "**",
        "spiffe://*.example.org/a", "spiffe://example.org**"}) {
    EXPECT_THAT(Create(one_, {std::string(text)}),
                KindIs(ErrorKind::kInvalidArgument))
        << text;
    EXPECT_THAT(AllowedTrustDomain(text), KindIs(ErrorKind::kInvalidArgument))
        << text;
  }
  EXPECT_EQ(*AllowedTrustDomain("spiffe://example.org/a/**"), "example.org");
  EXPECT_EQ(*AllowedTrustDomain("spiffe://example.org/a"), "example.org");
}

TEST_F(SpiffePeersTest, MistakesAreErrors) {
  const Texts all = {"spiffe://example.org/**"};
  for (const absl::Status& status :
       {Create({}, all), Create(one_, {}),
        Create({{"example.org", nullptr}}, all),
        Create({{"Example.org", here_.bundle()}}, all),
        Create({one_[0], {"example.org", there_.bundle()}}, all),
        Create(one_, {all[0], all[0]}),
        Create(one_, {"spiffe://other.org/**"})}) {
    EXPECT_THAT(status, KindIs(ErrorKind::kInvalidArgument));
  }
  EXPECT_THAT(Create(one_, {"spiffe://other.org/**"}), Quotes("other.org"));
  EXPECT_THAT(Create(one_, {"spiffe://other.org/**"}), Quotes("example.org"));
}

// It could issue IDs of both.
TEST_F(SpiffePeersTest, NoCaIsInTwoBundles) {
  const auto both = TrustStore::Create(
      here_.certificate().ToPem() + there_.certificate().ToPem(), "both");
  const absl::Status status =
      Create({{"example.org", *both}, {"other.org", there_.bundle()}},
             {"spiffe://example.org/**"});
  EXPECT_THAT(status, KindIs(ErrorKind::kInvalidArgument));
  EXPECT_THAT(status, HasAdvice());
  EXPECT_THAT(status, Quotes("CN=there"));
}

TEST_F(SpiffePeersTest, FingerprintsDifferWithEveryInput) {
  const auto fingerprint = [](const std::vector<SpiffeBundle>& bundles,
                              const Texts& allowed) {
    return MakePeers(bundles, allowed)->fingerprint();
  };
  const Texts a = {"spiffe://example.org/a"};
  const std::vector<SpiffeBundle> swapped = {{"example.org", there_.bundle()},
                                             {"other.org", here_.bundle()}};
  const std::set<std::string> all = {
      fingerprint(one_, a),
      fingerprint(both_, a),
      fingerprint(swapped, a),
      fingerprint({{"example.org", there_.bundle()}}, a),
      fingerprint(one_, {"spiffe://example.org/b"}),
      fingerprint(one_, {"spiffe://example.org/a/**"}),
      fingerprint(one_, {"spiffe://example.org/a", "spiffe://example.org/b"}),
      fingerprint(both_, {"spiffe://other.org/a"}),
  };
  EXPECT_EQ(all.size(), 8);
  EXPECT_EQ(all.begin()->size(), 32);
  // The order does not matter.
  EXPECT_EQ(
      fingerprint({both_[1], both_[0]},
                  {"spiffe://other.org/b", "spiffe://example.org/a"}),
      fingerprint(both_, {"spiffe://example.org/a", "spiffe://other.org/b"}));
}

TEST_F(SpiffePeersTest, TextsListWhatIsAllowed) {
  const auto peers =
      MakePeers(both_, {"spiffe://example.org/a", "spiffe://other.org/b/**"});
  EXPECT_EQ(peers->TrustDomainsText(), "example.org, other.org");
  EXPECT_EQ(peers->AllowedText(),
            "spiffe://example.org/a, spiffe://other.org/b/**");
}

class LeafSpiffeIdTest : public ::testing::Test {
 protected:
  absl::StatusOr<SpiffeId> IdOf(const SvidOptions& options) {
    return LeafSpiffeId(ca_.Issue("spiffe://example.org/a", options).chain[0]);
  }
  absl::StatusOr<SpiffeId> IdOfNames(const std::string& alt_names) {
    SvidOptions options;
    options.alt_names = alt_names;
    return IdOf(options);
  }

  const SpiffeCa ca_{"ca"};
};

TEST_F(LeafSpiffeIdTest, IsTheUri) {
  const absl::StatusOr<SpiffeId> id = IdOf({});
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(id->text(), "spiffe://example.org/a");
  // Other kinds of names are allowed.
  EXPECT_TRUE(IdOfNames("DNS:localhost,URI:spiffe://example.org/a,"
                        "IP:127.0.0.1,email:a@example.org")
                  .ok());
}

TEST_F(LeafSpiffeIdTest, IsTheOnlyUri) {
  for (const char* names :
       {"DNS:localhost", "URI:https://example.org/a",
        "URI:spiffe://example.org",
        "URI:spiffe://example.org/a,URI:spiffe://example.org/b",
        "URI:spiffe://example.org/a,URI:spiffe://example.org/a",
        "URI:spiffe://example.org/a,URI:https://example.org/",
        "URI:https://example.org/,URI:spiffe://example.org/a",
        "URI:SPIFFE://example.org/a", "URI:spiffe://example.org/a/"}) {
    EXPECT_THAT(IdOfNames(names), KindIs(ErrorKind::kVerification)) << names;
  }
  const absl::Status status =
      IdOfNames("URI:spiffe://example.org/a,URI:spiffe://example.org/b")
          .status();
  EXPECT_THAT(status, Quotes("spiffe://example.org/b"));
  EXPECT_EQ(GetError(status)->depth, 0);
}

TEST_F(LeafSpiffeIdTest, IsOfALeafThatSigns) {
  SvidOptions options;
  options.is_ca = true;
  EXPECT_THAT(IdOf(options), KindIs(ErrorKind::kVerification));
  options.is_ca = false;
  for (const char* usage :
       {"", "keyEncipherment", "keyAgreement", "digitalSignature,keyCertSign",
        "digitalSignature,cRLSign", "keyCertSign"}) {
    options.key_usage = usage;
    EXPECT_THAT(IdOf(options), KindIs(ErrorKind::kVerification)) << usage;
  }
  for (const char* usage : {"digitalSignature", "critical,digitalSignature",
                            "digitalSignature,keyEncipherment,keyAgreement"}) {
    options.key_usage = usage;
    EXPECT_TRUE(IdOf(options).ok()) << usage;
  }
}

}  // namespace
}  // namespace airlock::ssl
