// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Connections whose ticket keys another process keeps.
#include "ssl/ticket_keeper.h"

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/later.h"
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
using ::airlock::testing::ShakeHands;
using ::airlock::testing::TestTime;
using ::airlock::testing::WithSession;
using ::airlock::testing::Wrap;
using ::airlock::testing::WriteAll;

// The other process: a keyring that has the keys, and how it answers.
class FakeKeeper final : public TicketKeeper {
 public:
  enum class Mood { kGood, kFails, kThrows, kFew, kMisshapen };

  absl::StatusOr<std::vector<TicketBlank>> Take(size_t count) override {
    if (late-- > 0) return Later();
    late = lateness;
    if (seals == Mood::kFails) return absl::UnavailableError("away");
    if (seals == Mood::kThrows) throw std::runtime_error("thrown");
    std::vector<TicketBlank> blanks;
    for (size_t i = seals == Mood::kFew ? 1 : 0; i < count; ++i) {
      blanks.push_back(*keys->MakeBlank(TestTime()));
      EXPECT_TRUE(nonces.insert(blanks.back().nonce).second);
      if (seals == Mood::kMisshapen) blanks.back().key = Secret("short");
    }
    return blanks;
  }

  absl::StatusOr<std::optional<Secret>> Open(
      absl::string_view server_name, absl::string_view ticket) override {
    if (late-- > 0) return Later();
    late = lateness;
    if (opens == Mood::kFails) return absl::UnavailableError("away");
    if (opens == Mood::kThrows) throw std::runtime_error("thrown");
    return keys->Open(TestTime(), server_name, ticket);
  }

  std::shared_ptr<TicketKeyring> keys =
      *TicketKeyring::CreateOwn(absl::Hours(1), {}, TestTime());
  Mood seals = Mood::kGood;
  Mood opens = Mood::kGood;
  int lateness = 0;  // How often each question is answered later.
  int late = 0;
  std::set<std::string> nonces;
};

class TicketKeeperTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  TicketKeeperTest() {
    ContextOptions client = ClientOptions();
    client.verification.maximum_version = GetParam();
    client_ = MakeContext(std::move(client));
    TicketKeyringOptions options;
    options.changed = [this](const TicketKeyringState& state) {
      told_.push_back(state.seals);
    };
    keyring_ = *TicketKeyring::CreateRemote(keeper_, std::move(options));
    server_ = Server(keyring_);
  }

  static std::shared_ptr<const Context> Server(
      std::shared_ptr<TicketKeyring> keyring) {
    ContextOptions options = ServerOptions();
    options.session_cache_size = 0;
    options.ticket_keyring = std::move(keyring);
    return MakeContext(std::move(options));
  }

  // The session of a connection that must succeed; null if it got no ticket.
  std::shared_ptr<const Session> Ticket(
      std::shared_ptr<const Session> offered = nullptr) {
    Connection c =
        offered == nullptr
            ? Connect(client_, server_)
            : Connect(client_, server_, WithSession(std::move(offered)));
    EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_FALSE(Reused(c));
    EXPECT_TRUE(WriteAll(c.server.get(), "x").ok());
    EXPECT_TRUE(ReadSome(c.client.get()).ok());
    return c.client->session();
  }

  // Whether a connection resumes. The server waits for `lateness` twice: for
  // what seals, and for the ticket.
  bool Resumes(const std::shared_ptr<const Session>& session, int lateness) {
    keeper_->lateness = keeper_->late = lateness;
    Connection c = Wrap(client_, server_, WithSession(session));
    int waits = 0;
    for (int i = 0; i < 20 && !c.server->handshake_done(); ++i) {
      EXPECT_FALSE(c.client->Handshake().failed());
      const IoResult result = c.server->Handshake();
      EXPECT_FALSE(result.failed()) << result.status();
      if (!result.want_callback()) continue;
      EXPECT_EQ(result.callback(), LateCallback::kTicket);
      ++waits;
    }
    ShakeHands(&c);
    EXPECT_EQ(waits, 2 * lateness);
    keeper_->lateness = keeper_->late = 0;
    return Reused(c);
  }

  std::shared_ptr<FakeKeeper> keeper_ = std::make_shared<FakeKeeper>();
  std::vector<bool> told_;
  std::shared_ptr<TicketKeyring> keyring_;
  std::shared_ptr<const Context> client_;
  std::shared_ptr<const Context> server_;
};

INSTANTIATE_TEST_SUITE_P(All, TicketKeeperTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         [](const ::testing::TestParamInfo<TlsVersion>& param) {
                           return param.param == TlsVersion::kTls1_3 ? "Tls13"
                                                                     : "Tls12";
                         });

