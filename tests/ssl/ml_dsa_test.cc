// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// ML-DSA in keys, certificates and handshakes. testdata/make_mldsa made what is
// used here, with OpenSSL.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/credentials.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/sign.h"
#include "ssl/socket.h"
#include "ssl/trust_store.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using airlock::testing::ClientOptions;
using airlock::testing::Connect;
using airlock::testing::Connection;
using airlock::testing::MakeContext;
using airlock::testing::ReadTestdata;
using airlock::testing::ServerOptions;
using airlock::testing::TestCredentials;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Set {
  int number;
  KeyType type;
  uint16_t scheme;
  int strongest_level;
};

constexpr Set kSets[] = {{44, KeyType::kMlDsa44, 0x0904, 3},
                         {65, KeyType::kMlDsa65, 0x0905, 4},
                         {87, KeyType::kMlDsa87, 0x0906, 5}};

std::string Read(absl::string_view name) {
  return ReadTestdata(absl::StrCat("mldsa/", name));
}

absl::StatusOr<std::shared_ptr<const Credentials>> Load(
    absl::string_view certificate, absl::string_view key) {
  CredentialsOptions options;
  options.certfile = Secret(Read(certificate));
  options.keyfile = Material(Secret(Read(key)));
  return Credentials::Create(std::move(options));
}

std::string Name(const Set& set) { return absl::StrCat("mldsa", set.number); }

std::shared_ptr<const Credentials> Of(const Set& set) {
  auto made = Load(Name(set) + ".pem", Name(set) + ".key");
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

std::shared_ptr<const TrustStore> Ca() {
  auto made = TrustStore::Create(Read("ca.pem"), "ca.pem");
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

ContextOptions Client() {
  ContextOptions options = ClientOptions();
  options.trust_store = Ca();
  return options;
}

ContextOptions Server(std::vector<std::shared_ptr<const Credentials>> all) {
  ContextOptions options = ServerOptions();
  options.credentials = std::move(all);
  return options;
}

std::string Said(const absl::Status& status) {
  return std::string(status.message());
}

TEST(MlDsaTest, TheOtherEngineIsNamed) {
  if (HasMlDsa()) GTEST_SKIP() << "this engine has ML-DSA";
  const auto need =
      AllOf(HasSubstr("ML-DSA-65"), HasSubstr("ML-DSA needs a later BoringSSL"),
            HasSubstr("--config=upstream"));
  for (const char* key :
       {"mldsa65.key", "seed_and_expanded.key", "expanded.key"}) {
    EXPECT_THAT(Said(Load("mldsa65.pem", key).status()), need) << key;
  }
  // A key of another type is not at fault.
  EXPECT_THAT(Said(Load("mldsa65.pem", "p256.key").status()), need);
  CredentialsOptions signing;
  signing.certfile = Secret(Read("mldsa65.pem"));
  signing.signer = [](uint16_t, absl::string_view) {
    return absl::StatusOr<std::string>("");
  };
  EXPECT_THAT(Said(Credentials::Create(std::move(signing)).status()), need);
  // The certificate itself is for P-256, but an ML-DSA key has signed it.
  ContextOptions server = Server({*Load("p256.pem", "p256.key")});
  const Connection c = Connect(Client(), std::move(server));
  EXPECT_EQ(GetErrorKind(c.client_status), ErrorKind::kVerification);
  EXPECT_THAT(Said(c.client_status),
              AllOf(HasSubstr("ML-DSA-87"),
                    HasSubstr("ML-DSA needs a later BoringSSL")));
  ContextOptions client = Client();
  client.peer_signing_algorithms = {0x0905};
  EXPECT_THAT(Said(Context::Create(std::move(client)).status()),
              HasSubstr("ML-DSA needs a later BoringSSL"));
}

TEST(MlDsaTest, CertificatesAreDescribedByEachEngine) {
  for (const Set& set : kSets) {
    const auto certificate = Certificate::FromPem(Read(Name(set) + ".pem"));
    ASSERT_TRUE(certificate.ok()) << certificate.status();
    EXPECT_EQ(certificate->public_key().type,
              absl::StrCat("ML-DSA-", set.number));
    EXPECT_EQ(certificate->signature().name, "ML-DSA-87");
    EXPECT_FALSE(certificate->signature().broken_digest);
  }
}

class MlDsaEngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HasMlDsa()) GTEST_SKIP() << MlDsaNeed();
  }
};

TEST_F(MlDsaEngineTest, ServersAndClientsPresentIt) {
  for (const Set& set : kSets) {
    ContextOptions client = Client();
    client.credentials = {Of(set)};
    ContextOptions server = Server({Of(set)});
    server.verification.mode = VerifyMode::kRequired;
    server.trust_store = Ca();
    const Connection c = Connect(std::move(client), std::move(server));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.client->info()->peer_signing_algorithm, set.scheme);
    EXPECT_EQ(c.server->info()->peer_signing_algorithm, set.scheme);
    EXPECT_TRUE(c.client->peer_verified());
    EXPECT_TRUE(c.server->peer_verified());
  }
}

