// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/credential_source.h"

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/later.h"
#include "ssl/session.h"
#include "ssl/sign.h"
#include "ssl/socket.h"
#include "ssl/ticket_keyring.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::Established;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::Reused;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::ShakeHands;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTime;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WithSession;
using ::airlock::testing::Wrap;
using ::airlock::testing::WriteAll;

using SourcePtr = std::shared_ptr<CredentialSource>;

SourcePtr Source(absl::string_view name, CredentialSourceOptions options = {}) {
  auto source =
      CredentialSource::Create({TestCredentials(name)}, std::move(options));
  EXPECT_TRUE(source.ok()) << source.status();
  return source.ok() ? *source : nullptr;
}

absl::Status Update(const SourcePtr& source, absl::string_view name) {
  return source->Update({TestCredentials(name)}, TestTime());
}

ContextOptions LiveServer(const SourcePtr& source) {
  ContextOptions options = ServerOptions();
  options.credentials.clear();
  options.credential_source = source;
  return options;
}

// The common name of a certificate, such as "server_p256".
std::string NameOf(const std::optional<Certificate>& certificate) {
  if (!certificate.has_value()) return "";
  const std::string subject = certificate->subject();
  const size_t begin = subject.find("CN=") + 3;
  return subject.substr(begin, subject.find_first_of(",+", begin) - begin);
}

// Whom the client meets.
std::string Presented(const Connection& c) {
  EXPECT_TRUE(c.ok()) << c.client_status << " " << c.server_status;
  return NameOf(c.client->peer_certificate());
}

class LiveTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  ContextOptions Client() const {
    ContextOptions options = ClientOptions();
    options.verification.maximum_version = GetParam();
    return options;
  }
};

INSTANTIATE_TEST_SUITE_P(All, LiveTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         [](const ::testing::TestParamInfo<TlsVersion>& param) {
                           return param.param == TlsVersion::kTls1_2 ? "Tls12"
                                                                     : "Tls13";
                         });

TEST_P(LiveTest, AServerPresentsTheNewestToNewConnections) {
  const auto source = Source("server_p256");
  const auto server = MakeContext(LiveServer(source));
  const auto client = MakeContext(Client());
  Connection old = Connect(client, server);
  EXPECT_EQ(Presented(old), "server_p256");
  EXPECT_EQ(source->state().generation, 1u);
  ASSERT_TRUE(Update(source, "server_p384").ok());
  EXPECT_EQ(Presented(Connect(client, server)), "server_p384");
  ASSERT_TRUE(Update(source, "server_rsa").ok());
  EXPECT_EQ(Presented(Connect(client, server)), "server_rsa");
  EXPECT_EQ(source->state().generation, 3u);
  EXPECT_TRUE(WriteAll(old.server.get(), "still here").ok());
  EXPECT_EQ(*ReadSome(old.client.get()), "still here");
}

TEST_P(LiveTest, AServerChoosesAmongSeveral) {
  const auto source = *CredentialSource::Create(
      {TestCredentials("server_p256"), TestCredentials("server_rsa")});
  const auto server = MakeContext(LiveServer(source));
  EXPECT_EQ(Presented(Connect(MakeContext(Client()), server)), "server_p256");
  ContextOptions options = Client();
  options.peer_signing_algorithms = {0x0804, 0x0401};  // RSA only.
  EXPECT_EQ(Presented(Connect(MakeContext(std::move(options)), server)),
            "server_rsa");
}

TEST_P(LiveTest, AContextChosenBySniHasASource) {
  const auto source = Source("server_p256");
  const auto chosen = MakeContext(LiveServer(source));
  ContextOptions options = ServerOptions();
  options.credentials.clear();
  options.sni = [&chosen](Socket&, const std::optional<std::string>&)
      -> absl::StatusOr<SniDecision> {
    return SniDecision{chosen, {}};
  };
  const auto server = MakeContext(std::move(options));
  const auto client = MakeContext(Client());
  EXPECT_EQ(Presented(Connect(client, server)), "server_p256");
  ASSERT_TRUE(Update(source, "server_rsa").ok());
  EXPECT_EQ(Presented(Connect(client, server)), "server_rsa");
}

