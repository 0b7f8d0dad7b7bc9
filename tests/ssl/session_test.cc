// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/session.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/error.h"
#include "ssl/insecure.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::Established;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::Reused;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTime;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WithSession;
using ::airlock::testing::WriteAll;

ErrorKind KindOf(const absl::Status& status) { return GetErrorKind(status); }

// The ways to store a session.
enum class Means { kTls12Id, kTls12Ticket, kTls13 };

class SessionTest : public ::testing::TestWithParam<Means> {
 protected:
  ContextOptions Client() const {
    ContextOptions options = ClientOptions();
    options.verification.maximum_version =
        GetParam() == Means::kTls13 ? TlsVersion::kTls1_3 : TlsVersion::kTls1_2;
    options.session_tickets = GetParam() != Means::kTls12Id;
    return options;
  }
};

std::string MeansName(const ::testing::TestParamInfo<Means>& param) {
  constexpr const char* kNames[] = {"Tls12Id", "Tls12Ticket", "Tls13"};
  return kNames[static_cast<int>(param.param)];
}

INSTANTIATE_TEST_SUITE_P(All, SessionTest,
                         ::testing::Values(Means::kTls12Id, Means::kTls12Ticket,
                                           Means::kTls13),
                         MeansName);

TEST_P(SessionTest, IsResumed) {
  const auto client = MakeContext(Client());
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(client, server);
  EXPECT_EQ(session->has_ticket(), GetParam() != Means::kTls12Id);
  Connection c = Connect(client, server, WithSession(session));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_TRUE(Reused(c));
  // The verified chain is available again.
  EXPECT_TRUE(c.client->peer_verified());
  EXPECT_EQ(c.client->presented_chain().size(), 2u);
  EXPECT_EQ(c.client->verified_chain().size(), 3u);
  ASSERT_TRUE(WriteAll(c.client.get(), "ping").ok());
  EXPECT_EQ(*ReadSome(c.server.get()), "ping");
}

TEST_P(SessionTest, IsCountedOnBothSides) {
  const auto client = MakeContext(Client());
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(client, server);
  EXPECT_EQ(server->session_statistics().number,
            GetParam() == Means::kTls12Id ? 1u : 0u);
  ASSERT_TRUE(Reused(Connect(client, server, WithSession(session))));
  SocketOptions elsewhere = LocalhostOptions();
  elsewhere.server_hostname = "elsewhere.test";
  ASSERT_FALSE(Connect(client, server, elsewhere).ok());

  const SessionStatistics ours = client->session_statistics();
  EXPECT_EQ(ours.connect, 3u);
  EXPECT_EQ(ours.connect_good, 2u);
  EXPECT_EQ(ours.accept, 0u);
  EXPECT_EQ(ours.hits, 1u);
  EXPECT_EQ(ours.number, 0u);
  const SessionStatistics theirs = server->session_statistics();
  EXPECT_EQ(theirs.accept, 3u);
  EXPECT_EQ(theirs.accept_good, 2u);
  EXPECT_EQ(theirs.connect, 0u);
  EXPECT_EQ(theirs.hits, 1u);
  EXPECT_EQ(theirs.misses, 0u);

  // Another server does not know it.
  const auto other = MakeContext(ServerOptions());
  Connection c = Connect(client, other, WithSession(session));
  ASSERT_TRUE(c.ok()) << c.client_status;
  EXPECT_FALSE(Reused(c));
  EXPECT_EQ(other->session_statistics().misses, 1u);
  EXPECT_EQ(other->session_statistics().hits, 0u);
}

TEST_P(SessionTest, SurvivesSerialisation) {
  const auto client = MakeContext(Client());
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(client, server);
  const auto bytes = session->Serialize();
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto restored = Session::Deserialize(bytes->view());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ((*restored)->id(), session->id());
  EXPECT_EQ((*restored)->time(), session->time());
  EXPECT_EQ((*restored)->timeout(), session->timeout());
  EXPECT_EQ((*restored)->has_ticket(), session->has_ticket());
  // In a process with a new context.
  Connection c = Connect(MakeContext(Client()), server, WithSession(*restored));
  ASSERT_TRUE(c.ok()) << c.client_status;
  EXPECT_TRUE(Reused(c));
  EXPECT_TRUE(c.client->peer_verified());
}