TEST_F(MlDsaEngineTest, AnMlDsaCaSignsOtherKeys) {
  const Connection c =
      Connect(Client(), Server({*Load("p256.pem", "p256.key")}));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(c.client->info()->peer_signing_algorithm, 0x0403);
}

TEST_F(MlDsaEngineTest, ASignatureOfAnotherCaIsRefused) {
  ContextOptions client = ClientOptions();  // Trusts RSA and ECDSA CAs.
  const Connection c = Connect(std::move(client), Server({Of(kSets[1])}));
  EXPECT_EQ(GetErrorKind(c.client_status), ErrorKind::kVerification);
  std::string damaged = Read("mldsa65.pem");
  // In the signature, which ends the certificate.
  char& digit = damaged[damaged.rfind("-----END") - 100];
  digit = digit == 'A' ? 'B' : 'A';
  CredentialsOptions options;
  options.certfile = Secret(damaged);
  options.keyfile = Material(Secret(Read("mldsa65.key")));
  const Connection d =
      Connect(Client(), Server({*Credentials::Create(std::move(options))}));
  EXPECT_EQ(GetErrorKind(d.client_status), ErrorKind::kVerification);
}

TEST_F(MlDsaEngineTest, AServerWithSeveralKeysFollowsTheClient) {
  const auto server = MakeContext(
      Server({Of(kSets[0]), Of(kSets[1]), *Load("p256.pem", "p256.key")}));
  const auto signed_with = [&](ContextOptions client) {
    const Connection c = Connect(MakeContext(std::move(client)), server);
    EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
    return c.ok() ? c.client->info()->peer_signing_algorithm : 0;
  };
  EXPECT_EQ(signed_with(Client()), 0x0904);
  ContextOptions one = Client();
  one.peer_signing_algorithms = {0x0905};
  EXPECT_EQ(signed_with(std::move(one)), 0x0905);
  ContextOptions classical = Client();
  classical.peer_signing_algorithms = {0x0403};
  EXPECT_EQ(signed_with(std::move(classical)), 0x0403);
  ContextOptions old = Client();
  old.verification.maximum_version = TlsVersion::kTls1_2;
  EXPECT_EQ(signed_with(std::move(old)), 0x0403);
}

TEST_F(MlDsaEngineTest, NeedsTls13) {
  ContextOptions server = Server({Of(kSets[0]), Of(kSets[2])});
  server.verification.maximum_version = TlsVersion::kTls1_2;
  const absl::Status refused = Context::Create(std::move(server)).status();
  EXPECT_EQ(GetErrorKind(refused), ErrorKind::kInvalidArgument);
  EXPECT_THAT(Said(refused), HasSubstr("TLS 1.3"));
  ContextOptions client = Client();
  client.verification.maximum_version = TlsVersion::kTls1_2;
  const Connection c = Connect(std::move(client), Server({Of(kSets[0])}));
  EXPECT_EQ(GetErrorKind(c.client_status), ErrorKind::kPeerAlert);
}

TEST_F(MlDsaEngineTest, SecurityLevels) {
  for (const Set& set : kSets) {
    for (int level = 0; level <= 5; ++level) {
      ContextOptions server = Server({Of(set)});
      server.verification.security_level = level;
      const absl::Status made = Context::Create(std::move(server)).status();
      EXPECT_EQ(made.ok(), level <= set.strongest_level)
          << set.number << " " << level << " " << made;
      if (made.ok()) continue;
      EXPECT_THAT(Said(made), HasSubstr(absl::StrCat("ML-DSA-", set.number,
                                                     " is below level")));
    }
  }
}

// OpenSSL's own forms, of which BoringSSL reads one.
TEST_F(MlDsaEngineTest, KeysHaveToBeSeeds) {
  for (const char* key : {"seed_and_expanded.key", "expanded.key"}) {
    const absl::Status refused = Load("mldsa65.pem", key).status();
    EXPECT_EQ(GetErrorKind(refused), ErrorKind::kCredentials);
    EXPECT_THAT(Said(refused), AllOf(HasSubstr("ML-DSA-65"),
                                     HasSubstr("output_formats=seed-only")));
  }
  const absl::Status other = Load("mldsa65.pem", "mldsa44.key").status();
  EXPECT_EQ(GetError(other)->reason, "KEY_VALUES_MISMATCH");
}

TEST_F(MlDsaEngineTest, ASignerCanHaveTheKey) {
  for (const Set& set : kSets) {
    const auto key = Of(set);
    EXPECT_EQ(key->key_type(), set.type);
    EXPECT_THAT(SignatureSchemes(*key), ElementsAre(set.scheme));
    EXPECT_FALSE(Sign(*key, 0x0403, "x").ok());
    CredentialsOptions options;
    options.certfile = Secret(Read(Name(set) + ".pem"));
    options.signer = [&key](uint16_t scheme, absl::string_view input) {
      return Sign(*key, scheme, input);
    };
    const auto signing = Credentials::Create(std::move(options));
    ASSERT_TRUE(signing.ok()) << signing.status();
    const Connection c = Connect(Client(), Server({*signing}));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.client->info()->peer_signing_algorithm, set.scheme);
  }
}

}  // namespace
}  // namespace airlock::ssl
