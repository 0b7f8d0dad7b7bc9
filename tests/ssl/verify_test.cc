// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What verdicts_test does not cover: limits, times, purposes, hostile chains.
#include "ssl/internal/verify.h"

#include <openssl/evp.h>
#include <openssl/nid.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"
#include "tests/support/testdata.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestTime;
using ::airlock::testing::TestTrustStore;

class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    request_.now = TestTime();
    request_.verification = &verification_;
    Trust("ca.pem");
  }

  void Trust(absl::string_view name) { Trust(TestTrustStore(name)); }
  void Trust(std::shared_ptr<const TrustStore> store) {
    store_ = std::move(store);
    request_.trust_store = store_.get();
  }
  void Trust(const std::vector<Certificate>& certificates) {
    TrustStore::Builder builder;
    for (const Certificate& certificate : certificates) {
      ASSERT_TRUE(builder.Add(certificate.der(), "minted").ok());
    }
    Trust(*builder.Build());
  }

  // The verify code; 0 for ok.
  int Verify(const std::vector<Certificate>& chain) {
    request_.presented = chain;
    outcome_ = VerifyPeer(request_);
    if (outcome_.status.ok()) return 0;
    error_ = GetError(outcome_.status).value_or(Error());
    EXPECT_NE(error_.verify_code, 0) << outcome_.status;
    return error_.verify_code;
  }
  int Verify(absl::string_view name) { return Verify(TestCertificates(name)); }

  Verification verification_;
  VerifyRequest request_;
  std::shared_ptr<const TrustStore> store_;
  VerifyOutcome outcome_;
  Error error_;
};

absl::Time At(int year, int month, int day) {
  return absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone());
}

TEST_F(VerifyTest, GivesTheChainFromLeafToAnchor) {
  ASSERT_EQ(Verify("server_deep_chain_shuffled"), 0);
  ASSERT_EQ(outcome_.verified.size(), 4u);
  EXPECT_EQ(outcome_.verified[0], TestCertificates("server_deep")[0]);
  EXPECT_EQ(outcome_.verified[1], TestCertificates("intermediate2")[0]);
  EXPECT_EQ(outcome_.verified[2], TestCertificates("intermediate")[0]);
  EXPECT_EQ(outcome_.verified[3], TestCertificates("root")[0]);
}

TEST_F(VerifyTest, NamesTheCertificateAtFault) {
  ASSERT_EQ(Verify("leaf_of_expired_intermediate_chain"), 10);
  EXPECT_EQ(error_.kind, ErrorKind::kVerification);
  EXPECT_EQ(error_.depth, 1);
  EXPECT_EQ(error_.subject, "CN=expired_intermediate,O=Airlock Test");
  EXPECT_EQ(error_.alert, 45);  // certificate_expired
  for (const char* part :
       {"depth 1", "CN=expired_intermediate", "CN=Airlock Test Root",
        "2011-01-01", "2030-06-01"}) {
    EXPECT_NE(error_.message.find(part), std::string::npos) << error_.message;
  }
}

TEST_F(VerifyTest, ReportsSelfSignedCertificates) {
  // Whatever its keyUsage: the first has no keyCertSign.
  for (const char* name : {"self_signed", "strict_root_bare"}) {
    EXPECT_EQ(Verify(name), 18) << name;
    EXPECT_EQ(error_.depth, 0);
    EXPECT_EQ(error_.alert, 48);  // unknown_ca
  }
  // Self-issued, but signed by another key.
  const auto key = MintKey();
  const auto other_key = MintKey();
  MintOptions self_issued;
  self_issued.common_names = {"a"};
  self_issued.issuer = "a";
  self_issued.extensions = {{NID_key_usage, "digitalSignature"}};
  EXPECT_EQ(Verify({Mint(self_issued, key.get(), other_key.get())}), 20);
  std::vector<Certificate> chain = TestCertificates("server_other");
  EXPECT_EQ(Verify(chain), 20);
  chain.push_back(TestCertificates("other_root")[0]);
  EXPECT_EQ(Verify(chain), 19);
}

