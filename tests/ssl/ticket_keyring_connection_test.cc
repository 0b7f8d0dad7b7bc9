// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Connections of servers that share a keyring, or have keyrings with the same
// keys.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/session.h"
#include "ssl/ticket_keyring.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::Established;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::Reused;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestTime;
using ::airlock::testing::WithSession;
using ::airlock::testing::WriteAll;

constexpr absl::Duration kPeriod = absl::Hours(1);

class KeyringConnectionTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  KeyringConnectionTest() {
    for (int i = 0; i < 3; ++i) {
      keys_.push_back(TicketKey::Random(TestTime() + i * kPeriod,
                                        TestTime() + (i + 1) * kPeriod));
    }
    keys_.push_back(
        TicketKey::Random(TestTime(), TestTime() + kPeriod));  // Another fleet.
    ContextOptions options = ClientOptions();
    options.verification.maximum_version = GetParam();
    client_ = MakeContext(std::move(options));
  }

  // With the keys of these numbers.
  std::shared_ptr<TicketKeyring> Keyring(
      const std::vector<size_t>& numbers) const {
    const auto keyring = *TicketKeyring::Create({});
    if (!numbers.empty()) {
      EXPECT_TRUE(Update(keyring.get(), numbers).ok());
    }
    return keyring;
  }

  absl::Status Update(TicketKeyring* keyring,
                      const std::vector<size_t>& numbers) const {
    std::vector<TicketKey> keys;
    for (const size_t number : numbers) keys.push_back(keys_[number].Clone());
    return keyring->Update(std::move(keys), now_);
  }

  // A server on its own machine, whose clock is `skew` ahead.
  ContextOptions Options(std::shared_ptr<TicketKeyring> keyring,
                         absl::Duration skew = absl::ZeroDuration()) const {
    ContextOptions options = ServerOptions();
    options.ticket_keyring = std::move(keyring);
    options.clock = [this, skew] { return now_ + skew; };
    return options;
  }
  std::shared_ptr<const Context> Server(
      std::shared_ptr<TicketKeyring> keyring,
      absl::Duration skew = absl::ZeroDuration()) const {
    return MakeContext(Options(std::move(keyring), skew));
  }

  bool Resumes(const std::shared_ptr<const Context>& server,
               std::shared_ptr<const Session> session) const {
    Connection c = Connect(client_, server, WithSession(std::move(session)));
    EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
    return Reused(c);
  }

  std::vector<TicketKey> keys_;
  absl::Time now_ = TestTime();
  std::shared_ptr<const Context> client_;
};

INSTANTIATE_TEST_SUITE_P(All, KeyringConnectionTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         [](const ::testing::TestParamInfo<TlsVersion>& param) {
                           return param.param == TlsVersion::kTls1_3 ? "Tls13"
                                                                     : "Tls12";
                         });

TEST_P(KeyringConnectionTest, AnyMachineOfTheFleetResumes) {
  const auto session = Established(client_, Server(Keyring({0, 1})));
  ASSERT_TRUE(session->has_ticket());
  EXPECT_TRUE(Resumes(Server(Keyring({0, 1})), session));
  EXPECT_TRUE(Resumes(Server(Keyring({2, 0})), session));
  EXPECT_FALSE(Resumes(Server(Keyring({1, 2})), session));
  EXPECT_FALSE(Resumes(MakeContext(ServerOptions()), session));
}

TEST_P(KeyringConnectionTest, ChangesReachContextsThatExist) {
  const auto keyring = Keyring({0});
  const auto server = Server(keyring);
  const auto session = Established(client_, server);
  const auto elsewhere = Server(Keyring({3}));
  const auto foreign = Established(client_, elsewhere);
  EXPECT_FALSE(Resumes(server, foreign));
  ASSERT_TRUE(Update(keyring.get(), {0, 3}).ok());
  EXPECT_TRUE(Resumes(server, session));
  EXPECT_TRUE(Resumes(server, foreign));
  ASSERT_TRUE(Update(keyring.get(), {3}).ok());
  EXPECT_FALSE(Resumes(server, session));
}

TEST_P(KeyringConnectionTest, ClocksThatDifferByAMinuteResume) {
  for (const auto& [sealing, opening] :
       {std::make_pair(absl::Minutes(1), absl::Minutes(-1)),
        std::make_pair(absl::Minutes(-1), absl::Minutes(1)),
        std::make_pair(absl::Seconds(1), absl::ZeroDuration())}) {
    const auto session = Established(client_, Server(Keyring({0, 1}), sealing));
    EXPECT_TRUE(Resumes(Server(Keyring({0, 1}), opening), session))
        << sealing << " " << opening;
  }
  // A session from further in the future is not one of ours.
  const auto session =
      Established(client_, Server(Keyring({0, 1}), absl::Minutes(3)));
  EXPECT_FALSE(Resumes(Server(Keyring({0, 1})), session));
}

