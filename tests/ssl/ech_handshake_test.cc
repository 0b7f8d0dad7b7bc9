// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Encrypted Client Hello between two Sockets.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/context.h"
#include "ssl/ech.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/insecure.h"
#include "ssl/socket.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"
#include "tests/support/svid.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::MakePeers;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::SpiffeCa;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WriteAll;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr uint8_t kEchRequired = 121;
// server_p256 has these two names, and wrong_host only the third.
constexpr char kInner[] = "localhost";
constexpr char kPublic[] = "server.test";
constexpr char kElsewhere[] = "elsewhere.test";

EchKey NewKey(const std::string& name = kPublic) {
  EchKeyRequest request;
  request.public_name = name;
  return *NewEchKey(request);
}

std::shared_ptr<const EchKeys> NewKeys(const std::string& name = kPublic) {
  std::vector<EchKey> keys;
  keys.push_back(NewKey(name));
  return *EchKeys::Create(keys);
}

std::shared_ptr<const EchConfigs> ConfigsOf(const EchKeys& keys) {
  return *EchConfigs::Parse(keys.config_list());
}

SocketOptions Offering(std::shared_ptr<const EchConfigs> configs) {
  SocketOptions options = LocalhostOptions();
  options.ech_configs = std::move(configs);
  return options;
}

std::shared_ptr<const Context> ServerWith(
    std::shared_ptr<const EchKeys> keys,
    absl::string_view credentials = "server_p256") {
  ContextOptions options = ServerOptions(credentials);
  options.ech_keys = std::move(keys);
  return MakeContext(std::move(options));
}

std::shared_ptr<const Context> Client() { return MakeContext(ClientOptions()); }

std::optional<std::string> RetryConfigs(const absl::Status& status) {
  const std::optional<Error> error = GetError(status);
  return error.has_value() ? error->ech_retry_configs : std::nullopt;
}

class EchHandshakeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HasEch()) GTEST_SKIP() << EchNeed();
  }
};

TEST(EchOptionsTest, GreaseNamesTheEngineThatItNeeds) {
  if (HasEch()) GTEST_SKIP();
  SocketOptions options = LocalhostOptions();
  options.ech_grease = true;
  auto [client, server] = platform::MakeMemoryTransports();
  EXPECT_THAT(WrapSocket(Client(), std::move(client), std::move(options)),
              AllOf(KindIs(ErrorKind::kInvalidArgument), WhereIs("ech_grease"),
                    Quotes("--config=upstream")));
}

TEST_F(EchHandshakeTest, OnlyThePublicNameIsOnTheWire) {
  const auto keys = NewKeys();
  std::string sent;
  ContextOptions client = ClientOptions();
  client.message = [&sent](const Socket&, const TlsMessage& message) {
    constexpr int kHandshake = 22;
    if (message.sent && message.content_type == kHandshake) {
      sent.append(message.bytes.begin(), message.bytes.end());
    }
    return absl::OkStatus();
  };
  Connection c = Connect(MakeContext(std::move(client)), ServerWith(keys),
                         Offering(ConfigsOf(*keys)));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  for (const Socket* end : {c.client.get(), c.server.get()}) {
    EXPECT_EQ(end->info()->ech, EchStatus::kAccepted);
    EXPECT_EQ(end->info()->server_name, kInner);
  }
  EXPECT_THAT(sent, HasSubstr(kPublic));
  EXPECT_FALSE(absl::StrContains(sent, kInner));
  EXPECT_EQ(c.client->server_hostname(), kInner);
  EXPECT_TRUE(c.client->peer_verified());
  ASSERT_TRUE(WriteAll(c.client.get(), "hello").ok());
  EXPECT_EQ(*ReadSome(c.server.get()), "hello");
}

TEST_F(EchHandshakeTest, WithoutItTheNameIsOnTheWire) {
  // Keys or GREASE alone do not change who speaks to whom.
  for (const bool grease : {false, true}) {
    SocketOptions options = LocalhostOptions();
    options.ech_grease = grease;
    Connection c = Connect(Client(), ServerWith(NewKeys()), std::move(options));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.client->info()->ech,
              grease ? EchStatus::kGrease : EchStatus::kNotOffered);
    // It cannot tell GREASE from what it has no key for.
    EXPECT_EQ(c.server->info()->ech,
              grease ? EchStatus::kRejected : EchStatus::kNotOffered);
    ASSERT_TRUE(WriteAll(c.client.get(), "hello").ok());
    EXPECT_EQ(*ReadSome(c.server.get()), "hello");
  }
}