TEST_F(VerifyTest, DepthIsTheNumberOfIntermediates) {
  for (const auto& [chain, between] : {std::make_pair("server_rsa_direct", 0),
                                       std::make_pair("server_rsa_chain", 1),
                                       std::make_pair("server_deep_chain", 2),
                                       std::make_pair("long_chain", 8)}) {
    verification_.depth = between;
    EXPECT_EQ(Verify(chain), 0) << chain << outcome_.status;
    if (between == 0) continue;
    verification_.depth = between - 1;
    EXPECT_EQ(Verify(chain), 22) << chain << outcome_.status;
    verification_.flags.partial_chain = true;
    EXPECT_EQ(Verify(chain), 22) << chain << outcome_.status;
    verification_.flags.partial_chain = false;
  }
  // Not too long, but without an issuer.
  verification_.depth = 8;
  EXPECT_EQ(Verify("server_other"), 20);
}

// RFC 5280, section 4.1.2.5; BoringSSL, like OpenSSL, excludes the last second.
TEST_F(VerifyTest, ValidityIncludesItsLastSecond) {
  request_.now = At(2010, 1, 1) - absl::Seconds(1);
  verification_.depth = 0;
  verification_.flags.partial_chain = true;
  Trust("expired.pem");
  EXPECT_EQ(Verify("expired"), 9);
  request_.now = At(2010, 1, 1);
  EXPECT_EQ(Verify("expired"), 0) << outcome_.status;
  request_.now = At(2011, 1, 1) - absl::Nanoseconds(1);
  EXPECT_EQ(Verify("expired"), 0) << outcome_.status;
  request_.now = At(2011, 1, 1) + absl::Seconds(1) - absl::Nanoseconds(1);
  EXPECT_EQ(Verify("expired"), 0) << outcome_.status;
  request_.now = At(2011, 1, 1) + absl::Seconds(1);
  EXPECT_EQ(Verify("expired"), 10);
}

TEST_F(VerifyTest, EveryMomentIsAMoment) {
  request_.now = absl::InfinitePast();
  EXPECT_EQ(Verify("server_rsa_direct"), 9);
  request_.now = absl::InfiniteFuture();
  EXPECT_EQ(Verify("server_rsa_direct"), 10);
  request_.now = absl::UnixEpoch();
  EXPECT_EQ(Verify("server_rsa_direct"), 9);
}

TEST_F(VerifyTest, PurposesGoBothWays) {
  EXPECT_EQ(Verify("client_p256"), 26);
  EXPECT_EQ(error_.depth, 0);
  EXPECT_EQ(error_.alert, 43);  // unsupported_certificate
  request_.peer = Side::kClient;
  EXPECT_EQ(Verify("client_p256"), 0);
  EXPECT_EQ(Verify("server_rsa_direct"), 26);
  EXPECT_EQ(Verify("eku_code_signing"), 26);
  EXPECT_EQ(Verify("eku_any"), 26);
  EXPECT_EQ(Verify("no_eku"), 0);
}

TEST_F(VerifyTest, SecurityLevels) {
  struct Row {
    const char* chain;
    int least_bad_level;
    int code;
    int depth;
  };
  for (const Row& row : {
           Row{"sha1_signed", 1, 68, 0},
           Row{"weak_rsa512", 1, 66, 0},
           Row{"weak_rsa1024", 2, 66, 0},
           Row{"server_rsa_direct", 3, 66, 0},
           // Its root has RSA 2048.
           Row{"server_p256_chain", 3, 67, 2},
       }) {
    for (int level = 0; level <= 5; ++level) {
      verification_.security_level = level;
      const int code = Verify(row.chain);
      EXPECT_EQ(code != 0, level >= row.least_bad_level)
          << row.chain << level << outcome_.status;
      if (level == row.least_bad_level) {
        EXPECT_EQ(code, row.code) << row.chain;
        EXPECT_EQ(error_.depth, row.depth) << row.chain;
      }
    }
  }
  Trust("root_p256.pem");
  for (int level = 0; level <= 5; ++level) {
    verification_.security_level = level;
    EXPECT_EQ(Verify("server_under_root_p256"), level >= 4 ? 66 : 0) << level;
  }
}

