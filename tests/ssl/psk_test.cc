// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keys in common in place of certificates.
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::WriteAll;

ErrorKind KindOf(const absl::Status& status) { return GetErrorKind(status); }

// A client and a server that have a key in common, and no certificates.
struct Psk {
  std::string client_key = "a key of many bytes";
  std::string server_key = "a key of many bytes";
  std::string identity = "client";
};

Connection ConnectByPsk(const Psk& psk) {
  ContextOptions client = ClientOptions();
  client.maximum_version = TlsVersion::kTls1_2;
  client.ciphers = "PSK";
  client.psk_client =
      [psk](absl::string_view hint) -> absl::optional<PskIdentity> {
    EXPECT_EQ(hint, "who are you?");
    if (psk.identity.empty()) return absl::nullopt;
    return PskIdentity{psk.identity, Secret(psk.client_key)};
  };
  ContextOptions server = ClientOptions();
  server.ciphers = "PSK";
  server.verify_mode = VerifyMode::kNone;
  server.psk_identity_hint = "who are you?";
  server.psk_server =
      [psk](absl::string_view identity) -> absl::optional<Secret> {
    if (identity != "client") return absl::nullopt;
    return Secret(psk.server_key);
  };
  return Connect(std::move(client), std::move(server));
}

TEST(PskTest, StandsForCertificates) {
  Connection c = ConnectByPsk({});
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_TRUE(absl::StrContains(c.client->info()->cipher.name, "PSK"));
  EXPECT_FALSE(c.client->peer_certificate().has_value());
  EXPECT_FALSE(c.client->peer_verified());
  EXPECT_EQ(KindOf(c.client->MatchHostname("localhost")), ErrorKind::kHostname);
  ASSERT_TRUE(WriteAll(c.client.get(), "ping").ok());
  EXPECT_EQ(*ReadSome(c.server.get()), "ping");
}

TEST(PskTest, HasToBeTheSame) {
  Psk psk;
  psk.server_key = "another key";
  EXPECT_FALSE(ConnectByPsk(psk).server_status.ok());
  for (const std::string& key : {std::string(), std::string(257, 'x')}) {
    psk = Psk();
    psk.client_key = key;
    EXPECT_FALSE(ConnectByPsk(psk).client_status.ok());
    psk = Psk();
    psk.server_key = key;
    EXPECT_FALSE(ConnectByPsk(psk).server_status.ok());
  }
}

TEST(PskTest, IdentityIsRefused) {
  Psk psk;
  psk.identity = "nobody";
  Connection c = ConnectByPsk(psk);
  ASSERT_EQ(KindOf(c.client_status), ErrorKind::kPeerAlert);
  EXPECT_EQ(GetError(c.client_status)->alert, 115);  // unknown_psk_identity
  for (const std::string& identity :
       {std::string(), std::string("cli\0ent", 7), std::string(129, 'x')}) {
    psk.identity = identity;
    EXPECT_EQ(KindOf(ConnectByPsk(psk).client_status), ErrorKind::kProtocol);
  }
}

TEST(PskTest, DoesNotSpareCertificatesTheirVerification) {
  // A server without the key tries its luck with a certificate.
  ContextOptions client = ClientOptions();
  client.maximum_version = TlsVersion::kTls1_2;
  client.ciphers = "PSK:ALL";
  client.psk_client = [](absl::string_view) {
    return absl::optional<PskIdentity>(PskIdentity{"client", Secret("key")});
  };
  Connection c = Connect(std::move(client), ServerOptions("server_other"));
  EXPECT_EQ(KindOf(c.client_status), ErrorKind::kVerification);
}

// A connection with a server whose sni callback chooses `chosen`.
Connection ConnectWithChoice(absl::string_view client_ciphers,
                             ContextOptions first, ContextOptions chosen) {
  auto context = Context::Create(std::move(chosen));
  EXPECT_TRUE(context.ok()) << context.status();
  ContextOptions client = ClientOptions();
  client.maximum_version = TlsVersion::kTls1_2;
  client.ciphers = std::string(client_ciphers);
  client.psk_client = [](absl::string_view hint) {
    EXPECT_EQ(hint, "chosen");
    return absl::optional<PskIdentity>(PskIdentity{"client", Secret("key")});
  };
  first.sni = [context](Socket&, const absl::optional<std::string>&) {
    SniDecision decision;
    decision.context = *context;
    return absl::StatusOr<SniDecision>(decision);
  };
  return Connect(std::move(client), std::move(first));
}

TEST(PskTest, IsOfTheContextThatTheSniCallbackChooses) {
  const auto with_psk = [](absl::string_view hint) {
    ContextOptions options = ServerOptions();
    options.ciphers = "PSK:ALL";
    options.psk_identity_hint = std::string(hint);
    options.psk_server = [](absl::string_view) {
      return absl::optional<Secret>(Secret("key"));
    };
    return options;
  };
  ContextOptions without = ServerOptions();
  without.ciphers = "PSK:ALL";
  Connection c = ConnectWithChoice("PSK", with_psk("first"), ServerOptions());
  EXPECT_EQ(KindOf(c.server_status), ErrorKind::kProtocol);
  EXPECT_EQ(KindOf(c.client_status), ErrorKind::kPeerAlert);
  c = ConnectWithChoice("PSK:ALL", with_psk("first"), ServerOptions());
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_TRUE(c.client->peer_verified());
  c = ConnectWithChoice("PSK", std::move(without), with_psk("chosen"));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_FALSE(c.client->peer_certificate().has_value());
}

}  // namespace
}  // namespace airlock::ssl