TEST_F(EchHandshakeTest, TheInnerNameIsVerifiedIfItIsAccepted) {
  // Valid for the public name, but not for the one that the client asks for.
  const auto keys = NewKeys(kElsewhere);
  Connection c = Connect(Client(), ServerWith(keys, "wrong_host"),
                         Offering(ConfigsOf(*keys)));
  EXPECT_THAT(c.client_status,
              AllOf(KindIs(ErrorKind::kHostname), WhereIs(kInner)));
  EXPECT_FALSE(RetryConfigs(c.client_status).has_value());
}

TEST_F(EchHandshakeTest, ARejectionFailsWithTheServersConfigurations) {
  const auto keys = NewKeys();
  const auto server = ServerWith(keys);
  const auto client = Client();
  Connection c = Connect(client, server, Offering(ConfigsOf(*NewKeys())));
  EXPECT_THAT(c.client_status,
              AllOf(KindIs(ErrorKind::kProtocol), ReasonIs("ECH_REJECTED"),
                    HasAdvice(), Quotes(kPublic)));
  EXPECT_EQ(GetError(c.client_status)->alert, kEchRequired);
  ASSERT_EQ(RetryConfigs(c.client_status), keys->config_list());
  // Nothing looks like a connection to the inner server.
  EXPECT_FALSE(c.client->handshake_done());
  EXPECT_FALSE(c.client->info().has_value());
  EXPECT_FALSE(c.client->peer_verified());
  EXPECT_TRUE(c.client->verified_chain().empty());
  EXPECT_EQ(c.client->session(), nullptr);
  EXPECT_EQ(WriteAll(c.client.get(), "hello"), c.client_status);
  // The server only learns of it after its handshake.
  ASSERT_TRUE(c.server->handshake_done());
  EXPECT_EQ(c.server->info()->ech, EchStatus::kRejected);
  EXPECT_EQ(c.server->info()->server_name, kPublic);
  const auto read = ReadSome(c.server.get());
  EXPECT_THAT(read, KindIs(ErrorKind::kPeerAlert));
  EXPECT_EQ(GetError(read.status())->alert, kEchRequired);
  EXPECT_THAT(read, Quotes("ech_required"));

  Connection again =
      Connect(client, server,
              Offering(*EchConfigs::Parse(*RetryConfigs(c.client_status))));
  ASSERT_TRUE(again.ok()) << again.client_status;
  EXPECT_EQ(again.client->info()->ech, EchStatus::kAccepted);
}

