// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/verified_chains.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::ReadTestdata;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestTime;
using ::airlock::testing::TestTrustStore;

class VerifiedChainsTest : public ::testing::Test {
 protected:
  VerifiedChainsTest() {
    request_.now = TestTime();
    request_.verification = &verification_;
    request_.trust_store = store_.get();
  }

  // Parses the chain again, as each connection does.
  VerifyOutcome Verify(absl::string_view name) {
    presented_ = TestCertificates(name);
    request_.presented = presented_;
    return chains_.Verify(request_);
  }

  // Whether the chain is accepted, and was known before.
  bool IsKnown(absl::string_view name) {
    const VerifyOutcome outcome = Verify(name);
    EXPECT_TRUE(outcome.status.ok()) << outcome.status;
    return outcome.status.ok() && outcome.verified[0].impl().x509.get() !=
                                      presented_[0].impl().x509.get();
  }

  Verification verification_;
  std::shared_ptr<const TrustStore> store_ = TestTrustStore("ca.pem");
  VerifyRequest request_;
  std::vector<Certificate> presented_;
  VerifiedChains chains_{3};
};

TEST_F(VerifiedChainsTest, RemembersTheVerifiedChain) {
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  const VerifyOutcome direct = VerifyPeer(request_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(IsKnown("server_p256_chain"));
    EXPECT_EQ(Verify("server_p256_chain").verified, direct.verified);
  }
  EXPECT_EQ(chains_.size(), 1u);
}

TEST_F(VerifiedChainsTest, AnotherHostIsCheckedAgain) {
  request_.host = "localhost";
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  EXPECT_TRUE(IsKnown("server_p256_chain"));
  for (const absl::string_view host : {"other.example", "localhosT.", ""}) {
    request_.host = host;
    const VerifyOutcome outcome = Verify("server_p256_chain");
    EXPECT_EQ(outcome.status.ok(), VerifyPeer(request_).status.ok()) << host;
  }
  request_.host = "other.example";
  EXPECT_EQ(GetErrorKind(Verify("server_p256_chain").status),
            ErrorKind::kHostname);
}

TEST_F(VerifiedChainsTest, AnotherPurposeIsCheckedAgain) {
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  request_.peer = Side::kClient;
  const VerifyOutcome outcome = Verify("server_p256_chain");
  EXPECT_EQ(outcome.status, VerifyPeer(request_).status);
  EXPECT_FALSE(outcome.status.ok());
}

TEST_F(VerifiedChainsTest, OtherCertificatesAreCheckedAgain) {
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  // The same leaf without its issuer, and other leaves.
  EXPECT_FALSE(Verify("server_p256").status.ok());
  EXPECT_FALSE(Verify("server_other").status.ok());
  EXPECT_FALSE(IsKnown("server_rsa_chain"));
  EXPECT_FALSE(IsKnown("server_rsa_chain_with_root"));
}

TEST_F(VerifiedChainsTest, FailuresAreNotRemembered) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(Verify("server_other").status.ok());
    EXPECT_FALSE(Verify("expired").status.ok());
  }
  EXPECT_EQ(chains_.size(), 0u);
}

TEST_F(VerifiedChainsTest, HoldsWhileAllCertificatesAreValid) {
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  absl::Time after = absl::InfinitePast();
  absl::Time before = absl::InfiniteFuture();
  for (const Certificate& each : Verify("server_p256_chain").verified) {
    after = std::max(after, each.not_before());
    before = std::min(before, each.not_after());
  }
  for (const absl::Time now :
       {after - absl::Seconds(1), after, after + absl::Seconds(1),
        before - absl::Seconds(1), before, before + absl::Seconds(1),
        before + absl::Hours(1), TestTime()}) {
    request_.now = now;
    const VerifyOutcome outcome = Verify("server_p256_chain");
    EXPECT_EQ(outcome.status, VerifyPeer(request_).status) << now;
    EXPECT_FALSE(outcome.status.ok() && (now < after || now > before)) << now;
  }
}

TEST_F(VerifiedChainsTest, AnotherTrustStoreOrVerificationHasNoPartInIt) {
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  const std::shared_ptr<const TrustStore> other =
      TestTrustStore("other_root.pem");
  request_.trust_store = other.get();
  EXPECT_FALSE(Verify("server_p256_chain").status.ok());
  request_.trust_store = store_.get();
  Verification pinned = verification_;
  pinned.pins = {std::string(32, 'x')};
  request_.verification = &pinned;
  EXPECT_FALSE(Verify("server_p256_chain").status.ok());
  // Nor is what these accept remembered.
  Verification equal = verification_;
  request_.verification = &equal;
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  request_.verification = &verification_;
  EXPECT_TRUE(IsKnown("server_p256_chain"));
}

TEST_F(VerifiedChainsTest, WithCrlsEachConnectionIsChecked) {
  TrustStore::Builder builder;
  builder.AddStore(*store_);
  ASSERT_TRUE(builder.Add(ReadTestdata("certs/crl_all.pem"), "crls").ok());
  store_ = *builder.Build();
  request_.trust_store = store_.get();
  verification_.flags.crl_check_leaf = true;
  for (int i = 0; i < 2; ++i) {
    const VerifyOutcome outcome = Verify("server_p256_chain");
    EXPECT_EQ(outcome.status, VerifyPeer(request_).status);
  }
  EXPECT_EQ(chains_.size(), 0u);
}

TEST_F(VerifiedChainsTest, ForgetsTheLeastRecentlyUsed) {
  const auto names = {"server_p256_chain", "server_rsa_chain",
                      "server_deep_chain"};
  for (const char* name : names) EXPECT_FALSE(IsKnown(name));
  EXPECT_TRUE(IsKnown("server_p256_chain"));
  EXPECT_FALSE(IsKnown("server_rsa_chain_with_root"));
  EXPECT_EQ(chains_.size(), 3u);
  EXPECT_TRUE(IsKnown("server_p256_chain"));
  EXPECT_TRUE(IsKnown("server_deep_chain"));
  EXPECT_FALSE(IsKnown("server_rsa_chain"));
}

TEST_F(VerifiedChainsTest, ThreadsShareIt) {
  const std::vector<Certificate> first = TestCertificates("server_p256_chain");
  const std::vector<Certificate> second = TestCertificates("server_rsa_chain");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      VerifyRequest request = request_;
      for (int n = 0; n < 50; ++n) {
        request.presented = (n + i) % 2 == 0 ? first : second;
        EXPECT_TRUE(chains_.Verify(request).status.ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(chains_.size(), 2u);
}

}  // namespace
}  // namespace airlock::ssl::internal
