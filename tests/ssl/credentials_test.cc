// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/credentials.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/secret.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Result = absl::StatusOr<std::shared_ptr<const Credentials>>;

std::string Cert(absl::string_view name) {
  return airlock::testing::ReadTestdata(absl::StrCat("certs/", name));
}

// A callback that gives `password` and counts how often it is asked.
PasswordCallback Password(absl::string_view password, int* calls = nullptr) {
  return [password = std::string(password), calls] {
    if (calls != nullptr) ++*calls;
    return absl::StatusOr<Secret>(Secret(password));
  };
}

Result Create(absl::string_view certfile, absl::string_view keyfile = "",
              PasswordCallback password = nullptr) {
  CredentialsOptions options;
  options.certfile = Secret(certfile);
  if (!keyfile.empty()) options.keyfile = Secret(keyfile);
  options.password = std::move(password);
  return Credentials::Create(std::move(options));
}

// Every refusal has the same kind; what it says is for people, but the words
// that tell one mistake from another are worth a test.
void ExpectRefused(const Result& result, absl::string_view words) {
  ASSERT_FALSE(result.ok()) << "expected: " << words;
  EXPECT_EQ(GetErrorKind(result.status()), ErrorKind::kCredentials);
  EXPECT_THAT(std::string(result.status().message()),
              HasSubstr(std::string(words)));
}

std::vector<std::string> Subjects(const Credentials& credentials) {
  std::vector<std::string> subjects;
  for (const Certificate& certificate : credentials.chain()) {
    const std::string subject = certificate.subject();
    subjects.push_back(subject.substr(0, subject.find(',')));
  }
  return subjects;
}

TEST(CredentialsTest, EveryKeyType) {
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
    ExpectRefused(wrong, "the password is wrong");
    EXPECT_EQ(GetError(wrong.status())->reason, "BAD_DECRYPT") << suffix;
    // Nothing ends at a NUL. (One at the very end means nothing to PBKDF2.)
    ExpectRefused(Create(File(".pem"), File(suffix),
                         Password(absl::string_view("airlock\0x", 9))),
                  "the password is wrong");
    ExpectRefused(Create(File(".pem"), File(suffix), Password("")),
                  "the password is wrong");
    ExpectRefused(Create(File(".pem"), File(suffix)), "no password was given");

    const Result failed = Create(File(".pem"), File(suffix), [] {
      return absl::StatusOr<Secret>(absl::UnavailableError("vault is shut"));
    });
    EXPECT_EQ(failed.status(), absl::UnavailableError("vault is shut"));
  }
}

TEST_P(ContainerTest, UnsupportedEncryptionIsNamed) {
  ExpectRefused(
      Create(File(".pem"), File("_encrypted_scrypt.key"), Password("airlock")),
      "encrypted in a way that is not supported");
}

TEST_P(ContainerTest, OneFileForBoth) {
  for (absl::string_view suffix :
       {"_key_first.pem", "_certs_first.pem", "_crlf.pem", "_bom.pem",
        "_text.pem", "_no_final_newline.pem"}) {
    const Result result = Create(File(suffix));
    ASSERT_TRUE(result.ok()) << suffix << ": " << result.status();
    EXPECT_EQ((*result)->chain().size(), 2u) << suffix;
    EXPECT_EQ(Subjects(**result)[0], "CN=" + GetParam()) << suffix;
    // The same bytes as both are no mistake.
    EXPECT_TRUE(Create(File(suffix), File(suffix)).ok()) << suffix;
  }
  EXPECT_TRUE(
      Create(File("_encrypted_key_first.pem"), "", Password("airlock")).ok());
  ExpectRefused(Create(File("_no_newline_between.pem")),
                "should end with -----END PRIVATE KEY-----");
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
                "DER certificate 2");
  ExpectRefused(Create(File(".pem"), File("_key.der") + "x"),
                "1 bytes after its end");
}