TEST_P(LiveTest, AHandshakeUnderWayEndsWithItsOwn) {
  const auto key = TestCredentials("server_p256");
  int calls = 0;
  CredentialsOptions signing;
  signing.certfile = Secret(ReadTestdata("certs/server_p256_chain.pem"));
  signing.signer = [&](uint16_t scheme,
                       absl::string_view input) -> absl::StatusOr<std::string> {
    if (++calls == 1) return Later();
    return Sign(*key, scheme, input);
  };
  auto remote = Credentials::Create(std::move(signing));
  ASSERT_TRUE(remote.ok()) << remote.status();
  const auto source = *CredentialSource::Create({*std::move(remote)});
  const auto server = MakeContext(LiveServer(source));
  Connection c = Wrap(MakeContext(Client()), server);
  EXPECT_TRUE(c.client->Handshake().want_read());
  EXPECT_TRUE(c.server->Handshake().want_callback());
  ASSERT_TRUE(Update(source, "server_rsa").ok());
  ShakeHands(&c);
  EXPECT_EQ(Presented(c), "server_p256");
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(Presented(Connect(MakeContext(Client()), server)), "server_rsa");
}

TEST_P(LiveTest, AServersSessionsResumeAcrossAChange) {
  const auto source = Source("server_p256");
  ContextOptions options = LiveServer(source);
  options.ticket_keyring =
      *TicketKeyring::CreateOwn(absl::Hours(1), {}, TestTime());
  const auto keyring = options.ticket_keyring;
  const auto server = MakeContext(std::move(options));
  const auto client = MakeContext(Client());
  const auto session = Established(client, server);
  ASSERT_TRUE(Update(source, "server_p384").ok());
  Connection c = Connect(client, server, WithSession(session));
  EXPECT_TRUE(Reused(c));
  // What the client verified is the certificate of the session.
  EXPECT_EQ(Presented(c), "server_p256");
  // How to end them too: two rotations, as the key before stays.
  ASSERT_TRUE(keyring->Rotate(TestTime()).ok());
  ASSERT_TRUE(keyring->Rotate(TestTime()).ok());
  Connection other = Connect(client, server, WithSession(session));
  EXPECT_EQ(Reused(other), false);
  EXPECT_EQ(Presented(other), "server_p384");
}

TEST_P(LiveTest, TheEndPointBindingIsThatOfTheConnection) {
  const auto source = Source("server_p256");
  const auto server = MakeContext(LiveServer(source));
  Connection c = Connect(MakeContext(Client()), server);
  ASSERT_TRUE(Update(source, "server_rsa").ok());
  const auto ours =
      c.server->GetChannelBinding(ChannelBinding::kTlsServerEndPoint);
  const auto theirs =
      c.client->GetChannelBinding(ChannelBinding::kTlsServerEndPoint);
  ASSERT_TRUE(ours.ok() && theirs.ok()) << ours.status() << theirs.status();
  EXPECT_EQ(*ours, *theirs);
}

// A server that asks for a client certificate.
std::shared_ptr<const Context> AskingServer(
    VerifyMode mode = VerifyMode::kRequired) {
  ContextOptions options = ServerOptions();
  options.verification.mode = mode;
  options.trust_store = TestTrustStore();
  return MakeContext(std::move(options));
}

TEST_P(LiveTest, AClientPresentsTheNewest) {
  const auto source = Source("client_p256");
  ContextOptions options = Client();
  options.credential_source = source;
  const auto client = MakeContext(std::move(options));
  const auto server = AskingServer();
  Connection c = Connect(client, server);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(*c.server->peer_certificate(), TestCertificates("client_p256")[0]);
  ASSERT_TRUE(Update(source, "client_rsa").ok());
  c = Connect(client, server);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(*c.server->peer_certificate(), TestCertificates("client_rsa")[0]);
}

TEST_P(LiveTest, AClientDoesNotResumeWithAnOldIdentity) {
  const auto source = Source("client_p256");
  ContextOptions options = Client();
  options.credential_source = source;
  const auto client = MakeContext(std::move(options));
  const auto server = AskingServer();
  const auto session = Established(client, server);
  Connection again = Connect(client, server, WithSession(session));
  EXPECT_TRUE(Reused(again));
  ASSERT_TRUE(WriteAll(again.server.get(), "x").ok());
  ASSERT_TRUE(ReadSome(again.client.get()).ok());
  const auto renewed = again.client->session();
  ASSERT_NE(renewed, nullptr);
  const auto bytes = session->Serialize();
  ASSERT_TRUE(bytes.ok());
  const auto stored = Session::Deserialize(bytes->view());
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(*stored))));
  ASSERT_TRUE(Update(source, "client_rsa").ok());
  // Also not with the session of a connection that was resumed, nor with one
  // that the application stored, nor if the session is set later.
  for (const auto& offered : {session, renewed, *stored}) {
    Connection c = Connect(client, server, WithSession(offered));
    EXPECT_FALSE(Reused(c));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(*c.server->peer_certificate(), TestCertificates("client_rsa")[0]);
    Connection set = Wrap(client, server);
    ASSERT_TRUE(set.client->SetSession(offered).ok());
    ShakeHands(&set);
    EXPECT_FALSE(Reused(set));
    EXPECT_TRUE(set.ok()) << set.client_status << set.server_status;
  }
}

