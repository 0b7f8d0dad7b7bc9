// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Every form of keys and certificates.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/secret.h"
#include "tests/ssl/credentials_testing.h"
#include "tests/support/error_matchers.h"

namespace airlock::ssl {
namespace {

using ::testing::AllOf;

TEST(CredentialFormsTest, EveryKeyType) {
  struct Row {
    absl::string_view name;
    KeyType type;
    int bits;
  };
  for (const Row& row : {Row{"server_rsa", KeyType::kRsa, 2048},
                         Row{"server_p256", KeyType::kEcdsa, 256},
                         Row{"server_p384", KeyType::kEcdsa, 384},
                         Row{"server_p521", KeyType::kEcdsa, 521},
                         Row{"server_ed25519", KeyType::kEd25519, 256},
                         Row{"weak_rsa512", KeyType::kRsa, 512}}) {
    const Result result = Create(Cert(absl::StrCat(row.name, ".pem")),
                                 Cert(absl::StrCat(row.name, ".key")));
    ASSERT_TRUE(result.ok()) << row.name << ": " << result.status();
    EXPECT_EQ((*result)->key_type(), row.type);
    if (row.type != KeyType::kEd25519) {
      EXPECT_EQ((*result)->key_bits(), row.bits);
    }
    EXPECT_EQ((*result)->chain().size(), 1u);
  }
}

class ContainerTest : public ::testing::TestWithParam<std::string> {
 protected:
  std::string File(absl::string_view suffix) {
    return Cert(absl::StrCat(GetParam(), suffix));
  }
};

TEST_P(ContainerTest, KeyFormats) {
  for (absl::string_view suffix :
       {".key", "_key.der", "_traditional.key", "_traditional_key.der"}) {
    int calls = 0;
    const Result result =
        Create(File(".pem"), File(suffix), Password("airlock", &calls));
    EXPECT_TRUE(result.ok()) << suffix << ": " << result.status();
    EXPECT_EQ(calls, 0) << suffix;
  }
}

TEST_P(ContainerTest, EncryptedKeyFormats) {
  for (absl::string_view suffix :
       {"_encrypted.key", "_encrypted_key.der", "_encrypted_sha1_3des.key",
        "_traditional_aes128.key", "_traditional_des3.key"}) {
    int calls = 0;
    const Result result =
        Create(File(".pem"), File(suffix), Password("airlock", &calls));
    EXPECT_TRUE(result.ok()) << suffix << ": " << result.status();
    EXPECT_EQ(calls, 1) << suffix;

    const Result wrong = Create(File(".pem"), File(suffix), Password("wrong"));
    ExpectRefused(wrong, "keyfile");
    EXPECT_THAT(wrong, ReasonIs("BAD_DECRYPT")) << suffix;
    // A NUL does not end a password. (PBKDF2 ignores one at the very end.)
    EXPECT_THAT(Create(File(".pem"), File(suffix),
                       Password(absl::string_view("airlock\0x", 9))),
                ReasonIs("BAD_DECRYPT"));
    EXPECT_THAT(Create(File(".pem"), File(suffix), Password("")),
                ReasonIs("BAD_DECRYPT"));
    const Result none = Create(File(".pem"), File(suffix));
    ExpectAdvised(none, "keyfile");
    EXPECT_THAT(none, ReasonIs(""));

    const Result failed = Create(File(".pem"), File(suffix), [] {
      return absl::StatusOr<Secret>(absl::UnavailableError("vault is shut"));
    });
    EXPECT_EQ(failed.status(), absl::UnavailableError("vault is shut"));
  }
}

TEST_P(ContainerTest, UnsupportedEncryptionIsNamed) {
  ExpectAdvised(
      Create(File(".pem"), File("_encrypted_scrypt.key"), Password("airlock")),
      "keyfile");
}

TEST_P(ContainerTest, OneFileForBoth) {
  for (absl::string_view suffix :
       {"_key_first.pem", "_certs_first.pem", "_crlf.pem", "_bom.pem",
        "_text.pem", "_no_final_newline.pem"}) {
    const Result result = Create(File(suffix));
    ASSERT_TRUE(result.ok()) << suffix << ": " << result.status();
    EXPECT_EQ((*result)->chain().size(), 2u) << suffix;
    EXPECT_EQ(Subjects(**result)[0], "CN=" + GetParam()) << suffix;
    // The same bytes for both are allowed.
    EXPECT_TRUE(Create(File(suffix), File(suffix)).ok()) << suffix;
  }
  EXPECT_TRUE(
      Create(File("_encrypted_key_first.pem"), "", Password("airlock")).ok());
  EXPECT_THAT(Create(File("_no_newline_between.pem")),
              AllOf(KindIs(ErrorKind::kCredentials), HasAdvice()));
}

TEST_P(ContainerTest, LineEndsAndIndentation) {
  std::string classic_mac = File("_key_first.pem");
  std::string indented;
  for (char& c : classic_mac) {
    indented.push_back(c);
    if (c == '\n') {
      indented.append("  \t");
      c = '\r';
    }
  }
  EXPECT_TRUE(Create(classic_mac).ok());
  EXPECT_TRUE(Create(indented).ok());
}

TEST_P(ContainerTest, DerCertificates) {
  EXPECT_TRUE(Create(File("_cert.der"), File("_key.der")).ok());
  const Result chain =
      Create(File("_cert.der") + Cert("root_cert.der"), File("_key.der"));
  ASSERT_TRUE(chain.ok()) << chain.status();
  EXPECT_EQ((*chain)->chain().size(), 2u);
  ExpectRefused(Create(File("_cert.der") + "x", File("_key.der")),
                absl::StrCat("certfile: DER object 2 (at byte ",
                             File("_cert.der").size(), ")"));
  ExpectRefused(Create(File(".pem"), File("_key.der") + "x"),
                absl::StrCat("keyfile: DER object 2 (at byte ",
                             File("_key.der").size(), ")"));
}

TEST_P(ContainerTest, Pkcs12) {
  for (absl::string_view suffix : {".p12", "_legacy.p12"}) {
    int calls = 0;
    const Result result = Create(File(suffix), "", Password("airlock", &calls));
    ASSERT_TRUE(result.ok()) << suffix << ": " << result.status();
    EXPECT_EQ(calls, 1);
    EXPECT_THAT(Subjects(**result),
                ::testing::ElementsAre("CN=" + GetParam(), "CN=intermediate"));
    // As one of two files, or as both.
    EXPECT_TRUE(Create(File(".pem"), File(suffix), Password("airlock")).ok());
    EXPECT_TRUE(Create(File(suffix), File(".key"), Password("airlock")).ok());
    calls = 0;
    EXPECT_TRUE(
        Create(File(suffix), File(suffix), Password("airlock", &calls)).ok());
    EXPECT_EQ(calls, 1);

    ExpectAdvised(Create(File(suffix)), "certfile");
    const Result wrong = Create(File(suffix), "", Password("wrong"));
    ExpectRefused(wrong, "certfile");
    EXPECT_THAT(wrong, ReasonIs("BAD_DECRYPT"));
    ExpectRefused(
        Create(File(suffix), "", Password(absl::string_view("airlock\0", 8))),
        "certfile");
    std::string damaged = File(suffix);
    damaged.resize(damaged.size() - 1);
    EXPECT_THAT(Create(damaged, "", Password("airlock")),
                KindIs(ErrorKind::kCredentials));
  }
  for (absl::string_view suffix :
       {"_empty_password.p12", "_legacy_empty_password.p12"}) {
    EXPECT_TRUE(Create(File(suffix)).ok()) << suffix;
    EXPECT_TRUE(Create(File(suffix), "", Password("")).ok()) << suffix;
  }
  ExpectRefused(Create(File("_no_mac.p12"), "", Password("airlock")),
                "certfile");
}

INSTANTIATE_TEST_SUITE_P(
    , ContainerTest, ::testing::Values("server_rsa", "server_p256"),
    [](const ::testing::TestParamInfo<std::string>& param) {
      return param.param;
    });

TEST(CredentialFormsTest, EcParametersBeforeTheKeyArePassedOver) {
  EXPECT_TRUE(
      Create(Cert("server_p256.pem"), Cert("server_p256_with_parameters.key"))
          .ok());
}

}  // namespace
}  // namespace airlock::ssl