TEST_P(ContainerTest, Pkcs12) {
  for (absl::string_view suffix : {".p12", "_legacy.p12"}) {
    int calls = 0;
    const Result result = Create(File(suffix), "", Password("airlock", &calls));
    ASSERT_TRUE(result.ok()) << suffix << ": " << result.status();
    EXPECT_EQ(calls, 1);
    EXPECT_THAT(Subjects(**result),
                ::testing::ElementsAre("CN=" + GetParam(), "CN=intermediate"));
    // As one half of two files, or as both.
    EXPECT_TRUE(Create(File(".pem"), File(suffix), Password("airlock")).ok());
    EXPECT_TRUE(Create(File(suffix), File(".key"), Password("airlock")).ok());
    calls = 0;
    EXPECT_TRUE(
        Create(File(suffix), File(suffix), Password("airlock", &calls)).ok());
    EXPECT_EQ(calls, 1);

    ExpectRefused(Create(File(suffix)), "no password was given");
    const Result wrong = Create(File(suffix), "", Password("wrong"));
    ExpectRefused(wrong, "the password is wrong");
    EXPECT_EQ(GetError(wrong.status())->reason, "BAD_DECRYPT");
    ExpectRefused(
        Create(File(suffix), "", Password(absl::string_view("airlock\0", 8))),
        "cannot contain a NUL");
    std::string damaged = File(suffix);
    damaged.resize(damaged.size() - 1);
    ExpectRefused(Create(damaged, "", Password("airlock")), "");
  }
  for (absl::string_view suffix :
       {"_empty_password.p12", "_legacy_empty_password.p12"}) {
    EXPECT_TRUE(Create(File(suffix)).ok()) << suffix;
    EXPECT_TRUE(Create(File(suffix), "", Password("")).ok()) << suffix;
  }
  ExpectRefused(Create(File("_no_mac.p12"), "", Password("airlock")),
                "has no MAC");
}

INSTANTIATE_TEST_SUITE_P(
    , ContainerTest, ::testing::Values("server_rsa", "server_p256"),
    [](const ::testing::TestParamInfo<std::string>& param) {
      return param.param;
    });

TEST(CredentialsTest, EcParametersBeforeTheKeyArePassedOver) {
  EXPECT_TRUE(
      Create(Cert("server_p256.pem"), Cert("server_p256_with_parameters.key"))
          .ok());
}

TEST(CredentialsTest, ReadersAreCalledOnce) {
  int calls = 0;
  const auto reader = [&calls](absl::string_view name) -> Reader {
    return [&calls, name] {
      ++calls;
      return absl::StatusOr<Secret>(Secret(Cert(name)));
    };
  };
  CredentialsOptions options;
  options.certfile = reader("server_rsa_chain.pem");
  options.keyfile = reader("server_rsa.key");
  EXPECT_TRUE(Credentials::Create(std::move(options)).ok());
  EXPECT_EQ(calls, 2);
}

TEST(CredentialsTest, AReadersErrorComesBack) {
  CredentialsOptions options;
  options.certfile.emplace<Reader>(
      [] { return absl::StatusOr<Secret>(absl::AbortedError("no")); });
  EXPECT_EQ(Credentials::Create(std::move(options)).status(),
            absl::AbortedError("no"));
  CredentialsOptions empty;
  empty.certfile.emplace<Reader>();
  ExpectRefused(Credentials::Create(std::move(empty)), "reader");
}

TEST(CredentialsTest, IntermediatesAreSorted) {
  const std::string key = Cert("server_deep.key");
  for (absl::string_view name :
       {"server_deep_chain.pem", "server_deep_chain_shuffled.pem"}) {
    const Result result = Create(Cert(name), key);
    ASSERT_TRUE(result.ok()) << name << ": " << result.status();
    EXPECT_THAT(Subjects(**result),
                ::testing::ElementsAre("CN=server_deep", "CN=intermediate2",
                                       "CN=intermediate"))
        << name;
  }
}