TEST_P(LiveTest, AClientThatPresentedNoneResumesAfterAChange) {
  const auto source = Source("client_p256");
  ContextOptions options = Client();
  options.credential_source = source;
  const auto client = MakeContext(std::move(options));
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(client, server);
  ASSERT_TRUE(Update(source, "client_rsa").ok());
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(session))));
}

TEST_P(LiveTest, RefreshRunsBeforeEachHandshake) {
  int calls = 0;
  CredentialSourceOptions options;
  options.refresh = [&calls](CredentialSource* source) {
    ++calls;
    EXPECT_TRUE(
        source->Update({TestCredentials("server_p384")}, TestTime()).ok());
  };
  const auto source = Source("server_p256", std::move(options));
  const auto server = MakeContext(LiveServer(source));
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(Presented(Connect(MakeContext(Client()), server)), "server_p384");
  EXPECT_EQ(calls, 1);
}

TEST_P(LiveTest, RefreshRunsBeforeAClientResumes) {
  bool changed = false;
  CredentialSourceOptions refreshed;
  refreshed.refresh = [&changed](CredentialSource* source) {
    if (!changed) return;
    EXPECT_TRUE(
        source->Update({TestCredentials("client_rsa")}, TestTime()).ok());
  };
  ContextOptions options = Client();
  options.credential_source = Source("client_p256", std::move(refreshed));
  const auto client = MakeContext(std::move(options));
  const auto server = AskingServer();
  const auto session = Established(client, server);
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(session))));
  changed = true;
  Connection c = Connect(client, server, WithSession(session));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_FALSE(Reused(c));
  EXPECT_EQ(*c.server->peer_certificate(), TestCertificates("client_rsa")[0]);
}

TEST_P(LiveTest, AChangeBeforeTheHandshakeEndsTheOffer) {
  const auto source = Source("client_p256");
  ContextOptions options = Client();
  options.credential_source = source;
  const auto client = MakeContext(std::move(options));
  const auto server = AskingServer();
  const auto old = Established(client, server);
  Connection wrapped = Wrap(client, server, WithSession(old));
  ASSERT_TRUE(Update(source, "client_rsa").ok());
  ShakeHands(&wrapped);
  ASSERT_TRUE(wrapped.ok()) << wrapped.client_status << wrapped.server_status;
  EXPECT_FALSE(Reused(wrapped));
  // A session that may not be offered takes the place of one that may.
  Connection replaced =
      Wrap(client, server, WithSession(Established(client, server)));
  ASSERT_TRUE(replaced.client->SetSession(old).ok());
  ShakeHands(&replaced);
  ASSERT_TRUE(replaced.ok());
  EXPECT_FALSE(Reused(replaced));
}

TEST_P(LiveTest, ARefreshThatThrowsLeavesTheOldInForce) {
  CredentialSourceOptions options;
  options.refresh = [](CredentialSource*) { throw std::runtime_error("no"); };
  const auto source = Source("server_p256", std::move(options));
  const auto server = MakeContext(LiveServer(source));
  EXPECT_EQ(Presented(Connect(MakeContext(Client()), server)), "server_p256");
  EXPECT_EQ(source->state().failures, 1u);
  EXPECT_THAT(source->state().error, KindIs(ErrorKind::kCallback));
}

TEST(CredentialSourceTest, RefusesWhatCannotBePresented) {
  const auto p256 = TestCredentials("server_p256");
  for (const CredentialSource::Set& set :
       {CredentialSource::Set{}, CredentialSource::Set{p256, nullptr},
        CredentialSource::Set{p256, TestCredentials("server_p384")}}) {
    EXPECT_THAT(CredentialSource::Create(set).status(),
                KindIs(ErrorKind::kInvalidArgument));
    const auto source = Source("server_rsa");
    EXPECT_THAT(source->Update(set, TestTime()),
                KindIs(ErrorKind::kInvalidArgument));
    EXPECT_EQ(source->state().generation, 1u);
    EXPECT_EQ(source->state().failures, 1u);
    EXPECT_EQ((*source->current())[0]->key_type(), KeyType::kRsa);
  }
}