TEST_F(VerifyTest, HostIsTheLastQuestion) {
  request_.host = "elsewhere.test";
  EXPECT_EQ(Verify("server_rsa_direct"), 62);
  EXPECT_EQ(error_.kind, ErrorKind::kHostname);
  EXPECT_EQ(error_.reason, "CERTIFICATE_VERIFY_FAILED");
  EXPECT_TRUE(outcome_.verified.empty());
  EXPECT_EQ(Verify("server_other"), 20);
  request_.host = "192.0.2.8";
  EXPECT_EQ(Verify("ip_only"), 64);
  request_.host = "::1";
  EXPECT_EQ(Verify("ip_only"), 0);
  request_.host = "LOCALHOST.";
  EXPECT_EQ(Verify("server_rsa_direct"), 0);
  // An invalid name fails, too, for any certificate.
  request_.host = "no host";
  request_.presented = {};
  const std::vector<Certificate> chain = TestCertificates("server_rsa_direct");
  request_.presented = chain;
  EXPECT_EQ(GetErrorKind(VerifyPeer(request_).status),
            ErrorKind::kInvalidArgument);
}

TEST_F(VerifyTest, TrustedFirstPassesOverWhatThePeerAddsToAnAnchor) {
  // The peer adds root's old cross-signature, which has expired.
  Trust("ca_all.pem");
  EXPECT_EQ(Verify("server_rsa_chain_expired_cross"), 0);
  EXPECT_EQ(outcome_.verified.size(), 3u);
  verification_.flags.trusted_first = false;
  EXPECT_EQ(Verify("server_rsa_chain_expired_cross"), 10);
  // If that path fails, another one is tried.
  Trust("root.pem");
  EXPECT_EQ(Verify("server_rsa_chain_expired_cross"), 0);
}

TEST_F(VerifyTest, PartialChainMakesAnyTrustedCertificateAnAnchor) {
  Trust("intermediate.pem");
  EXPECT_EQ(Verify("server_rsa"), 2);
  verification_.flags.partial_chain = true;
  EXPECT_EQ(Verify("server_rsa"), 0);
  EXPECT_EQ(outcome_.verified.size(), 2u);
  Trust("server_rsa.pem");
  EXPECT_EQ(Verify("server_rsa"), 0);
  EXPECT_EQ(outcome_.verified.size(), 1u);
  EXPECT_EQ(Verify("server_p256_chain"), 20);
}

TEST_F(VerifyTest, AVerifiedPathEndsAtItsAnchor) {
  // Otherwise the path would contain an intermediate that is not trusted.
  Trust("server_rsa.pem");
  verification_.flags.partial_chain = true;
  for (const bool trusted_first : {true, false}) {
    verification_.flags.trusted_first = trusted_first;
    EXPECT_EQ(Verify("server_rsa_chain"), 0);
    EXPECT_EQ(outcome_.verified.size(), 1u) << trusted_first;
  }
}

TEST_F(VerifyTest, ATrustedLeafIsItsOwnAnchor) {
  const auto key = MintKey();
  const auto ca_key = MintKey();
  // Not an anchor: it is not self-signed.
  const Certificate ca =
      Mint("same", ca_key.get(), "other", key.get(), /*is_ca=*/true);
  MintOptions options;
  options.common_names = {"same"};
  options.issuer = "same";
  options.extensions = {{NID_key_usage, "digitalSignature"}};
  const Certificate leaf = Mint(options, key.get(), ca_key.get());
  Trust({ca, leaf});
  EXPECT_EQ(Verify({leaf}), 0) << outcome_.status;
  EXPECT_EQ(outcome_.verified.size(), 1u);
  // That it could be, by its name, is not enough.
  Trust(std::vector<Certificate>{ca});
  EXPECT_NE(Verify({leaf}), 0);
}