TEST(CredentialsTest, WhatIsNotInTheChainStaysBehindIt) {
  const Result result =
      Create(Cert("server_deep.pem") + Cert("other_root.pem") +
                 Cert("root.pem") + Cert("root_p256.pem") +
                 Cert("intermediate.pem") + Cert("intermediate2.pem"),
             Cert("server_deep.key"));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(Subjects(**result),
              ::testing::ElementsAre("CN=server_deep", "CN=intermediate2",
                                     "CN=intermediate", "CN=Airlock Test Root",
                                     "CN=Airlock Test Other Root",
                                     "CN=Airlock Test Root P256"));
}

TEST(CredentialsTest, AKeyOfAnotherCertificate) {
  // Of another type, and of the same.
  for (absl::string_view key : {"server_p256.key", "client_rsa.key"}) {
    const Result result = Create(Cert("server_rsa.pem"), Cert(key));
    ExpectRefused(result, "does not match");
    const Error error = *GetError(result.status());
    EXPECT_EQ(error.library, "X509");
    EXPECT_EQ(error.reason, "KEY_VALUES_MISMATCH");
    EXPECT_EQ(error.subject, "CN=server_rsa,O=Airlock Test");
  }
}

TEST(CredentialsTest, TheLeafIsNotFirst) {
  ExpectRefused(Create(Cert("root.pem") + Cert("intermediate.pem") +
                           Cert("server_rsa.pem"),
                       Cert("server_rsa.key")),
                "certificate 3 of 3 matches");
}

TEST(CredentialsTest, TheTwoAreSwapped) {
  ExpectRefused(Create(Cert("server_rsa.key"), Cert("server_rsa.pem")),
                "the two are swapped");
  ExpectRefused(Create(Cert("server_rsa_key.der"), Cert("server_rsa_cert.der")),
                "the two are swapped");
}

TEST(CredentialsTest, SomethingIsMissing) {
  ExpectRefused(Create(Cert("server_rsa.pem")), "holds no private key");
  ExpectRefused(Create(Cert("server_rsa.pem"), Cert("root.pem")),
                "keyfile: holds no private key but certificates");
  ExpectRefused(Create(Cert("server_rsa_key_first.pem"), Cert("root.pem")),
                "leave keyfile out");
  ExpectRefused(Create(Cert("server_rsa.key")), "holds no certificate");
  ExpectRefused(Create(Cert("crl_root.pem"), Cert("server_rsa.key")),
                "X509 CRL");
  ExpectRefused(Create("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"
                       "-----END CERTIFICATE REQUEST-----\n",
                       Cert("server_rsa.key")),
                "what the CA made of the request");
}

TEST(CredentialsTest, MoreThanOneKey) {
  ExpectRefused(Create(Cert("server_rsa.pem"),
                       Cert("server_rsa.key") + Cert("client_rsa.key")),
                "holds 2 private keys");
}

TEST(CredentialsTest, UnsupportedKeys) {
  for (absl::string_view name : {"server_ed448", "server_secp256k1"}) {
    ExpectRefused(Create(Cert(absl::StrCat(name, ".pem")),
                         Cert(absl::StrCat(name, ".key"))),
                  "not supported");
  }
  for (absl::string_view label : {"OPENSSH", "DSA"}) {
    ExpectRefused(
        Create(Cert("server_rsa.pem"),
               absl::StrCat("-----BEGIN ", label, " PRIVATE KEY-----\nAAAA\n",
                            "-----END ", label, " PRIVATE KEY-----\n")),
        "not supported");
  }
}

