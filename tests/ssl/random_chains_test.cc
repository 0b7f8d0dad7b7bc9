// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Random certificates of a few names and keys. An exhaustive search, which has
// no budget, says what VerifyPeer has to find.

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "ssl/internal/certificate_impl.h"
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
using ::airlock::testing::TestTime;

class RandomChainsTest : public ::testing::TestWithParam<int> {
 protected:
  static constexpr size_t kKeys = 5;

  RandomChainsTest() : random_(static_cast<unsigned>(GetParam())) {
    for (Key& key : keys_) key = MintKey();
  }

  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }

  static std::string NameOf(size_t key) { return absl::StrCat("CA ", key); }

  Certificate RandomCa() {
    const size_t subject = Below(kKeys);
    const size_t issuer = Below(kKeys);
    MintOptions options;
    options.common_names = {NameOf(subject)};
    options.issuer = NameOf(issuer);
    options.is_ca = Below(8) != 0;
    if (Below(6) == 0) options.not_after = "20210101000000Z";
    // Sometimes the signature is not that of the named issuer.
    const size_t signer = Below(6) == 0 ? Below(kKeys) : issuer;
    return Mint(options, keys_[subject].get(), keys_[signer].get());
  }

  static bool IsGood(const Certificate& certificate, bool is_leaf) {
    return certificate.not_before() < TestTime() &&
           TestTime() < certificate.not_after() &&
           (is_leaf || certificate.is_ca());
  }

  static bool Signed(const Certificate& issuer,
                     const Certificate& certificate) {
    if (issuer.subject() != certificate.issuer()) return false;
    const Key key(X509_get_pubkey(Raw(issuer)));
    return X509_verify(Raw(certificate), key.get()) == 1;
  }

  // Whether any path leads from the last of `path` to a self-issued trusted
  // certificate.
  static bool PathExists(std::vector<Certificate>* path,
                         const std::vector<Certificate>& presented,
                         const std::vector<Certificate>& trusted) {
    if (!IsGood(path->back(), path->size() == 1)) return false;
    const Certificate last = path->back();
    for (const Certificate& anchor : trusted) {
      if (anchor.is_self_issued() && Signed(anchor, last) &&
          IsGood(anchor, /*is_leaf=*/true)) {
        return true;
      }
    }
    for (const auto* certificates : {&presented, &trusted}) {
      for (const Certificate& next : *certificates) {
        if (!Signed(next, last)) continue;
        bool is_in_path = false;
        for (const Certificate& before : *path) {
          is_in_path = is_in_path || before == next;
        }
        if (is_in_path) continue;
        path->push_back(next);
        const bool exists = PathExists(path, presented, trusted);
        path->pop_back();
        if (exists) return true;
      }
    }
    return false;
  }

  // BoringSSL alone, on the path that was accepted.
  static bool BoringAccepts(const std::vector<Certificate>& path) {
    const bssl::UniquePtr<X509_STORE> store(X509_STORE_new());
    const bssl::UniquePtr<STACK_OF(X509)> between(sk_X509_new_null());
    EXPECT_TRUE(X509_STORE_add_cert(store.get(), Raw(path.back())));
    for (size_t i = 1; i + 1 < path.size(); ++i) {
      EXPECT_TRUE(
          bssl::PushToStack(between.get(), bssl::UpRef(path[i].impl().x509)));
    }
    const bssl::UniquePtr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
    EXPECT_TRUE(X509_STORE_CTX_init(ctx.get(), store.get(), Raw(path[0]),
                                    between.get()));
    X509_VERIFY_PARAM_set_time_posix(X509_STORE_CTX_get0_param(ctx.get()),
                                     absl::ToUnixSeconds(TestTime()));
    return X509_verify_cert(ctx.get()) == 1;
  }

  std::mt19937 random_;
  std::array<Key, kKeys> keys_;
};

TEST_P(RandomChainsTest, EachVerdictIsTheExhaustiveSearchs) {
  int accepted = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<Certificate> presented;
    std::vector<Certificate> trusted;
    const size_t signer = Below(kKeys);
    presented.push_back(Mint("leaf", keys_[0].get(), NameOf(signer),
                             keys_[signer].get(), false));
    for (size_t i = Below(8); i > 0; --i) presented.push_back(RandomCa());
    for (size_t i = 1 + Below(3); i > 0; --i) {
      const size_t key = Below(kKeys);
      trusted.push_back(Below(4) == 0
                            ? RandomCa()
                            : Mint(NameOf(key), keys_[key].get(), NameOf(key),
                                   keys_[key].get(), true));
    }
    TrustStore::Builder builder;
    for (const Certificate& certificate : trusted) {
      ASSERT_TRUE(builder.Add(certificate.der(), "minted").ok());
    }
    const auto store = builder.Build();
    const Verification verification;
    VerifyRequest request;
    request.presented = presented;
    request.trust_store = store->get();
    request.verification = &verification;
    request.now = TestTime();
    const VerifyOutcome outcome = VerifyPeer(request);
    std::vector<Certificate> path = {presented[0]};
    const bool exists =
        PathExists(&path, {presented.begin() + 1, presented.end()}, trusted);
    EXPECT_EQ(outcome.status.ok(), exists)
        << "round " << round << ": " << outcome.status;
    if (!outcome.status.ok()) continue;
    ++accepted;
    EXPECT_TRUE(BoringAccepts(outcome.verified)) << round;
  }
  EXPECT_GT(accepted, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomChainsTest, ::testing::Range(1, 7));

}  // namespace
}  // namespace airlock::ssl::internal
