// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Pinned keys in the verification of a chain.

#include <openssl/mem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/internal/verify.h"
#include "ssl/sha256.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestTime;
using ::airlock::testing::TestTrustStore;

// The pin of the first certificate of this name.
std::string PinOf(absl::string_view name) {
  const std::string der(TestCertificates(name)[0].der());
  const auto* bytes = reinterpret_cast<const uint8_t*>(der.data());
  const bssl::UniquePtr<X509> x509(
      d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
  uint8_t* spki = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509.get()), &spki);
  const bssl::UniquePtr<uint8_t> owned(spki);
  return Sha256(
      {reinterpret_cast<const char*>(spki), static_cast<size_t>(size)});
}

class PinsTest : public ::testing::Test {
 protected:
  // The verify code of a chain under `anchor_pins`; 0 for ok.
  int Verify(absl::string_view name,
             const std::vector<std::string>& anchor_pins,
             absl::string_view host = "", absl::Time now = TestTime()) {
    Verification verification;
    verification.anchor_pins = anchor_pins;
    return VerifyBy(verification, name, host, now);
  }

  int VerifyBy(const Verification& verification, absl::string_view name,
               absl::string_view host = "", absl::Time now = TestTime()) {
    const std::vector<Certificate> chain = TestCertificates(name);
    VerifyRequest request;
    request.presented = chain;
    request.trust_store = store_.get();
    request.verification = &verification;
    request.now = now;
    request.host = host;
    outcome_ = VerifyPeer(request);
    if (outcome_.status.ok()) return 0;
    return GetError(outcome_.status)->verify_code;
  }

  const std::shared_ptr<const TrustStore> store_ = TestTrustStore("ca.pem");
  VerifyOutcome outcome_;
};

TEST_F(PinsTest, AnyKeyOfTheChainMayBePinned) {
  EXPECT_EQ(Verify("server_p256_chain", {}), 0);
  EXPECT_EQ(Verify("server_p256_chain", {PinOf("server_p256")}), 0);
  EXPECT_EQ(Verify("server_p256_chain", {PinOf("intermediate")}), 0);
  EXPECT_EQ(Verify("server_p256_chain", {PinOf("root")}), 0);
  EXPECT_EQ(Verify("server_p256_chain", {PinOf("self_signed"), PinOf("root")}),
            0);
}

TEST_F(PinsTest, AGoodChainWithoutOneIsRefused) {
  EXPECT_EQ(Verify("server_p256_chain", {PinOf("self_signed")}), 50);
  EXPECT_EQ(GetErrorKind(outcome_.status), ErrorKind::kVerification);
  EXPECT_TRUE(outcome_.verified.empty());
  EXPECT_EQ(Verify("server_p256_chain", {std::string(32, '\0')}), 50);
}

TEST_F(PinsTest, APinDoesNotMakeAChainTrusted) {
  // Only a self-signed certificate needs no issuer.
  EXPECT_NE(Verify("server_other", {PinOf("server_other")}), 0);
  EXPECT_NE(Verify("server_other", {PinOf("other_root")}), 0);
}

TEST_F(PinsTest, ASelfSignedCertificateMaySuffice) {
  EXPECT_NE(Verify("self_signed", {}), 0);
  EXPECT_NE(Verify("self_signed", {PinOf("root")}), 0);
  EXPECT_EQ(Verify("self_signed", {PinOf("self_signed")}), 0);
  ASSERT_EQ(outcome_.verified.size(), 1u);
  EXPECT_EQ(Verify("self_signed", {PinOf("root"), PinOf("self_signed")}), 0);
}

TEST_F(PinsTest, PinsOnlyNarrow) {
  const auto verify = [this](absl::string_view name,
                             const std::vector<std::string>& pins,
                             const std::vector<std::string>& anchor_pins = {}) {
    Verification verification;
    verification.pins = pins;
    verification.anchor_pins = anchor_pins;
    return VerifyBy(verification, name);
  };
  EXPECT_EQ(verify("server_p256_chain", {PinOf("intermediate")}), 0);
  EXPECT_EQ(verify("server_p256_chain", {PinOf("self_signed")}), 50);
  EXPECT_EQ(verify("self_signed", {PinOf("self_signed")}), 18);
  // Each of the two lists must be met.
  EXPECT_EQ(
      verify("server_p256_chain", {PinOf("server_p256")}, {PinOf("root")}), 0);
  EXPECT_EQ(verify("server_p256_chain", {PinOf("server_p256")},
                   {PinOf("self_signed")}),
            50);
  EXPECT_EQ(
      verify("server_p256_chain", {PinOf("self_signed")}, {PinOf("root")}), 50);
  EXPECT_EQ(
      verify("self_signed", {PinOf("self_signed")}, {PinOf("self_signed")}), 0);
  EXPECT_EQ(verify("self_signed", {PinOf("root")}, {PinOf("self_signed")}), 50);
}

TEST_F(PinsTest, ItsNameAndDatesAreStillChecked) {
  const std::vector<std::string> pins = {PinOf("self_signed")};
  EXPECT_EQ(Verify("self_signed", pins, "localhost"), 0);
  EXPECT_EQ(Verify("self_signed", pins, "else.example"), 62);
  EXPECT_EQ(
      Verify("self_signed", pins, "",
             absl::FromCivil(absl::CivilDay(2130, 1, 1), absl::UTCTimeZone())),
      10);
}

}  // namespace
}  // namespace airlock::ssl::internal
