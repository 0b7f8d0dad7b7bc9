// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which of several credentials is presented, and when a client presents none.

#include <cstdint>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/options.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;

// RFC 8446, section 4.2.3.
constexpr uint16_t kPkcs1Sha256 = 0x0401;
constexpr uint16_t kEcdsaP256 = 0x0403;
constexpr uint16_t kEcdsaP384 = 0x0503;
constexpr uint16_t kPssSha256 = 0x0804;

constexpr TlsVersion kBoth[] = {TlsVersion::kTls1_2, TlsVersion::kTls1_3};

void Only(TlsVersion version, ContextOptions* options) {
  options->verification.minimum_version = version;
  options->verification.maximum_version = version;
}

// A server with these credentials, in this order.
ContextOptions ServerWith(const std::vector<const char*>& names) {
  ContextOptions options = ServerOptions(names[0]);
  options.credentials.clear();
  for (const char* name : names) {
    options.credentials.push_back(TestCredentials(name));
  }
  return options;
}

// Expects that the server presents `name`.
void ExpectServer(const std::vector<const char*>& credentials,
                  const ContextOptions& client, const char* name) {
  const Connection c = Connect(client, ServerWith(credentials));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(c.client->presented_chain()[0].der(),
            TestCertificates(name)[0].der());
}

// RFC 8422, section 5.1.1: the client's groups are those of ECDSA keys, too.
TEST(CredentialChoiceTest, InTls12TheCurveIsAmongTheClientsGroups) {
  struct Row {
    const char* groups;
    const char* ecdsa;
    bool fits;
  };
  for (const Row& row :
       {Row{"P-256", "server_p256", true},
        Row{"X25519:P-256", "server_p256", true},
        Row{"P-384", "server_p256", false}, Row{"X25519", "server_p256", false},
        Row{"P-384", "server_p384", true},
        Row{"X25519:P-521:P-384", "server_p384", true},
        Row{"X25519:P-256", "server_p384", false},
        Row{"P-521", "server_p384", false}}) {
    SCOPED_TRACE(row.groups);
    ContextOptions client = ClientOptions();
    Only(TlsVersion::kTls1_2, &client);
    client.verification.groups = row.groups;
    const char* name = row.fits ? row.ecdsa : "server_rsa";
    ExpectServer({row.ecdsa, "server_rsa"}, client, name);
  }
}

// In TLS 1.3 the algorithm names the curve, and the groups do not matter.
TEST(CredentialChoiceTest, InTls13TheCurveIsThatOfAnAlgorithm) {
  for (const auto& [algorithm, name] :
       {std::make_pair(kEcdsaP256, "server_rsa"),
        std::make_pair(kEcdsaP384, "server_p384")}) {
    ContextOptions client = ClientOptions();
    Only(TlsVersion::kTls1_3, &client);
    client.verification.groups = "X25519";
    client.peer_signing_algorithms = {algorithm, kPssSha256};
    ExpectServer({"server_p384", "server_rsa"}, client, name);
  }
}

// TLS 1.3 does not sign handshakes with PKCS #1 padding.
TEST(CredentialChoiceTest, InTls13Pkcs1DoesNotMakeAnRsaKeyUsable) {
  ContextOptions client = ClientOptions();
  Only(TlsVersion::kTls1_3, &client);
  client.peer_signing_algorithms = {kPkcs1Sha256, kEcdsaP256};
  ExpectServer({"server_rsa", "server_p256"}, client, "server_p256");
}

// A client with the credentials, and a server that asks for a certificate and
// can use one of the algorithm.
Connection ConnectClient(TlsVersion version,
                         const std::vector<const char*>& names,
                         uint16_t algorithm, VerifyMode mode) {
  ContextOptions client = ClientOptions();
  Only(version, &client);
  for (const char* name : names) {
    client.credentials.push_back(TestCredentials(name));
  }
  ContextOptions server = ServerOptions();
  server.verification.mode = mode;
  server.trust_store = TestTrustStore();
  server.peer_signing_algorithms = {algorithm};
  return Connect(client, server);
}

TEST(CredentialChoiceTest, AClientGoesOnWithoutACertificateOfNoUse) {
  for (const TlsVersion version : kBoth) {
    for (const std::vector<const char*>& names :
         {std::vector<const char*>{"client_rsa"},
          std::vector<const char*>{"client_rsa", "client_ed25519"}}) {
      Connection c =
          ConnectClient(version, names, kEcdsaP256, VerifyMode::kOptional);
      ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
      EXPECT_TRUE(c.server->presented_chain().empty());
      EXPECT_FALSE(c.server->peer_verified());
      c = ConnectClient(version, names, kEcdsaP256, VerifyMode::kRequired);
      EXPECT_EQ(GetError(c.server_status)->reason,
                "PEER_DID_NOT_RETURN_A_CERTIFICATE");
    }
  }
}

TEST(CredentialChoiceTest, AClientPresentsWhatTheServerCanUse) {
  for (const TlsVersion version : kBoth) {
    for (const std::vector<const char*>& names :
         {std::vector<const char*>{"client_p256"},
          std::vector<const char*>{"client_rsa", "client_p256"},
          std::vector<const char*>{"client_p256", "client_rsa"}}) {
      const Connection c =
          ConnectClient(version, names, kEcdsaP256, VerifyMode::kRequired);
      ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
      EXPECT_EQ(c.server->presented_chain()[0].der(),
                TestCertificates("client_p256")[0].der());
    }
  }
}

}  // namespace
}  // namespace airlock::ssl