TEST_P(SessionTest, OfOneHostDoesNotWorkForAnother) {
  const auto client = MakeContext(Client());
  const auto server = MakeContext(ServerOptions());
  SocketOptions options = WithSession(Established(client, server));
  options.server_hostname = "elsewhere.test";
  Connection c = Connect(client, server, options);
  EXPECT_EQ(KindOf(c.client_status), ErrorKind::kHostname) << c.client_status;
  EXPECT_EQ(GetError(c.client_status)->verify_code, 62);
  EXPECT_FALSE(c.client->peer_verified());
  EXPECT_EQ(KindOf(WriteAll(c.client.get(), "secret")), ErrorKind::kHostname);
  // With another name in the same certificate, a ticket is not resumed (RFC
  // 6066, section 3).
  options.server_hostname = "server.test";
  Connection other = Connect(client, server, options);
  EXPECT_TRUE(other.ok()) << other.client_status;
  EXPECT_EQ(Reused(other), GetParam() == Means::kTls12Id);
}

TEST_P(SessionTest, OfANoLongerTrustedPeerIsRefused) {
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(MakeContext(Client()), server);
  ContextOptions options = Client();
  options.trust_store = TestTrustStore("other_root.pem");
  Connection c =
      Connect(MakeContext(std::move(options)), server, WithSession(session));
  EXPECT_EQ(KindOf(c.client_status), ErrorKind::kVerification)
      << c.client_status;
  EXPECT_EQ(GetError(c.client_status)->verify_code, 20);
}

TEST_P(SessionTest, OfAnUnverifiedPeerIsVerifiedOnceThatMatters) {
  ContextOptions options = Client();
  options.verification.mode = VerifyMode::kNone;
  options.unverified_clients = InsecureAllowUnverifiedClients();
  const auto lax = MakeContext(std::move(options));
  const auto strict = MakeContext(Client());
  const auto bad = MakeContext(ServerOptions("server_other"));
  Connection refused = Connect(strict, bad, WithSession(Established(lax, bad)));
  EXPECT_EQ(KindOf(refused.client_status), ErrorKind::kVerification)
      << refused.client_status;
  const auto good = MakeContext(ServerOptions());
  Connection c = Connect(strict, good, WithSession(Established(lax, good)));
  ASSERT_TRUE(c.ok()) << c.client_status;
  EXPECT_TRUE(Reused(c));
  EXPECT_TRUE(c.client->peer_verified());
}

TEST_P(SessionTest, OfACertificateThatExpiredMeanwhileIsRefused) {
  const absl::Time last =
      absl::FromCivil(absl::CivilSecond(2011, 1, 1), absl::UTCTimeZone()) -
      absl::Seconds(1);
  ContextOptions server_options = ServerOptions("expired");
  server_options.clock = [last] { return last; };
  const auto server = MakeContext(std::move(server_options));
  absl::Time now = last;
  ContextOptions options = Client();
  options.clock = [&now] { return now; };
  options.verification.flags.partial_chain = true;
  options.trust_store = TestTrustStore("expired.pem");
  const auto client = MakeContext(std::move(options));
  const auto session = Established(client, server);
  ASSERT_TRUE(Reused(Connect(client, server, WithSession(session))));
  now += absl::Seconds(2);
  Connection c = Connect(client, server, WithSession(session));
  EXPECT_EQ(KindOf(c.client_status), ErrorKind::kVerification)
      << c.client_status;
  EXPECT_EQ(GetError(c.client_status)->verify_code, 10);
}

TEST_P(SessionTest, IsForClientsOnly) {
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(MakeContext(Client()), server);
  SocketOptions options;
  options.side = Side::kServer;
  options.session = session;
  EXPECT_EQ(
      KindOf(WrapSocket(server, platform::MakeMemoryTransports().first, options)
                 .status()),
      ErrorKind::kInvalidArgument);
}

TEST_P(SessionTest, ClocksThatAreFarOffAreSurvived) {
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(MakeContext(Client()), server);
  for (const absl::Time now : {absl::InfinitePast(), absl::FromUnixSeconds(-1),
                               absl::UnixEpoch(), absl::InfiniteFuture()}) {
    ContextOptions options = Client();
    options.clock = [now] { return now; };
    const auto client = MakeContext(std::move(options));
    for (const SocketOptions& socket :
         {LocalhostOptions(), WithSession(session)}) {
      Connection c = Connect(client, server, socket);
      EXPECT_EQ(KindOf(c.client_status), ErrorKind::kVerification);
    }
  }
}