TEST_F(VerifyTest, ASelfSignedCertificateIsTrustedAsItStands) {
  Trust("strict_self_signed.pem");
  EXPECT_EQ(Verify("strict_self_signed"), 0);
  request_.host = "elsewhere.test";
  EXPECT_EQ(Verify("strict_self_signed"), 62);
  request_.host = "";
  request_.now = At(2121, 1, 1);
  EXPECT_EQ(Verify("strict_self_signed"), 10);
  request_.now = TestTime();
  // It anchors only itself: same name and issuer, another key.
  EXPECT_NE(Verify("self_signed"), 0);
  const auto key = MintKey();
  const std::string name = "twin";
  const Certificate trusted = Mint(name, key.get(), name, key.get(), false);
  const auto other_key = MintKey();
  const Certificate forged =
      Mint(name, other_key.get(), name, other_key.get(), false);
  Trust(std::vector<Certificate>{trusted});
  EXPECT_EQ(Verify({trusted}), 0) << outcome_.status;
  EXPECT_NE(Verify({forged}), 0);
  EXPECT_NE(Verify({forged, trusted}), 0);
}

TEST_F(VerifyTest, RevokedIsRevokedOnBothSides) {
  verification_.flags.crl_check_leaf = true;
  TrustStore::Builder with_crl;
  ASSERT_TRUE(with_crl.Add(ReadTestdata("certs/root.pem"), "root").ok());
  ASSERT_TRUE(with_crl.Add(ReadTestdata("certs/crl_root.pem"), "crl").ok());
  Trust(*with_crl.Build());
  EXPECT_EQ(Verify("server_rsa_direct"), 0) << outcome_.status;
  EXPECT_EQ(Verify("revoked_direct"), 23);
  EXPECT_EQ(error_.alert, 44);  // certificate_revoked
  request_.peer = Side::kClient;
  EXPECT_EQ(Verify("revoked_client"), 23);
}

TEST_F(VerifyTest, UnrelatedAndRepeatedCertificatesDoNoHarm) {
  const Certificate leaf = TestCertificates("server_rsa")[0];
  std::vector<Certificate> chain = {leaf};
  for (int i = 0; i < 50; ++i) chain.push_back(leaf);
  for (const char* name :
       {"server_other", "root_same_name", "other_root", "expired_root",
        "cross_by_other", "root_by_other_expired", "not_ca_issuer", "twin_leaf",
        "long_chain", "unknown_critical", "expired_intermediate"}) {
    for (const Certificate& certificate : TestCertificates(name)) {
      chain.push_back(certificate);
    }
  }
  chain.push_back(TestCertificates("intermediate")[0]);
  EXPECT_EQ(Verify(chain), 0) << outcome_.status;
  EXPECT_EQ(outcome_.verified.size(), 3u);
  Trust("expired_root.pem");
  EXPECT_NE(Verify(chain), 0);
}