TEST_F(EchHandshakeTest, AServerWithoutItSendsNoConfigurations) {
  for (const TlsVersion most : {TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    ContextOptions server = ServerOptions();
    server.verification.maximum_version = most;
    Connection c = Connect(Client(), MakeContext(std::move(server)),
                           Offering(ConfigsOf(*NewKeys())));
    EXPECT_THAT(c.client_status, AllOf(KindIs(ErrorKind::kProtocol),
                                       ReasonIs("ECH_REJECTED"), HasAdvice()));
    EXPECT_EQ(RetryConfigs(c.client_status), "");
    EXPECT_FALSE(c.client->handshake_done());
    EXPECT_EQ(c.client->session(), nullptr);
  }
}

TEST_F(EchHandshakeTest, ARejectionCountsOnlyFromThePublicName) {
  // Each server is valid for the inner name and not for the public one.
  for (const bool check_hostname : {true, false}) {
    ContextOptions options = ClientOptions();
    options.verification.check_hostname = check_hostname;
    const auto client = MakeContext(std::move(options));
    const auto configs = ConfigsOf(*NewKeys(kElsewhere));
    for (const auto& keys : {NewKeys(), std::shared_ptr<const EchKeys>()}) {
      const auto server = ServerWith(keys);
      // A verdict on the chain is remembered for the inner name only.
      ASSERT_TRUE(Connect(client, server).ok());
      Connection c = Connect(client, server, Offering(configs));
      EXPECT_THAT(c.client_status,
                  AllOf(KindIs(ErrorKind::kHostname), WhereIs(kElsewhere)));
      EXPECT_FALSE(RetryConfigs(c.client_status).has_value());
      EXPECT_FALSE(c.client->peer_verified());
    }
  }
}

TEST_F(EchHandshakeTest, ARememberedPublicNameIsNotTheInnerOne) {
  const auto client = Client();
  const auto server = ServerWith(NewKeys(), "wrong_host");
  // The chain is now known to be good for the public name.
  Connection rejected =
      Connect(client, server, Offering(ConfigsOf(*NewKeys(kElsewhere))));
  ASSERT_TRUE(RetryConfigs(rejected.client_status).has_value());
  EXPECT_THAT(Connect(client, server).client_status,
              AllOf(KindIs(ErrorKind::kHostname), WhereIs(kInner)));
}

TEST_F(EchHandshakeTest, ARejectionCountsOnlyFromATrustedChain) {
  ContextOptions server = ServerOptions("server_other");
  server.ech_keys = NewKeys();
  Connection c = Connect(Client(), MakeContext(std::move(server)),
                         Offering(ConfigsOf(*NewKeys())));
  EXPECT_THAT(c.client_status, KindIs(ErrorKind::kVerification));
  EXPECT_FALSE(RetryConfigs(c.client_status).has_value());
}

TEST_F(EchHandshakeTest, WithoutVerificationARejectionProvesNothing) {
  ContextOptions options = ClientOptions();
  options.verification.mode = VerifyMode::kNone;
  options.unverified_clients = InsecureAllowUnverifiedClients();
  Connection c = Connect(MakeContext(std::move(options)), ServerWith(NewKeys()),
                         Offering(ConfigsOf(*NewKeys())));
  EXPECT_THAT(c.client_status, ReasonIs("ECH_REJECTED"));
  EXPECT_FALSE(RetryConfigs(c.client_status).has_value());
  EXPECT_FALSE(c.client->handshake_done());
}

TEST_F(EchHandshakeTest, TheVerifyCallbackIsToldWhichNameWasVerified) {
  std::vector<std::string> names;
  bool refuses = false;
  ContextOptions options = ClientOptions();
  options.verify = [&](const Socket&, const VerifiedPeer& peer) {
    names.emplace_back(peer.ech_public_name);
    return refuses ? absl::PermissionDeniedError("no") : absl::OkStatus();
  };
  const auto client = MakeContext(std::move(options));
  const auto keys = NewKeys();
  const auto server = ServerWith(keys);
  ASSERT_TRUE(Connect(client, server, Offering(ConfigsOf(*keys))).ok());
  EXPECT_TRUE(
      RetryConfigs(Connect(client, server, Offering(ConfigsOf(*NewKeys())))
                       .client_status)
          .has_value());
  EXPECT_THAT(names, ::testing::ElementsAre("", kPublic));
  // It can refuse the server that speaks for the public name, too.
  refuses = true;
  Connection c = Connect(client, server, Offering(ConfigsOf(*NewKeys())));
  EXPECT_THAT(c.client_status, KindIs(ErrorKind::kVerification));
  EXPECT_FALSE(RetryConfigs(c.client_status).has_value());
}

TEST_F(EchHandshakeTest, NoClientCertificateIsSentIfItIsRejected) {
  ContextOptions client = ClientOptions();
  client.credentials = {TestCredentials("client_p256")};
  const auto client_context = MakeContext(std::move(client));
  const auto keys = NewKeys();
  ContextOptions server = ServerOptions();
  server.ech_keys = keys;
  server.verification.mode = VerifyMode::kOptional;
  server.trust_store = TestTrustStore();
  const auto server_context = MakeContext(std::move(server));
  Connection c =
      Connect(client_context, server_context, Offering(ConfigsOf(*NewKeys())));
  EXPECT_TRUE(RetryConfigs(c.client_status).has_value());
  EXPECT_TRUE(c.server->handshake_done());
  EXPECT_TRUE(c.server->presented_chain().empty());

  c = Connect(client_context, server_context, Offering(ConfigsOf(*keys)));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_FALSE(c.server->presented_chain().empty());
}

TEST_F(EchHandshakeTest, TheSniCallbackChoosesByTheDecryptedName) {
  const auto keys = NewKeys(kElsewhere);
  const auto inner = MakeContext(ServerOptions());
  const auto outer = MakeContext(ServerOptions("wrong_host"));
  ContextOptions options = ServerOptions();
  options.credentials.clear();
  options.ech_keys = keys;
  std::vector<std::string> asked;
  options.sni = [&](Socket&, const std::optional<std::string>& name) {
    asked.push_back(name.value_or("none"));
    SniDecision decision;
    decision.context = name == kElsewhere ? outer : inner;
    return decision;
  };
  const auto server = MakeContext(std::move(options));
  Connection c = Connect(Client(), server, Offering(ConfigsOf(*keys)));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(c.server->info()->ech, EchStatus::kAccepted);
  c = Connect(Client(), server, Offering(ConfigsOf(*NewKeys(kElsewhere))));
  EXPECT_EQ(RetryConfigs(c.client_status), keys->config_list());
  EXPECT_THAT(asked, ::testing::ElementsAre(kInner, kElsewhere));
}

TEST_F(EchHandshakeTest, SessionsResumeInTheEncryptedMessageOnly) {
  const auto keys = NewKeys();
  const auto server = ServerWith(keys);
  const auto client = Client();
  Connection first = Connect(client, server, Offering(ConfigsOf(*keys)));
  ASSERT_TRUE(first.ok());
  (void)ReadSome(first.client.get());  // Tickets.
  const auto session = first.client->session();
  ASSERT_NE(session, nullptr);

  SocketOptions options = Offering(ConfigsOf(*keys));
  options.session = session;
  Connection c = Connect(client, server, std::move(options));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_TRUE(c.client->session_reused());
  EXPECT_EQ(c.client->info()->ech, EchStatus::kAccepted);
  EXPECT_TRUE(c.client->peer_verified());

  // A server that rejects it never saw the session, and proves its name.
  options = Offering(ConfigsOf(*NewKeys()));
  options.session = session;
  c = Connect(client, server, std::move(options));
  EXPECT_EQ(RetryConfigs(c.client_status), keys->config_list());
  EXPECT_FALSE(c.server->session_reused());
  EXPECT_EQ(c.client->session(), nullptr);

  // With another inner name, the session's certificate is verified again.
  options = Offering(ConfigsOf(*keys));
  options.session = session;
  options.server_hostname = kElsewhere;
  c = Connect(client, server, std::move(options));
  EXPECT_THAT(c.client_status,
              AllOf(KindIs(ErrorKind::kHostname), WhereIs(kElsewhere)));
}

TEST_F(EchHandshakeTest, ASecondClientHelloIsEncryptedToo) {
  const auto keys = NewKeys();
  ContextOptions server = ServerOptions();
  server.ech_keys = keys;
  server.verification.groups = "P-384";
  const auto server_context = MakeContext(std::move(server));
  Connection c = Connect(Client(), server_context, Offering(ConfigsOf(*keys)));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(c.client->info()->group, "P-384");
  EXPECT_EQ(c.client->info()->ech, EchStatus::kAccepted);
  EXPECT_EQ(c.server->info()->server_name, kInner);
  c = Connect(Client(), server_context, Offering(ConfigsOf(*NewKeys())));
  EXPECT_EQ(RetryConfigs(c.client_status), keys->config_list());
}

TEST_F(EchHandshakeTest, AnOlderKeyDecryptsAndIsNotPublished) {
  std::vector<EchKey> keys;
  keys.push_back(NewKey());
  keys.push_back(NewKey());
  const std::string published = keys[0].config;
  const auto old_configs = [&] {
    std::vector<EchKey> old;
    old.push_back(EchKey{keys[1].config, keys[1].private_key.Clone()});
    return ConfigsOf(**EchKeys::Create(old));
  }();
  keys[1].published = false;
  const auto server = ServerWith(*EchKeys::Create(keys));
  EXPECT_TRUE(Connect(Client(), server, Offering(old_configs)).ok());
  const auto retry = RetryConfigs(
      Connect(Client(), server, Offering(ConfigsOf(*NewKeys()))).client_status);
  ASSERT_TRUE(retry.has_value());
  EXPECT_EQ(retry->substr(2), published);
}

TEST_F(EchHandshakeTest, KeysOutliveWhoMadeThemAndServeManyContexts) {
  auto keys = NewKeys();
  const auto configs = ConfigsOf(*keys);
  const auto first = ServerWith(keys);
  const auto second = ServerWith(keys);
  keys = nullptr;
  for (const auto& server : {first, second}) {
    EXPECT_TRUE(Connect(Client(), server, Offering(configs)).ok());
  }
}

TEST_F(EchHandshakeTest, NothingIsSentForAConfigurationThatCannotBeUsed) {
  // A public key of zeros is invalid, which only the attempt shows.
  std::string bytes = NewKeys()->config_list();
  constexpr size_t kPublicKey = 2 + 4 + 1 + 2 + 2;
  bytes.replace(kPublicKey, 32, std::string(32, '\0'));
  Connection c = Connect(Client(), ServerWith(NewKeys()),
                         Offering(*EchConfigs::Parse(bytes)));
  EXPECT_THAT(c.client_status, ::testing::Not(KindIs(ErrorKind::kHostname)));
  EXPECT_FALSE(c.client_status.ok());
  EXPECT_EQ(c.client->traffic().transport_sent, 0);
}

TEST_F(EchHandshakeTest, OptionsThatDoNotGoTogetherAreRefused) {
  const auto refusal = [](ContextOptions context, SocketOptions socket) {
    auto [client, server] = platform::MakeMemoryTransports();
    return WrapSocket(MakeContext(std::move(context)), std::move(client),
                      std::move(socket))
        .status();
  };
  SocketOptions grease = LocalhostOptions();
  grease.ech_grease = true;
  const SocketOptions offers = Offering(ConfigsOf(*NewKeys()));
  const auto is_invalid = [](const char* where) {
    return AllOf(KindIs(ErrorKind::kInvalidArgument), WhereIs(where),
                 HasAdvice());
  };
  for (const auto& [options, where] : {std::make_pair(offers, "ech_configs"),
                                       std::make_pair(grease, "ech_grease")}) {
    ContextOptions old = ClientOptions();
    old.verification.maximum_version = TlsVersion::kTls1_2;
    EXPECT_THAT(refusal(std::move(old), options), is_invalid(where));
    SocketOptions server = options;
    server.side = Side::kServer;
    EXPECT_THAT(refusal(ServerOptions(), server), is_invalid(where));
    ContextOptions forbidden = ClientOptions();
    forbidden.verification.ech = EchUse::kForbidden;
    EXPECT_THAT(refusal(std::move(forbidden), options),
                AllOf(KindIs(ErrorKind::kPolicy), WhereIs(where)));
  }
  ContextOptions psk = ClientOptions();
  psk.psk_client = [](absl::string_view) {
    return std::optional<PskIdentity>();
  };
  EXPECT_THAT(refusal(std::move(psk), offers), is_invalid("ech_configs"));

  const SpiffeCa authority("here");
  ContextOptions spiffe = ClientOptions();
  spiffe.trust_store = nullptr;
  spiffe.verification.spiffe = MakePeers({{"example.org", authority.bundle()}},
                                         {"spiffe://example.org/server"});
  EXPECT_THAT(refusal(std::move(spiffe), offers), is_invalid("ech_configs"));

  ContextOptions server = ServerOptions();
  server.ech_keys = NewKeys();
  server.verification.maximum_version = TlsVersion::kTls1_2;
  EXPECT_THAT(Context::Create(std::move(server)), is_invalid("ech_keys"));
  server = ServerOptions();
  server.ech_keys = NewKeys();
  server.verification.ech = EchUse::kForbidden;
  EXPECT_THAT(Context::Create(std::move(server)),
              AllOf(KindIs(ErrorKind::kPolicy), WhereIs("ech_keys")));
}

TEST_F(EchHandshakeTest, ARequiredOneIsOfferedOrNothingIsSent) {
  const auto keys = NewKeys();
  ContextOptions options = ClientOptions();
  options.verification.ech = EchUse::kRequired;
  const auto client = MakeContext(std::move(options));
  for (const bool grease : {false, true}) {
    SocketOptions socket = LocalhostOptions();
    socket.ech_grease = grease;
    auto [end, other] = platform::MakeMemoryTransports();
    EXPECT_THAT(
        WrapSocket(client, std::move(end), std::move(socket)),
        AllOf(KindIs(ErrorKind::kPolicy), WhereIs("ech_configs"), HasAdvice()));
  }
  EXPECT_TRUE(
      Connect(client, ServerWith(keys), Offering(ConfigsOf(*keys))).ok());
  // A server cannot know what its clients could do.
  ContextOptions server = ServerOptions();
  server.verification.ech = EchUse::kRequired;
  EXPECT_TRUE(Connect(Client(), MakeContext(std::move(server))).ok());
}

TEST(EchRequiredTest, IsRefusedWithoutConfigurationsOnAnyEngine) {
  ContextOptions options = ClientOptions();
  options.verification.ech = EchUse::kRequired;
  auto [end, other] = platform::MakeMemoryTransports();
  EXPECT_THAT(
      WrapSocket(MakeContext(std::move(options)), std::move(end),
                 LocalhostOptions()),
      AllOf(KindIs(ErrorKind::kPolicy), WhereIs("ech_configs"), HasAdvice()));
}

}  // namespace
}  // namespace airlock::ssl
