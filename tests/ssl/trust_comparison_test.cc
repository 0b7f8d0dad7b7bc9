// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/trust_comparison.h"

#include <openssl/evp.h>
#include <openssl/nid.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
#include "ssl/internal/lazy_certificate.h"
#include "ssl/internal/trust_store_impl.h"
#include "ssl/trust_store.h"
#include "tests/support/mint.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::TrustedPem;
using StorePtr = std::shared_ptr<const TrustStore>;

std::string File(absl::string_view name) {
  return airlock::testing::ReadTestdata(absl::StrCat("certs/", name));
}

StorePtr Store(const std::string& bundle) {
  const auto made = TrustStore::Create(bundle, "bundle");
  EXPECT_TRUE(made.ok()) << made.status();
  return *made;
}

bool More(const std::string& store, const std::string& other,
          bool checks_crls = true) {
  return TrustsMore(*Store(store), *Store(other), checks_crls);
}

class TrustComparisonTest : public ::testing::Test {
 protected:
  static std::string WithSetting(const Certificate& certificate,
                                 TrustSetting setting) {
    switch (setting) {
      case TrustSetting::kNone:
        return certificate.ToPem();
      case TrustSetting::kTrusted:
        return TrustedPem(certificate, NID_server_auth, NID_undef);
      case TrustSetting::kRejected:
        break;
    }
    return TrustedPem(certificate, NID_undef, NID_server_auth);
  }

  const bssl::UniquePtr<EVP_PKEY> key_ = MintKey();
  const Certificate root_ = Mint("root", key_.get(), "root", key_.get(), true);
  const Certificate middle_ =
      Mint("middle", MintKey().get(), "root", key_.get(), true);
  const std::string root_pem_ = root_.ToPem();
  const std::string middle_pem_ = middle_.ToPem();
};

TEST_F(TrustComparisonTest, ComparesCertificates) {
  const StorePtr root = Store(root_pem_);
  const StorePtr middle = Store(middle_pem_);
  const StorePtr both = Store(middle_pem_ + root_pem_);
  EXPECT_FALSE(HasOtherCertificates(*both, {root, middle}));
  EXPECT_FALSE(HasOtherCertificates(*root, {middle, both}));
  EXPECT_TRUE(HasOtherCertificates(*both, {root}));
  EXPECT_TRUE(HasOtherCertificates(*root, {}));
  EXPECT_FALSE(More(root_pem_, middle_pem_ + root_pem_));
  EXPECT_FALSE(More(root_pem_ + middle_pem_, middle_pem_ + root_pem_));
  EXPECT_TRUE(More(root_pem_ + middle_pem_, root_pem_));
  // The same name and another key.
  EXPECT_TRUE(
      More(Mint("root", key_.get(), "root", MintKey().get(), true).ToPem(),
           root_pem_));
}

TEST_F(TrustComparisonTest, ComparesTrustSettings) {
  constexpr TrustSetting kAll[] = {TrustSetting::kNone, TrustSetting::kTrusted,
                                   TrustSetting::kRejected};
  // A self-signed certificate is an anchor without a setting, too.
  const auto trust = [](TrustSetting setting, bool self_signed) {
    if (setting == TrustSetting::kRejected) return 0;
    return setting == TrustSetting::kTrusted || self_signed ? 2 : 1;
  };
  for (const Certificate& certificate : {root_, middle_}) {
    const bool self_signed = certificate == root_;
    for (const TrustSetting ours : kAll) {
      for (const TrustSetting theirs : kAll) {
        EXPECT_EQ(More(WithSetting(certificate, ours),
                       WithSetting(certificate, theirs)),
                  trust(ours, self_signed) > trust(theirs, self_signed))
            << certificate.subject() << ' ' << static_cast<int>(ours) << ' '
            << static_cast<int>(theirs);
      }
    }
  }
  // A client has no use for what they say of clients.
  EXPECT_FALSE(More(root_pem_, TrustedPem(root_, NID_undef, NID_client_auth)));
}

TEST_F(TrustComparisonTest, TrustInOneCertificateOutweighsARejectedKey) {
  const std::string rejected = WithSetting(root_, TrustSetting::kRejected);
  const Certificate twin = Mint("root", key_.get(), "root", key_.get(), true);
  ASSERT_NE(twin.der(), root_.der());
  EXPECT_TRUE(More(rejected + WithSetting(twin, TrustSetting::kTrusted),
                   rejected + twin.ToPem()));
}

TEST_F(TrustComparisonTest, ARejectionMustNotBeLeftOut) {
  const std::string rejected = WithSetting(middle_, TrustSetting::kRejected);
  EXPECT_TRUE(More(root_pem_, root_pem_ + rejected));
  EXPECT_FALSE(More(rejected + root_pem_, root_pem_ + rejected));
  EXPECT_FALSE(More(root_pem_, root_pem_ + middle_pem_));
  // A root that is left out is not an anchor, but may be cross-signed.
  const auto key = MintKey();
  const Certificate other = Mint("other", key.get(), "other", key.get(), true);
  EXPECT_TRUE(
      More(root_pem_, root_pem_ + WithSetting(other, TrustSetting::kRejected)));
}

TEST_F(TrustComparisonTest, ComparesTheCrlsOfAnIssuer) {
  const std::string cas = File("ca.pem");
  const std::string crl = File("crl_root.pem");
  const std::string older = File("crl_root_empty.pem");
  const std::string of_another = File("crl_intermediate.pem");
  EXPECT_TRUE(More(cas + older, cas + crl));
  EXPECT_TRUE(More(cas + older + crl, cas + crl));
  EXPECT_TRUE(More(cas + older, cas + crl + older));
  EXPECT_TRUE(More(cas + older + of_another, cas + of_another + crl));
  EXPECT_FALSE(More(cas + older, cas + crl, /*checks_crls=*/false));
  EXPECT_FALSE(More(cas + crl + older, cas + older + crl));
  EXPECT_FALSE(More(cas + crl, cas + crl + of_another));
  // Without CRLs of an issuer, its certificates are not accepted.
  EXPECT_FALSE(More(cas, cas + crl));
  // Where there are none, somebody has to bring them.
  EXPECT_FALSE(More(cas + crl, cas));
  EXPECT_FALSE(More(cas + crl, cas + of_another));
}

// What is not decoded needs no memory, so nothing can be overlooked.
TEST_F(TrustComparisonTest, DecodesNothing) {
  const StorePtr ours = Store(File("ca.pem"));
  const StorePtr theirs = Store(File("ca.pem") + File("other_root.pem"));
  EXPECT_FALSE(HasOtherCertificates(*ours, {theirs}));
  EXPECT_TRUE(HasOtherCertificates(*theirs, {ours}));
  EXPECT_FALSE(TrustsMore(*ours, *theirs, /*checks_crls=*/true));
  EXPECT_TRUE(TrustsMore(*theirs, *ours, /*checks_crls=*/true));
  for (const StorePtr& store : {ours, theirs}) {
    for (const auto& certificate : store->impl().certificates) {
      EXPECT_FALSE(certificate->is_decoded());
    }
  }
}

}  // namespace
}  // namespace airlock::ssl