TEST_P(TicketKeeperTest, SessionsResumeWithoutTheKeyHere) {
  const auto session = Established(client_, server_);
  ASSERT_TRUE(session->has_ticket());
  for (const int lateness : {0, 1, 2}) {
    EXPECT_TRUE(Resumes(session, lateness)) << lateness;
  }
  EXPECT_EQ(keyring_->counts().opened, 3u);
  EXPECT_EQ(keyring_->counts().unknown, 0u);
  EXPECT_EQ(told_, std::vector<bool>{true});
  // A server that has the keys itself resumes as well, and the other way round.
  const auto holder = Server(keeper_->keys);
  Connection c = Connect(client_, holder, WithSession(session));
  ASSERT_TRUE(c.ok()) << c.server_status;
  EXPECT_TRUE(Reused(c));
  EXPECT_TRUE(Resumes(Established(client_, holder), 0));
}

TEST_P(TicketKeeperTest, ATicketIsBoundToItsServerName) {
  const auto session = Established(client_, server_);
  SocketOptions unnamed = WithSession(session);
  unnamed.send_sni = false;
  Connection c = Connect(client_, server_, std::move(unnamed));
  ASSERT_TRUE(c.ok()) << c.client_status;
  EXPECT_FALSE(Reused(c));
  EXPECT_EQ(keyring_->counts().unknown, 1u);
}

TEST_P(TicketKeeperTest, WithoutBlanksThereAreNoTickets) {
  const auto session = Established(client_, server_);
  using Mood = FakeKeeper::Mood;
  for (const Mood mood :
       {Mood::kFails, Mood::kThrows, Mood::kFew, Mood::kMisshapen}) {
    keeper_->seals = mood;
    const auto got = Ticket();
    // What cannot be used shows only when the ticket is due: TLS 1.3 then needs
    // one, which no key opens.
    if (mood == Mood::kMisshapen && GetParam() == TlsVersion::kTls1_3) {
      EXPECT_FALSE(Resumes(got, 0));
    } else {
      EXPECT_EQ(got, nullptr) << static_cast<int>(mood);
    }
    EXPECT_TRUE(Resumes(session, 0)) << static_cast<int>(mood);
  }
  EXPECT_GE(keyring_->counts().not_sealed, 4u);
  keeper_->seals = Mood::kGood;
  EXPECT_TRUE(Resumes(Established(client_, server_), 0));
  EXPECT_EQ(told_, (std::vector<bool>{true, false, true}));
}

TEST_P(TicketKeeperTest, WithoutAnAnswerATicketIsNotUsed) {
  const auto session = Established(client_, server_);
  using Mood = FakeKeeper::Mood;
  for (const Mood mood : {Mood::kFails, Mood::kThrows}) {
    keeper_->opens = mood;
    EXPECT_NE(Ticket(session), nullptr);
    keeper_->seals = mood;
    EXPECT_EQ(Ticket(session), nullptr);
    keeper_->seals = Mood::kGood;
  }
  keeper_->opens = Mood::kGood;
  EXPECT_TRUE(Resumes(session, 0));
}

TEST_P(TicketKeeperTest, AClientThatTakesNoTicketsCostsNone) {
  ContextOptions options = ServerOptions();
  options.session_tickets = false;
  options.ticket_keyring = keyring_;
  server_ = MakeContext(std::move(options));
  keeper_->late = 1;  // It would have to wait.
  EXPECT_TRUE(Connect(client_, server_).ok());
  EXPECT_TRUE(keeper_->nonces.empty());
}

TEST(TicketKeeperOptionsTest, ItsKeysAreChangedElsewhere) {
  EXPECT_EQ(GetErrorKind(TicketKeyring::CreateRemote(nullptr, {}).status()),
            ErrorKind::kInvalidArgument);
  TicketKeyringOptions options;
  options.lifetime = absl::Hours(1000);
  EXPECT_EQ(GetErrorKind(TicketKeyring::CreateRemote(
                             std::make_shared<FakeKeeper>(), options)
                             .status()),
            ErrorKind::kInvalidArgument);
  const auto keyring =
      *TicketKeyring::CreateRemote(std::make_shared<FakeKeeper>(), {});
  EXPECT_EQ(GetErrorKind(keyring->Rotate(TestTime())),
            ErrorKind::kInvalidArgument);
  std::vector<TicketKey> keys;
  keys.push_back(TicketKey::Random(TestTime(), TestTime() + absl::Hours(1)));
  EXPECT_EQ(GetErrorKind(keyring->Update(std::move(keys), TestTime())),
            ErrorKind::kInvalidArgument);
}

TEST(TicketKeeperOptionsTest, KeyringWithoutKeysMakesNoBlanks) {
  const auto keyring = *TicketKeyring::Create({});
  EXPECT_FALSE(keyring->MakeBlank(TestTime()).has_value());
  for (const size_t size : {0, 1, 55, 56, 200}) {
    EXPECT_FALSE(
        keyring->Open(TestTime(), "name", std::string(size, 't')).has_value());
  }
}

}  // namespace
}  // namespace airlock::ssl