TEST_P(KeyringConnectionTest, WithoutAFreshKeyThereAreNoTickets) {
  const auto keyring = Keyring({0});
  ContextOptions options = Options(keyring);
  options.session_cache_size = 0;
  const auto server = MakeContext(std::move(options));
  const auto session = Established(client_, server);
  now_ += kPeriod + absl::Minutes(1);
  const uint64_t sealed = keyring->counts().sealed;
  // The client offers a ticket, or does not.
  for (const auto& offered : {session, std::shared_ptr<const Session>()}) {
    Connection c = offered == nullptr
                       ? Connect(client_, server)
                       : Connect(client_, server, WithSession(offered));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(Reused(c), offered != nullptr);
    ASSERT_TRUE(WriteAll(c.server.get(), "x").ok());
    ASSERT_TRUE(ReadSome(c.client.get()).ok());
    const auto received = c.client->session();
    // What a resumed TLS 1.2 connection has is the session that it resumed.
    if (GetParam() == TlsVersion::kTls1_3 || offered == nullptr) {
      EXPECT_EQ(received, nullptr);
    }
  }
  EXPECT_EQ(keyring->counts().sealed, sealed);
  EXPECT_GE(keyring->counts().not_sealed, 1u);
  // They come back with a key.
  ASSERT_TRUE(Update(keyring.get(), {0, 1}).ok());
  EXPECT_TRUE(Resumes(server, Established(client_, server)));
}

TEST_P(KeyringConnectionTest, WithoutAFreshKeyAnUnknownTicketIsIgnored) {
  const auto foreign = Established(client_, Server(Keyring({3})));
  ContextOptions options = Options(Keyring({}));
  options.session_cache_size = 0;
  const auto server = MakeContext(std::move(options));
  Connection c = Connect(client_, server, WithSession(foreign));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_FALSE(Reused(c));
  ASSERT_TRUE(WriteAll(c.server.get(), "x").ok());
  ASSERT_TRUE(ReadSome(c.client.get()).ok());
  EXPECT_EQ(c.client->session(), nullptr);
}

TEST_P(KeyringConnectionTest, ASessionIsBoundToPolicyContextAndServerName) {
  const auto keyring = Keyring({0, 1});
  const auto session = Established(client_, Server(keyring));
  ContextOptions context = Options(keyring);
  context.session_id_context = "other";
  EXPECT_FALSE(Resumes(MakeContext(std::move(context)), session));
  ContextOptions policy = Options(keyring);
  policy.verification.mode = VerifyMode::kOptional;
  policy.trust_store = airlock::testing::TestTrustStore();
  EXPECT_FALSE(Resumes(MakeContext(std::move(policy)), session));
  SocketOptions unnamed = WithSession(session);
  unnamed.send_sni = false;
  Connection c = Connect(client_, Server(keyring), std::move(unnamed));
  ASSERT_TRUE(c.ok()) << c.client_status;
  EXPECT_FALSE(Reused(c));
  EXPECT_TRUE(Resumes(Server(keyring), session));
}

TEST_P(KeyringConnectionTest, ATicketThatIsTamperedWithIsIgnored) {
  const auto keyring = Keyring({0});
  const auto session = Established(client_, Server(keyring));
  const auto secret = session->Serialize();
  ASSERT_TRUE(secret.ok());
  std::string bytes(secret->view());
  const size_t ticket = bytes.find(keys_[0].name);
  ASSERT_NE(ticket, std::string::npos);
  bytes[ticket + 60] = static_cast<char>(bytes[ticket + 60] ^ 1);
  const auto tampered = Session::Deserialize(bytes);
  ASSERT_TRUE(tampered.ok()) << tampered.status();
  EXPECT_FALSE(Resumes(Server(keyring), *tampered));
  EXPECT_EQ(keyring->counts().invalid, 1u);
}

TEST_P(KeyringConnectionTest, ATicketEndsWithItsSession) {
  const auto server = Server(Keyring({0, 1, 2}));
  const auto session = Established(client_, server);
  now_ += absl::Hours(2) - absl::Seconds(1);
  EXPECT_TRUE(Resumes(server, session));
  now_ += absl::Seconds(1);
  EXPECT_FALSE(Resumes(server, session));
}

TEST(KeyringOptionsTest, AContextRefusesAShortLifetimeAndTwoSources) {
  TicketKeyringOptions keyring_options;
  keyring_options.lifetime = absl::Hours(1);
  ContextOptions options = ServerOptions();
  options.ticket_keyring = *TicketKeyring::Create(keyring_options);
  EXPECT_EQ(GetErrorKind(Context::Create(options).status()),
            ErrorKind::kInvalidArgument);
  options.session_timeout = absl::Hours(1);
  EXPECT_TRUE(Context::Create(options).ok());
  options.ticket_keys = {std::make_shared<const Secret>(std::string(48, 'k'))};
  EXPECT_EQ(GetErrorKind(Context::Create(options).status()),
            ErrorKind::kInvalidArgument);
}

}  // namespace
}  // namespace airlock::ssl
