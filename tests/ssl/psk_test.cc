// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Pre-shared keys in place of certificates.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/later.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"
#include "tests/support/shaky_transport.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::Shakiness;
using ::airlock::testing::WrapShaky;
using ::airlock::testing::WriteAll;

ErrorKind KindOf(const absl::Status& status) { return GetErrorKind(status); }

// A client and a server with a pre-shared key and without certificates.
struct Psk {
  std::string client_key = "a key of many bytes";
  std::string server_key = "a key of many bytes";
  std::string identity = "client";
};

Connection ConnectByPsk(const Psk& psk) {
  ContextOptions client = ClientOptions();
  client.verification.maximum_version = TlsVersion::kTls1_2;
  client.ciphers = "PSK";
  client.psk_client =
      [psk](absl::string_view hint) -> std::optional<PskIdentity> {
    EXPECT_EQ(hint, "who are you?");
    if (psk.identity.empty()) return std::nullopt;
    return PskIdentity{psk.identity, Secret(psk.client_key)};
  };
  ContextOptions server = ClientOptions();
  server.ciphers = "PSK";
  server.verification.mode = VerifyMode::kNone;
  server.psk_identity_hint = "who are you?";
  server.psk_server =
      [psk](absl::string_view identity) -> std::optional<Secret> {
    if (identity != "client") return std::nullopt;
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
  // A server without the key tries a certificate.
  ContextOptions client = ClientOptions();
  client.verification.maximum_version = TlsVersion::kTls1_2;
  client.ciphers = "PSK:ALL";
  client.psk_client = [](absl::string_view) {
    return std::optional<PskIdentity>(PskIdentity{"client", Secret("key")});
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
  client.verification.maximum_version = TlsVersion::kTls1_2;
  client.ciphers = std::string(client_ciphers);
  client.psk_client = [](absl::string_view hint) {
    EXPECT_EQ(hint, "chosen");
    return std::optional<PskIdentity>(PskIdentity{"client", Secret("key")});
  };
  first.sni = [context](Socket&, const std::optional<std::string>&) {
    SniDecision decision;
    decision.context = *context;
    return absl::StatusOr<SniDecision>(decision);
  };
  return Connect(std::move(client), std::move(first));
}

TEST(PskTest, ComesFromTheContextThatTheSniCallbackChooses) {
  const auto with_psk = [](absl::string_view hint) {
    ContextOptions options = ServerOptions();
    options.ciphers = "PSK:ALL";
    options.psk_identity_hint = std::string(hint);
    options.psk_server = [](absl::string_view) {
      return std::optional<Secret>(Secret("key"));
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

// ---- Callbacks that return Later()

constexpr int kTimes = 2;  // How often a callback returns Later().

// What a callback returns in the end.
enum class Says { kKey, kNothing, kError, kThrows };

struct Late {
  std::string client_ciphers = "PSK";
  Says client = Says::kKey;
  Says server = Says::kKey;
  std::string hint = "who are you?";
  Shakiness shakiness;
  bool by_sni = false;  // The server's callback comes with a context by SNI.
};

struct LateOutcome {
  Connection connection;
  int client_calls = 0;
  int server_calls = 0;
  int client_waits = 0;
  int server_waits = 0;
};

// Counts, and returns Later() kTimes.
template <typename T>
absl::StatusOr<std::optional<T>> SayLate(int* calls, Says says, T key) {
  if ((*calls)++ < kTimes) return Later();
  switch (says) {
    case Says::kKey:
      return {std::move(key)};
    case Says::kNothing:
      return {std::nullopt};
    case Says::kError:
      return absl::DataLossError("the key is lost");
    case Says::kThrows:
      break;
  }
  throw std::runtime_error("an application's");
}

void ConnectLate(const Late& late, LateOutcome* outcome) {
  ContextOptions client = ClientOptions();
  client.verification.maximum_version = TlsVersion::kTls1_2;
  client.ciphers = late.client_ciphers;
  client.psk_client = [&late, outcome](absl::string_view hint) {
    EXPECT_EQ(hint, late.hint);
    return SayLate(&outcome->client_calls, late.client,
                   PskIdentity{"client", Secret("the key")});
  };
  ContextOptions server = ServerOptions();
  server.ciphers = "PSK:ALL";
  server.psk_identity_hint = late.hint;
  server.psk_server = [&late, outcome](absl::string_view identity) {
    EXPECT_EQ(identity, "client");
    return SayLate(&outcome->server_calls, late.server, Secret("the key"));
  };
  if (late.by_sni) {
    const auto chosen = MakeContext(std::move(server));
    server = ServerOptions();
    server.ciphers = "PSK:ALL";
    server.sni =
        [chosen, calls = std::make_shared<int>(0)](
            Socket&,
            const std::optional<std::string>&) -> absl::StatusOr<SniDecision> {
      if ((*calls)++ == 0) return Later();
      SniDecision decision;
      decision.context = chosen;
      return decision;
    };
  }
  outcome->connection =
      WrapShaky(MakeContext(std::move(client)), MakeContext(std::move(server)),
                late.shakiness, late.shakiness);
  Connection& c = outcome->connection;
  const auto step = [](Socket* socket, int* waits, absl::Status* status) {
    if (!status->ok()) return;
    const IoResult result = socket->Handshake();
    if (result.want_callback() && result.callback() == LateCallback::kPsk) {
      ++*waits;
    }
    if (result.failed()) *status = result.status();
  };
  for (int i = 0; i < 20; ++i) {
    step(c.client.get(), &outcome->client_waits, &c.client_status);
    step(c.server.get(), &outcome->server_waits, &c.server_status);
  }
}

TEST(LatePskTest, ComesLaterOnBothSides) {
  for (const char* const ciphers :
       {"PSK-AES128-CBC-SHA", "ECDHE-PSK-AES128-CBC-SHA"}) {
    for (const char* const hint : {"who are you?", ""}) {
      for (const size_t at_once : {size_t{1}, size_t{6}, size_t{100000}}) {
        for (const bool by_sni : {true, false}) {
          Late late;
          late.client_ciphers = ciphers;
          late.hint = hint;
          late.shakiness.most_at_once = at_once;
          late.by_sni = by_sni;
          LateOutcome outcome;
          ConnectLate(late, &outcome);
          Connection& c = outcome.connection;
          ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
          ASSERT_TRUE(c.server->handshake_done());
          EXPECT_EQ(c.server->info()->cipher.name, ciphers);
          EXPECT_EQ(outcome.client_waits, kTimes);
          EXPECT_EQ(outcome.server_waits, kTimes);
          EXPECT_EQ(outcome.client_calls, kTimes + 1);
          EXPECT_EQ(outcome.server_calls, kTimes + 1);
          ASSERT_TRUE(WriteAll(c.client.get(), "ping").ok());
          EXPECT_EQ(*ReadSome(c.server.get()), "ping");
          const Traffic client = c.client->traffic();
          const Traffic server = c.server->traffic();
          EXPECT_EQ(client.transport_sent, server.transport_received);
          EXPECT_EQ(client.transport_received, server.transport_sent);
        }
      }
    }
  }
}

TEST(LatePskTest, IsRefusedLater) {
  for (const Says says : {Says::kNothing, Says::kError, Says::kThrows}) {
    Late late;
    late.server = says;
    LateOutcome outcome;
    ConnectLate(late, &outcome);
    EXPECT_EQ(outcome.server_waits, kTimes);
    EXPECT_EQ(outcome.server_calls, kTimes + 1);
    EXPECT_EQ(
        KindOf(outcome.connection.server_status),
        says == Says::kNothing ? ErrorKind::kProtocol : ErrorKind::kCallback);
    ASSERT_EQ(KindOf(outcome.connection.client_status), ErrorKind::kPeerAlert);
    EXPECT_EQ(GetError(outcome.connection.client_status)->alert, 115);
    EXPECT_FALSE(outcome.connection.server->handshake_done());

    late = Late();
    late.client = says;
    LateOutcome other;
    ConnectLate(late, &other);
    EXPECT_EQ(other.client_waits, kTimes);
    EXPECT_EQ(
        KindOf(other.connection.client_status),
        says == Says::kNothing ? ErrorKind::kProtocol : ErrorKind::kCallback);
    EXPECT_EQ(other.server_calls, 0);
    EXPECT_FALSE(other.connection.client->handshake_done());
  }
}

// If the peer chooses a certificate, the callback is not called.
TEST(LatePskTest, IsNotAskedForWithoutNeed) {
  ContextOptions client = ClientOptions();
  client.ciphers = "PSK:ALL";
  client.psk_client =
      [](absl::string_view) -> absl::StatusOr<std::optional<PskIdentity>> {
    ADD_FAILURE();
    return Later();
  };
  for (const TlsVersion version : {TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    client.verification.maximum_version = version;
    ContextOptions server = ServerOptions();
    server.psk_server =
        [](absl::string_view) -> absl::StatusOr<std::optional<Secret>> {
      ADD_FAILURE();
      return Later();
    };
    const Connection c = Connect(client, std::move(server));
    EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
  }
}

}  // namespace
}  // namespace airlock::ssl