TEST_F(VerifyTest, AHundredIntermediatesAreTheMost) {
  const auto root_key = MintKey();
  const Certificate root =
      Mint("root", root_key.get(), "root", root_key.get(), true);
  Trust(std::vector<Certificate>{root});
  std::vector<Certificate> up;
  auto above_key = MintKey();
  bssl::UniquePtr<EVP_PKEY> before_last_key;
  std::string above = "CA 0";
  up.push_back(Mint(above, above_key.get(), "root", root_key.get(), true));
  for (int i = 1; i < 101; ++i) {
    auto key = MintKey();
    const std::string name = absl::StrCat("CA ", i);
    up.push_back(Mint(name, key.get(), above, above_key.get(), true));
    above = name;
    before_last_key = std::move(above_key);
    above_key = std::move(key);
  }
  const auto leaf_key = MintKey();
  std::vector<Certificate> chain(up.rbegin(), up.rend());
  chain.insert(chain.begin(),
               Mint("leaf", leaf_key.get(), above, above_key.get(), false));
  EXPECT_EQ(Verify(chain), 22);
  chain.erase(chain.begin(), chain.begin() + 2);
  chain.insert(chain.begin(), Mint("leaf", leaf_key.get(), "CA 99",
                                   before_last_key.get(), false));
  EXPECT_EQ(Verify(chain), 0) << outcome_.status;
  EXPECT_EQ(outcome_.verified.size(), 102u);
}

TEST_F(VerifyTest, IssuersInACircleEndNowhere) {
  const auto a = MintKey();
  const auto b = MintKey();
  const Certificate a_by_b = Mint("a", a.get(), "b", b.get(), true);
  const Certificate b_by_a = Mint("b", b.get(), "a", a.get(), true);
  const auto leaf_key = MintKey();
  const Certificate leaf = Mint("leaf", leaf_key.get(), "a", a.get(), false);
  EXPECT_EQ(Verify({leaf, a_by_b, b_by_a}), 20);
  EXPECT_EQ(Verify({leaf, b_by_a, a_by_b, b_by_a, a_by_b}), 20);
  Trust(std::vector<Certificate>{a_by_b, b_by_a});
  EXPECT_NE(Verify({leaf}), 0);
  verification_.flags.partial_chain = true;
  EXPECT_EQ(Verify({leaf}), 0) << outcome_.status;
}

TEST_F(VerifyTest, ThreadsShareATrustStore) {
  Trust("ca_twin_other_first.pem");
  const std::vector<Certificate> chain = TestCertificates("twin_leaf");
  request_.presented = chain;
  std::vector<std::thread> threads;
  std::array<absl::Status, 8> results;
  for (absl::Status& result : results) {
    threads.emplace_back(
        [this, &result] { result = VerifyPeer(request_).status; });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& result : results) EXPECT_TRUE(result.ok()) << result;
}

TEST_F(VerifyTest, OfManyNamesakesTheSignerIsFound) {
  std::vector<Certificate> roots;
  const auto key = MintKey();
  for (int i = 0; i < 5; ++i) {
    const auto other = MintKey();
    roots.push_back(Mint("root", other.get(), "root", other.get(), true));
  }
  const auto leaf_key = MintKey();
  const Certificate leaf =
      Mint("leaf", leaf_key.get(), "root", key.get(), false);
  Trust(roots);
  EXPECT_EQ(Verify({leaf}), 7);
  EXPECT_EQ(error_.alert, 51);  // decrypt_error
  const Certificate right = Mint("root", key.get(), "root", key.get(), true);
  for (const size_t place : {size_t{0}, size_t{3}, roots.size()}) {
    std::vector<Certificate> all = roots;
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(place), right);
    Trust(all);
    EXPECT_EQ(Verify({leaf}), 0) << place << outcome_.status;
    ASSERT_EQ(outcome_.verified.size(), 2u);
    EXPECT_EQ(outcome_.verified[1], right);
  }
  // Also if it is an intermediate's issuer, or the intermediate is trusted.
  const auto middle_key = MintKey();
  const Certificate middle =
      Mint("middle", middle_key.get(), "root", key.get(), true);
  const Certificate low =
      Mint("low", leaf_key.get(), "middle", middle_key.get(), false);
  std::vector<Certificate> all = roots;
  all.push_back(right);
  Trust(all);
  EXPECT_EQ(Verify({low, middle}), 0) << outcome_.status;
  all.push_back(middle);
  Trust(all);
  EXPECT_EQ(Verify({low}), 0) << outcome_.status;
}

}  // namespace
}  // namespace airlock::ssl::internal
