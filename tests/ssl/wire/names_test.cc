// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/names.h"

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "ssl/wire/suites.h"
#include "tests/support/process.h"

namespace airlock::ssl::wire {
namespace {

TEST(NamesTest, NumbersHaveTheirNames) {
  EXPECT_EQ(VersionName(0x0304), "TLS 1.3");
  EXPECT_EQ(ContentTypeName(23), "application_data");
  EXPECT_EQ(HandshakeTypeName(0), "HelloRequest");
  EXPECT_EQ(HandshakeTypeName(254), "MessageHash");
  EXPECT_EQ(ExtensionName(0), "server_name");
  EXPECT_EQ(ExtensionName(65281), "renegotiation_info");
  EXPECT_EQ(GroupName(0x001d), "x25519");
  EXPECT_EQ(SignatureSchemeName(0x0804), "rsa_pss_rsae_sha256");
  EXPECT_EQ(AlertName(48), "unknown_ca");
  EXPECT_EQ(SuiteText(0x1301), "TLS_AES_128_GCM_SHA256 (0x1301)");
}

TEST(NamesTest, UnknownNumbersAreShown) {
  EXPECT_EQ(VersionName(0x0305), "");
  EXPECT_EQ(GroupName(0xffffffff), "");
  EXPECT_EQ(SuiteText(0x1234), "unknown (0x1234)");
  EXPECT_EQ(SuiteText(0xffff), "unknown (0xffff)");
  EXPECT_EQ(WithNumber("", 7, 1), "unknown (0x07)");
}

TEST(NamesTest, GreaseIsRecognized) {
  for (uint32_t i = 0; i < 16; ++i) {
    EXPECT_TRUE(IsGrease(0x0a0a + i * 0x1010)) << i;
  }
  EXPECT_FALSE(IsGrease(0x0a1a));
  EXPECT_FALSE(IsGrease(0x0a0b));
  EXPECT_FALSE(IsGrease(0x1301));
  EXPECT_EQ(SuiteText(0xdada), "GREASE (0xdada)");
}

TEST(NamesTest, SuitesHaveParts) {
  const SuiteParts tls12 = PartsOf(0xc02f);
  EXPECT_EQ(tls12.key_exchange, "ECDHE_RSA");
  EXPECT_EQ(tls12.cipher, "AES_128_GCM");
  EXPECT_EQ(tls12.hash, "SHA256");
  const SuiteParts tls13 = PartsOf(0x1303);
  EXPECT_EQ(tls13.key_exchange, "");
  EXPECT_EQ(tls13.cipher, "CHACHA20_POLY1305");
  EXPECT_EQ(tls13.hash, "SHA256");
  const SuiteParts cbc = PartsOf(0x0035);
  EXPECT_EQ(cbc.key_exchange, "RSA");
  EXPECT_EQ(cbc.cipher, "AES_256_CBC");
  EXPECT_EQ(cbc.hash, "SHA");
  EXPECT_EQ(PartsOf(0xfefe).cipher, "");
}

// OpenSSL's table, which is not ours.
TEST(NamesTest, SuitesAreThoseOfOpenssl) {
  const auto openssl = testing::FindProgram("openssl", "openssl");
  ASSERT_TRUE(openssl.ok()) << openssl.status();
  auto process =
      testing::Process::Start({{*openssl, "ciphers", "-V", "-stdname",
                                "ALL:COMPLEMENTOFALL:@SECLEVEL=0"},
                               "",
                               {}});
  ASSERT_TRUE(process.ok()) << process.status();
  const auto status = (*process)->Wait();
  ASSERT_TRUE(status.ok()) << status.status();
  int known = 0;
  // "0x13,0x02 - TLS_AES_256_GCM_SHA384 - ..."
  for (absl::string_view line :
       absl::StrSplit((*process)->output(), '\n', absl::SkipWhitespace())) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" ,"), absl::SkipEmpty());
    ASSERT_GE(words.size(), 4u) << line;
    const auto number =
        static_cast<uint16_t>(std::stoi(words[0], nullptr, 16) << 8 |
                              std::stoi(words[1], nullptr, 16));
    EXPECT_EQ(SuiteName(number), words[3]) << line;
    ++known;
  }
  EXPECT_GT(known, 100);
}

}  // namespace
}  // namespace airlock::ssl::wire