TEST(CredentialsTest, Nothing) {
  ExpectRefused(Create("", Cert("server_rsa.key")), "certfile: is empty");
  ExpectRefused(Create(" \n\t", Cert("server_rsa.key")), "certfile: is empty");
  CredentialsOptions options;
  options.certfile = Secret(Cert("server_rsa.pem"));
  options.keyfile = Secret();
  ExpectRefused(Credentials::Create(std::move(options)), "keyfile: is empty");
  ExpectRefused(Credentials::Create({}), "certfile: is empty");
}

TEST(CredentialsTest, APathInPlaceOfTheContent) {
  for (absl::string_view path :
       {"/etc/ssl/private", "/etc/ssl/certs/", "server.pem", "./server.crt\n",
        "C:\\certs\\server", "secrets/server", "key.p12", "0.pem",
        "/home/müller/tls"}) {
    ExpectRefused(Create(path), "looks like a path");
    ExpectRefused(Create(Cert("server_rsa.pem"), path), "looks like a path");
  }
}

TEST(CredentialsTest, OtherThingsThatAreNoPem) {
  ExpectRefused(Create("hello"), "holds no PEM block");
  ExpectRefused(Create(absl::string_view("\xFF\xFE-\0-\0", 6)), "UTF-16");
  std::string base64 = Cert("server_rsa.key");
  base64 = base64.substr(28, base64.size() - 28 - 27);
  ASSERT_EQ(base64.substr(0, 2), "MI");
  ExpectRefused(Create(Cert("server_rsa.pem"), base64),
                "base64 without a BEGIN");
  ExpectRefused(Create("0"), "is no DER");
  ExpectRefused(Create("0\x03\x02\x01\x05"), "DER of neither");
}

TEST(CredentialsTest, LostLineBreaks) {
  std::string escaped, folded;
  for (char c : Cert("server_rsa.pem")) {
    escaped += c == '\n' ? "\\n" : std::string(1, c);
    folded += c == '\n' ? ' ' : c;
  }
  ExpectRefused(Create(escaped, Cert("server_rsa.key")),
                "the two characters \\n");
  ExpectRefused(Create(folded, Cert("server_rsa.key")), "put line breaks");
}

TEST(CredentialsTest, OneDamagedBlockAmongGoodOnes) {
  ExpectRefused(Create(Cert("server_rsa.pem") + Cert("ca_with_one_bad.pem"),
                       Cert("server_rsa.key")),
                "certfile: block 3 (CERTIFICATE, line ");
  ExpectRefused(Create(Cert("server_rsa.pem") + Cert("ca_with_garbage_der.pem"),
                       Cert("server_rsa.key")),
                "certfile: block 3 (CERTIFICATE, line ");
  ExpectRefused(Create(Cert("server_rsa.pem") + Cert("ca_truncated.pem"),
                       Cert("server_rsa.key")),
                "has no END line");
}

TEST(CredentialsTest, ADamagedKey) {
  const std::string der = Cert("server_rsa_key.der");
  // In the modulus, and cut short.
  std::string damaged = der;
  damaged[100] = static_cast<char>(damaged[100] ^ 1);
  ExpectRefused(Create(Cert("server_rsa.pem"), damaged), "damaged");
  ExpectRefused(Create(Cert("server_rsa.pem"), der.substr(0, 1000)), "");
}

TEST(CredentialsTest, MessagesUseTheGivenNamesAndNoSecret) {
  CredentialsOptions options;
  options.certfile = Secret(Cert("server_rsa.pem"));
  options.keyfile = Secret(Cert("server_rsa_encrypted.key"));
  options.password = Password("hunter2");
  options.certfile_name = "tls.crt";
  options.keyfile_name = "tls.key";
  const Result result = Credentials::Create(std::move(options));
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(std::string(result.status().message()),
              AllOf(HasSubstr("tls.key"), Not(HasSubstr("hunter2"))));

  // What was taken for PEM or a path may be the secret itself.
  const Result secret = Create(Cert("server_rsa.pem"), "hunter2/hunter2");
  EXPECT_THAT(std::string(secret.status().message()),
              Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace airlock::ssl
