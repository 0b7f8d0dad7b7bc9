// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/credentials.h"

#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/secret.h"
#include "tests/ssl/credentials_testing.h"

namespace airlock::ssl {
namespace {

using ::testing::Not;

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

constexpr char kRequest[] =
    "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"
    "-----END CERTIFICATE REQUEST-----\n";

TEST(CredentialsTest, ReturnsAReadersError) {
  CredentialsOptions options;
  options.certfile.emplace<Reader>(
      [] { return absl::StatusOr<Secret>(absl::AbortedError("no")); });
  EXPECT_EQ(Credentials::Create(std::move(options)).status(),
            absl::AbortedError("no"));
  CredentialsOptions empty;
  empty.certfile.emplace<Reader>();
  ExpectRefused(Credentials::Create(std::move(empty)), "certfile");
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

TEST(CredentialsTest, UnrelatedCertificatesFollowTheChain) {
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
  // A key of another type, and one of the same.
  for (absl::string_view key : {"server_p256.key", "client_rsa.key"}) {
    const Result result = Create(Cert("server_rsa.pem"), Cert(key));
    ExpectAdvised(result, "the private key in keyfile");
    const Error error = *GetError(result.status());
    EXPECT_EQ(error.library, "X509");
    EXPECT_EQ(error.reason, "KEY_VALUES_MISMATCH");
    EXPECT_EQ(error.subject, "CN=server_rsa,O=Airlock Test");
  }
}

TEST(CredentialsTest, TheLeafIsNotFirst) {
  const Result result = Create(
      Cert("root.pem") + Cert("intermediate.pem") + Cert("server_rsa.pem"),
      Cert("server_rsa.key"));
  ExpectAdvised(result, "the private key in keyfile");
  EXPECT_THAT(result, ReasonIs("KEY_VALUES_MISMATCH"));
}

TEST(CredentialsTest, TheTwoAreSwapped) {
  ExpectAdvised(Create(Cert("server_rsa.key"), Cert("server_rsa.pem")),
                "keyfile");
  ExpectAdvised(Create(Cert("server_rsa_key.der"), Cert("server_rsa_cert.der")),
                "keyfile");
}

TEST(CredentialsTest, SomethingIsMissing) {
  ExpectAdvised(Create(Cert("server_rsa.pem")), "certfile");
  ExpectAdvised(Create(Cert("server_rsa.pem"), Cert("root.pem")), "keyfile");
  ExpectAdvised(Create(Cert("server_rsa_key_first.pem"), Cert("root.pem")),
                "keyfile");
  ExpectAdvised(Create(Cert("server_rsa.key")), "certfile");
  ExpectAdvised(Create(Cert("crl_root.pem"), Cert("server_rsa.key")),
                "certfile");
  ExpectAdvised(Create(kRequest, Cert("server_rsa.key")), "certfile");
}

TEST(CredentialsTest, MoreThanOneKey) {
  ExpectAdvised(Create(Cert("server_rsa.pem"),
                       Cert("server_rsa.key") + Cert("client_rsa.key")),
                "keyfile");
}

TEST(CredentialsTest, UnsupportedKeys) {
  for (absl::string_view name : {"server_ed448", "server_secp256k1"}) {
    ExpectAdvised(Create(Cert(absl::StrCat(name, ".pem")),
                         Cert(absl::StrCat(name, ".key"))),
                  "keyfile");
  }
  for (absl::string_view label : {"OPENSSH", "DSA"}) {
    ExpectAdvised(
        Create(Cert("server_rsa.pem"),
               absl::StrCat("-----BEGIN ", label, " PRIVATE KEY-----\nAAAA\n",
                            "-----END ", label, " PRIVATE KEY-----\n")),
        "keyfile");
  }
}

TEST(CredentialsTest, Empty) {
  ExpectRefused(Create("", Cert("server_rsa.key")), "certfile");
  ExpectRefused(Create(" \n\t", Cert("server_rsa.key")), "certfile");
  CredentialsOptions options;
  options.certfile = Secret(Cert("server_rsa.pem"));
  options.keyfile = Secret();
  ExpectRefused(Credentials::Create(std::move(options)), "keyfile");
  ExpectRefused(Credentials::Create({}), "certfile");
}

TEST(CredentialsTest, APathInsteadOfTheContent) {
  for (absl::string_view path :
       {"/etc/ssl/private", "/etc/ssl/certs/", "server.pem", "./server.crt\n",
        "C:\\certs\\server", "secrets/server", "key.p12", "0.pem",
        "/home/müller/tls"}) {
    ExpectRefused(Create(path), "certfile");
    ExpectRefused(Create(Cert("server_rsa.pem"), path), "keyfile");
  }
}

TEST(CredentialsTest, OtherInputsThatAreNotPem) {
  ExpectRefused(Create("hello"), "certfile");
  ExpectRefused(Create(absl::string_view("\xFF\xFE-\0-\0", 6)), "certfile");
  std::string base64 = Cert("server_rsa.key");
  base64 = base64.substr(28, base64.size() - 28 - 27);
  ASSERT_EQ(base64.substr(0, 2), "MI");
  ExpectRefused(Create(Cert("server_rsa.pem"), base64), "keyfile");
  ExpectRefused(Create("0"), "certfile");
  ExpectAdvised(Create("0\x03\x02\x01\x05"),
                "certfile: DER object 1 (at byte 0)");
}

TEST(CredentialsTest, LostLineBreaks) {
  std::string escaped, folded;
  for (char c : Cert("server_rsa.pem")) {
    escaped += c == '\n' ? "\\n" : std::string(1, c);
    folded += c == '\n' ? ' ' : c;
  }
  ExpectAdvised(Create(escaped, Cert("server_rsa.key")), "certfile: line 1");
  ExpectAdvised(Create(folded, Cert("server_rsa.key")), "certfile: line 1");
}

TEST(CredentialsTest, OneDamagedBlockAmongGoodOnes) {
  ExpectRefused(Create(Cert("server_rsa.pem") + Cert("ca_with_one_bad.pem"),
                       Cert("server_rsa.key")),
                "certfile: block 3 (CERTIFICATE, line 38)");
  ExpectRefused(Create(Cert("server_rsa.pem") + Cert("ca_with_garbage_der.pem"),
                       Cert("server_rsa.key")),
                "certfile: block 3 (CERTIFICATE, line 38)");
  ExpectRefused(Create(Cert("server_rsa.pem") + Cert("ca_truncated.pem"),
                       Cert("server_rsa.key")),
                "certfile: block 3 (CERTIFICATE, line 38)");
}

TEST(CredentialsTest, ADamagedKey) {
  const std::string der = Cert("server_rsa_key.der");
  // Damage in the modulus, and a truncated key.
  std::string damaged = der;
  damaged[100] = static_cast<char>(damaged[100] ^ 1);
  ExpectAdvised(Create(Cert("server_rsa.pem"), damaged), "keyfile");
  ExpectRefused(Create(Cert("server_rsa.pem"), der.substr(0, 1000)),
                "keyfile: DER object 1 (at byte 0)");
}

// Expects the exception of `thrower` to be returned as an error, for each
// callback of an application.
void ExpectCaught(const std::function<absl::StatusOr<Secret>()>& thrower) {
  const auto expect_caught = [](CredentialsOptions options) {
    const Result result = Credentials::Create(std::move(options));
    EXPECT_EQ(GetErrorKind(result.status()), ErrorKind::kCallback)
        << result.status();
  };
  for (const bool of_key : {false, true}) {
    CredentialsOptions options;
    options.certfile = Secret(Cert("server_p256.pem"));
    (of_key ? *(options.keyfile = Material()) : options.certfile) = thrower;
    expect_caught(std::move(options));
  }
  // Some are called from within BoringSSL.
  for (const char* const key :
       {"_encrypted.key", "_encrypted_key.der", "_encrypted_scrypt.key",
        "_traditional_aes128.key", ".p12", "_legacy.p12"}) {
    CredentialsOptions options;
    options.certfile = Secret(Cert("server_p256.pem"));
    options.keyfile = Secret(Cert(absl::StrCat("server_p256", key)));
    options.password = thrower;
    expect_caught(std::move(options));
  }
}

TEST(CredentialsTest, ExceptionsOfReadersAndPasswordCallbacksAreErrors) {
  ExpectCaught([]() -> absl::StatusOr<Secret> {
    throw std::runtime_error("out of cheese");
  });
  ExpectCaught([]() -> absl::StatusOr<Secret> { throw 42; });
  ExpectCaught([]() -> absl::StatusOr<Secret> { throw std::bad_alloc(); });
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
  EXPECT_THAT(result, ErrorIs(ErrorKind::kCredentials, "tls.key"));
  EXPECT_THAT(result, Not(Quotes("hunter2")));

  // Input that was mistaken for PEM or a path may be the secret itself.
  const Result secret = Create(Cert("server_rsa.pem"), "hunter2/hunter2");
  EXPECT_THAT(secret, Not(Quotes("hunter2")));
}

// What tells one mistake from another is in words alone.
TEST(CredentialsTest, TextsSayWhatIsWrong) {
  const std::string rsa = Cert("server_rsa.pem");
  const std::string rsa_key = Cert("server_rsa.key");
  ExpectSaid(Create(rsa, Cert("client_rsa.key")), "does not match");
  ExpectSaid(Create(Cert("root.pem") + Cert("intermediate.pem") + rsa, rsa_key),
             "certificate 3 of 3 matches");
  ExpectSaid(Create(rsa_key, rsa), "the two are swapped");
  ExpectSaid(Create(rsa), "contains no private key");
  ExpectSaid(Create(rsa, Cert("root.pem")),
             "keyfile: contains no private key, only certificates");
  ExpectSaid(Create(Cert("server_rsa_key_first.pem"), Cert("root.pem")),
             "leave keyfile out");
  ExpectSaid(Create(rsa_key), "contains no certificate");
  ExpectSaid(Create(Cert("crl_root.pem"), rsa_key), "X509 CRL");
  ExpectSaid(Create(kRequest, rsa_key), "the CA issued for the request");
  ExpectSaid(Create(rsa, rsa_key + Cert("client_rsa.key")),
             "holds 2 private keys");
  ExpectSaid(Create(Cert("server_ed448.pem"), Cert("server_ed448.key")),
             "not supported");
  ExpectSaid(Create("", rsa_key), "certfile: is empty");
  ExpectSaid(Create("/etc/ssl/private"), "looks like a path");
  ExpectSaid(Create("0"), "is not DER");
  ExpectSaid(Create(rsa, Cert("server_rsa_encrypted.key")),
             "no password was given");
  ExpectSaid(Create(rsa, Cert("server_rsa_encrypted.key"), Password("another")),
             "the password is wrong");
  ExpectSaid(
      Create(rsa, Cert("server_rsa_encrypted_scrypt.key"), Password("airlock")),
      "encrypted in a way that is not supported");
  ExpectSaid(Create(Cert("server_rsa.p12"), "",
                    Password(absl::string_view("airlock\0", 8))),
             "cannot contain a NUL");
  ExpectSaid(Create(Cert("server_rsa_no_mac.p12"), "", Password("airlock")),
             "has no MAC");
}

}  // namespace
}  // namespace airlock::ssl