TEST(CredentialSourceTest, RefusesExpiredAndNotYetValidOnes) {
  const auto source = Source("server_rsa");
  for (const char* const name : {"expired", "not_yet_valid"}) {
    EXPECT_THAT(Update(source, name), KindIs(ErrorKind::kCredentials)) << name;
    EXPECT_THAT(Update(source, name), HasAdvice()) << name;
  }
  EXPECT_EQ(source->state().generation, 1u);
  // Both ends of the validity are included.
  const auto next = TestCredentials("server_p256");
  const Certificate& leaf = next->chain().front();
  EXPECT_TRUE(source->Update({next}, leaf.not_before()).ok());
  EXPECT_TRUE(source->Update({next}, leaf.not_after()).ok());
  EXPECT_FALSE(
      source->Update({next}, leaf.not_before() - absl::Seconds(1)).ok());
  EXPECT_FALSE(
      source->Update({next}, leaf.not_after() + absl::Seconds(1)).ok());
}

TEST(CredentialSourceTest, MeetsTheSecurityLevelOfEachContext) {
  const auto source = Source("server_p384");
  ContextOptions strict = LiveServer(source);
  strict.verification.security_level = 3;  // 128 bits.
  ASSERT_TRUE(Context::Create(strict).ok());
  ASSERT_TRUE(Context::Create(LiveServer(source)).ok());
  EXPECT_THAT(Update(source, "server_rsa"), KindIs(ErrorKind::kCredentials));
  EXPECT_TRUE(Update(source, "server_p256").ok());
  EXPECT_THAT(Update(source, "key_usage_no_sign"),
              KindIs(ErrorKind::kCredentials));

  const auto weak = Source("server_rsa");
  EXPECT_TRUE(Update(weak, "server_rsa").ok());
  strict.credential_source = weak;
  EXPECT_THAT(Context::Create(strict).status(),
              KindIs(ErrorKind::kCredentials));
}

TEST(CredentialSourceTest, AContextTakesOneOrTheOther) {
  ContextOptions options = ServerOptions();
  options.credential_source = Source("server_rsa");
  EXPECT_THAT(Context::Create(options).status(),
              KindIs(ErrorKind::kInvalidArgument));
  options.credentials.clear();
  options.ocsp_response = "of one certificate";
  EXPECT_THAT(Context::Create(options).status(),
              KindIs(ErrorKind::kInvalidArgument));
  options.ocsp_response.clear();
  options.sct_list = "of one certificate";
  EXPECT_THAT(Context::Create(options).status(),
              KindIs(ErrorKind::kInvalidArgument));
}

TEST(CredentialSourceTest, TellsChangesAndNewFailures) {
  std::vector<std::string> told;
  CredentialSourceOptions options;
  options.changed = [&told](const CredentialSourceState& state) {
    told.push_back(state.error.ok() ? absl::StrCat("now ", state.generation)
                                    : std::string(state.error.message()));
    throw std::runtime_error("ignored");
  };
  const auto source = Source("server_rsa", std::move(options));
  EXPECT_EQ(source->state().expires,
            TestCredentials("server_rsa")->chain().front().not_after());
  source->Fail(absl::UnavailableError("no file"));
  source->Fail(absl::UnavailableError("no file"));
  source->Fail(absl::UnavailableError("no key"));
  EXPECT_EQ(source->state().failures, 3u);
  EXPECT_EQ(source->state().error.message(), "no key");
  ASSERT_TRUE(Update(source, "server_p256").ok());
  EXPECT_TRUE(source->state().error.ok());
  EXPECT_EQ(source->state().failures, 3u);
  source->Fail(absl::UnavailableError("no file"));
  EXPECT_EQ(told, (std::vector<std::string>{"no file", "no key", "now 2",
                                            "no file"}));
}

TEST(CredentialSourceTest, HandshakesAndUpdatesAtOnce) {
  const auto source = Source("server_p256");
  const auto server = MakeContext(LiveServer(source));
  const auto client = MakeContext(ClientOptions());
  std::atomic<int> running{2};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const std::string name = Presented(Connect(client, server));
        EXPECT_TRUE(name == "server_p256" || name == "server_p384") << name;
      }
      --running;
    });
  }
  const auto p256 = TestCredentials("server_p256");
  const auto p384 = TestCredentials("server_p384");
  uint64_t updates = 0;
  do {
    ASSERT_TRUE(
        source->Update({updates % 2 == 0 ? p384 : p256}, TestTime()).ok());
    source->Fail(absl::UnavailableError("nothing"));
    ++updates;
    std::this_thread::yield();
  } while (running > 0);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(source->state().generation, updates + 1);
}

}  // namespace
}  // namespace airlock::ssl
