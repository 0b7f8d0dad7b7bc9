// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/sign.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using testing::TestCredentials;

TEST(SignTest, EachSignatureFitsItsCertificateAndNoOther) {
  for (const char* name : {"server_p256", "server_p384", "server_p521",
                           "server_rsa", "server_ed25519"}) {
    const auto credentials = TestCredentials(name);
    const auto other = TestCredentials(credentials->key_type() == KeyType::kRsa
                                           ? "client_rsa"
                                           : "client_p256");
    const auto schemes = SignatureSchemes(*credentials);
    ASSERT_FALSE(schemes.empty());
    for (const uint16_t scheme : schemes) {
      const auto signature = Sign(*credentials, scheme, "input");
      ASSERT_TRUE(signature.ok()) << signature.status();
      EXPECT_TRUE(
          CheckSignature(*credentials, scheme, "input", *signature).ok())
          << name << scheme;
      EXPECT_FALSE(
          CheckSignature(*credentials, scheme, "inpuT", *signature).ok());
      EXPECT_FALSE(CheckSignature(*other, scheme, "input", *signature).ok());
      EXPECT_FALSE(CheckSignature(*credentials, scheme, "input", "").ok());
    }
  }
  EXPECT_FALSE(
      CheckSignature(*TestCredentials("server_p256"), 0x0804, "a", "b").ok());
}

TEST(SignTest, DigestsAreCutToTheKey) {
  const auto size = [](const char* name, uint16_t scheme) {
    const auto digest =
        SignedDigest(*TestCredentials(name), scheme, std::string(100, 'x'));
    return digest.ok() ? digest->size() : 0;
  };
  EXPECT_EQ(size("server_p256", 0x0403), 32u);
  EXPECT_EQ(size("server_p256", 0x0603), 32u);
  EXPECT_EQ(size("server_p384", 0x0603), 48u);
  EXPECT_EQ(size("server_p521", 0x0603), 64u);
  EXPECT_EQ(size("server_rsa", 0x0806), 64u);
  EXPECT_EQ(size("server_ed25519", 0x0807), 100u);
  EXPECT_EQ(size("server_ed25519", 0x0403), 0u);
  // FIPS 180-4, of "abc".
  EXPECT_EQ(SignedDigest(*TestCredentials("server_p256"), 0x0403, "abc")
                .value()
                .substr(0, 4),
            "\xba\x78\x16\xbf");
}

TEST(SignTest, EcdsaNumbersBecomeDer) {
  // Positive numbers without leading zeros (X.690, section 8.3).
  EXPECT_EQ(EcdsaSignature(absl::string_view("\x00\x01\x80\x02", 4)).value(),
            std::string("\x30\x08\x02\x01\x01\x02\x03\x00\x80\x02", 10));
  EXPECT_FALSE(EcdsaSignature("").ok());
  EXPECT_FALSE(EcdsaSignature("abc").ok());
}

}  // namespace
}  // namespace airlock::ssl