TEST_P(SessionTest, IsNotOfferedOnceItTimedOut) {
  absl::Time now = TestTime();
  ContextOptions client_options = Client();
  client_options.clock = [&now] { return now; };
  const auto client = MakeContext(std::move(client_options));
  ContextOptions server_options = ServerOptions();
  server_options.clock = [&now] { return now; };
  server_options.session_timeout = absl::Minutes(10);
  const auto server = MakeContext(std::move(server_options));
  const auto session = Established(client, server);
  now += absl::Minutes(9);
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(session))));
  now += absl::Minutes(2);
  Connection c = Connect(client, server, WithSession(session));
  ASSERT_TRUE(c.ok()) << c.client_status;
  EXPECT_FALSE(Reused(c));
}

TEST_P(SessionTest, IsOfTheServerThatAskedTheSameOfItsClients) {
  const auto client_options = [this] {
    ContextOptions options = Client();
    options.credentials = {TestCredentials("client_p256")};
    return options;
  };
  const auto client = MakeContext(client_options());
  ContextOptions server_options = ServerOptions();
  const auto key = std::make_shared<const Secret>(std::string(48, 'k'));
  // One ticket key, as on all machines of one platform.
  server_options.ticket_keys = {key};
  const auto open = MakeContext(server_options);
  server_options.verification.mode = VerifyMode::kRequired;
  server_options.trust_store = TestTrustStore();
  const auto closed = MakeContext(server_options);
  const auto twin = MakeContext(server_options);
  server_options.session_id_context = "another application";
  const auto other = MakeContext(server_options);
  if (GetParam() == Means::kTls12Id) return;  // Not shared at all.

  const auto unverified = Established(client, open);
  Connection c = Connect(client, closed, WithSession(unverified));
  ASSERT_TRUE(c.ok()) << c.server_status;
  EXPECT_FALSE(Reused(c));
  EXPECT_TRUE(c.server->peer_verified());

  const auto verified = Established(client, closed);
  c = Connect(client, twin, WithSession(verified));
  EXPECT_TRUE(Reused(c));
  EXPECT_TRUE(c.server->peer_verified());
  EXPECT_EQ(c.server->verified_chain().size(), 2u);
  EXPECT_FALSE(Reused(Connect(client, other, WithSession(verified))));
}

TEST_P(SessionTest, WithoutARequiredClientCertificateIsNotResumed) {
  const auto client = MakeContext(Client());
  ContextOptions options = ServerOptions();
  options.ticket_keys = {std::make_shared<const Secret>(std::string(48, 'k'))};
  options.verification.mode = VerifyMode::kOptional;
  options.trust_store = TestTrustStore();
  const auto optional = MakeContext(options);
  options.verification.mode = VerifyMode::kRequired;
  const auto required = MakeContext(options);
  Connection c =
      Connect(client, required, WithSession(Established(client, optional)));
  EXPECT_EQ(KindOf(c.server_status), ErrorKind::kProtocol) << c.server_status;
}

TEST_P(SessionTest, OfAClientIsVerifiedAgain) {
  ContextOptions options = Client();
  options.credentials = {TestCredentials("client_p256")};
  const auto client = MakeContext(std::move(options));
  ContextOptions server_options = ServerOptions();
  server_options.verification.mode = VerifyMode::kRequired;
  server_options.trust_store = TestTrustStore();
  bool revoked = false;
  int calls = 0;
  server_options.verify = [&](const Socket&, const VerifiedPeer& peer) {
    ++calls;
    EXPECT_EQ(peer.verified.size(), 2u);
    return revoked ? absl::PermissionDeniedError("revoked") : absl::OkStatus();
  };
  const auto server = MakeContext(std::move(server_options));
  const auto session = Established(client, server);
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(session))));
  EXPECT_EQ(calls, 2);
  revoked = true;
  Connection c = Connect(client, server, WithSession(session));
  EXPECT_EQ(KindOf(c.server_status), ErrorKind::kVerification)
      << c.server_status;
  EXPECT_EQ(KindOf(ReadSome(c.client.get()).status()), ErrorKind::kPeerAlert);
  EXPECT_EQ(KindOf(ReadSome(c.server.get()).status()),
            ErrorKind::kVerification);
}

}  // namespace
}  // namespace airlock::ssl
