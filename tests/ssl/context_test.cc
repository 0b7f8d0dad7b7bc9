// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/context.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/credential_source.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/secret.h"
#include "ssl/sign.h"
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
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::WithSession;
using ::airlock::testing::WriteAll;

using Change = std::function<void(ContextOptions*)>;

std::shared_ptr<const Secret> SecretOf(size_t size) {
  return std::make_shared<const Secret>(std::string(size, 'x'));
}

TEST(ContextErrorTest, NamesTheField) {
  struct Row {
    const char* field;
    Change change;
    ErrorKind kind = ErrorKind::kInvalidArgument;
  };
  const std::string nul("a\0b", 3);
  constexpr char kVersions[] =
      "ssl_version, minimum_version, maximum_version and disabled_versions";
  const Row rows[] = {
      {"clock", [](ContextOptions* o) { o->clock = nullptr; }},
      {"security_level",
       [](ContextOptions* o) { o->verification.security_level = -1; }},
      {"security_level",
       [](ContextOptions* o) { o->verification.security_level = 6; }},
      {"minimum_security_level",
       [](ContextOptions* o) { o->verification.minimum_security_level = -1; }},
      {"minimum_security_level",
       [](ContextOptions* o) { o->verification.minimum_security_level = 6; }},
      // A level in the ciphers does not hide an invalid value.
      {"security_level",
       [](ContextOptions* o) {
         o->verification.security_level = -1;
         o->ciphers = "ALL:@SECLEVEL=2";
       }},
      {"verify_depth", [](ContextOptions* o) { o->verification.depth = -1; }},
      {"ca_certs", [](ContextOptions* o) { o->trust_store = nullptr; },
       ErrorKind::kTrustStore},
      {"ca_certs",
       [](ContextOptions* o) {
         o->verification.mode = VerifyMode::kOptional;
         o->trust_store = nullptr;
       },
       ErrorKind::kTrustStore},
      {"alpn_protocols", [](ContextOptions* o) { o->alpn_protocols = {""}; }},
      {"alpn_protocols",
       [](ContextOptions* o) {
         o->alpn_protocols = {"h2", std::string(256, 'x')};
       }},
      {"alpn_protocols",
       [](ContextOptions* o) {
         o->alpn_protocols.assign(256, std::string(255, 'x'));
       }},
      {"npn_protocols", [](ContextOptions* o) { o->npn_protocols = {""}; }},
      {"session_id_context",
       [](ContextOptions* o) { o->session_id_context = std::string(33, 'x'); }},
      {"session_timeout",
       [](ContextOptions* o) { o->session_timeout = absl::ZeroDuration(); }},
      {"session_timeout",
       [](ContextOptions* o) { o->session_timeout = absl::Hours(24 * 7 + 1); }},
      {"session_timeout",
       [](ContextOptions* o) {
         o->session_timeout = absl::InfiniteDuration();
       }},
      {"num_tickets", [](ContextOptions* o) { o->num_tickets = 17; }},
      {"ticket_keys", [](ContextOptions* o) { o->ticket_keys = {nullptr}; }},
      {"ticket_keys",
       [](ContextOptions* o) {
         o->ticket_keys = {SecretOf(48), SecretOf(47)};
       }},
      {"credentials", [](ContextOptions* o) { o->credentials = {nullptr}; }},
      {"certfile",
       [](ContextOptions* o) {
         o->credentials = {TestCredentials("weak_rsa1024")};
       },
       ErrorKind::kCredentials},
      {"certfile",
       [](ContextOptions* o) {
         o->credentials = {TestCredentials("sha1_signed")};
       },
       ErrorKind::kCredentials},
      {"ciphers", [](ContextOptions* o) { o->ciphers = "junk"; }},
      {"ciphers", [](ContextOptions* o) { o->ciphers = "ALL:!ALL"; }},
      {"ciphers", [](ContextOptions* o) { o->ciphers = "ALL:@SECLEVEL=6"; }},
      {"ciphers", [](ContextOptions* o) { o->ciphers = "ALL:@SECLEVEL=x"; }},
      {"ciphers", [](ContextOptions* o) { o->ciphers = "@SECLEVEL=\n3"; }},
      {"ciphers", [](ContextOptions* o) { o->ciphers = "@SECLEVEL=+3"; }},
      {"ciphers", [](ContextOptions* o) { o->ciphers = "@SECLEVEL=03"; }},
      {"ciphers", [](ContextOptions* o) { o->ciphers = "@SECLEVEL="; }},
      {"ciphers", [&](ContextOptions* o) { o->ciphers = "ALL" + nul; }},
      {"ciphers", [](ContextOptions* o) { o->ciphers = "RC4"; }},
      {"ciphers", [](ContextOptions* o) { o->ciphers = "DES-CBC3-SHA"; }},
      {"ciphers",
       [](ContextOptions* o) { o->ciphers = "[AES128-SHA|DES-CBC3-SHA]"; }},
      {"groups", [](ContextOptions* o) { o->verification.groups = "junk"; }},
      {"groups",
       [](ContextOptions* o) { o->verification.groups = "X25519:junk"; }},
      {"groups",
       [](ContextOptions* o) { o->verification.groups = "X25519::P-256"; }},
      {"groups",
       [&](ContextOptions* o) { o->verification.groups = "X25519" + nul; }},
      {"psk_identity_hint",
       [](ContextOptions* o) { o->psk_identity_hint = std::string(129, 'x'); }},
      {"psk_identity_hint",
       [&](ContextOptions* o) { o->psk_identity_hint = nul; }},
      {kVersions,
       [](ContextOptions* o) {
         o->verification.protocol = Protocol::kTlsv1;
         o->verification.minimum_version = TlsVersion::kTls1_2;
       }},
      {kVersions,
       [](ContextOptions* o) {
         o->verification.protocol = Protocol::kTlsv1_2;
         o->verification.disabled_versions = {TlsVersion::kTls1_2};
       }},
  };
  for (const Row& row : rows) {
    ContextOptions options = ClientOptions();
    row.change(&options);
    const absl::Status status = Context::Create(std::move(options)).status();
    ASSERT_FALSE(status.ok()) << row.field << " " << (&row - rows);
    EXPECT_THAT(status, ErrorIs(row.kind, row.field));
  }
}

TEST(ContextErrorTest, ValidLimits) {
  ContextOptions options = ClientOptions();
  options.alpn_protocols = {std::string(255, 'x'), "h2"};
  options.session_id_context = std::string(32, 'x');
  options.session_timeout = absl::Hours(24 * 7);
  options.num_tickets = 16;
  options.ticket_keys = {SecretOf(48)};
  options.psk_identity_hint = std::string(128, 'x');
  options.verification.depth = 0;
  options.verification.security_level = 2;
  options.credentials = {TestCredentials("server_p256"),
                         TestCredentials("server_rsa"),
                         TestCredentials("server_ed25519")};
  const auto context = Context::Create(std::move(options));
  EXPECT_TRUE(context.ok()) << context.status();
}

TEST(ContextErrorTest, WeakCredentialsPassAtLevelZero) {
  ContextOptions options = ClientOptions();
  options.credentials = {TestCredentials("sha1_signed")};
  options.ciphers = "DEFAULT:@SECLEVEL=0";
  const auto context = Context::Create(std::move(options));
  ASSERT_TRUE(context.ok()) << context.status();
  EXPECT_EQ((*context)->options().verification.security_level, 0);
}

// Servers with a Signer, and with live credentials, which may get one.
std::vector<ContextOptions> ServersThatOnlySign() {
  CredentialsOptions signing;
  signing.certfile = Secret(ReadTestdata("certs/server_p256_chain.pem"));
  signing.signer = [](uint16_t scheme, absl::string_view input) {
    return Sign(*TestCredentials("server_p256"), scheme, input);
  };
  const auto credentials = Credentials::Create(std::move(signing));
  EXPECT_TRUE(credentials.ok()) << credentials.status();
  std::vector<ContextOptions> servers;
  servers.push_back(ServerOptions());
  servers.back().credentials = {*credentials};
  servers.push_back(ServerOptions());
  servers.back().credentials.clear();
  servers.back().credential_source =
      *CredentialSource::Create({TestCredentials("server_p256")});
  return servers;
}

TEST(ContextSignerTest, MayHavePreferenceGroups) {
  for (ContextOptions& server : ServersThatOnlySign()) {
    server.ciphers =
        "[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]";
    ContextOptions client = ClientOptions();
    client.verification.maximum_version = TlsVersion::kTls1_2;
    const Connection c = Connect(std::move(client), std::move(server));
    EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
  }
}

TEST(ContextSignerTest, HasNoRsaKeyExchange) {
  for (ContextOptions& server : ServersThatOnlySign()) {
    server.ciphers = "[ECDHE-ECDSA-AES128-GCM-SHA256|AES128-GCM-SHA256]";
    const absl::Status status = Context::Create(std::move(server)).status();
    EXPECT_THAT(status, ErrorIs(ErrorKind::kInvalidArgument, "ciphers"));
    // Not one of BoringSSL's: the list is not empty.
    EXPECT_THAT(status, ReasonIs(""));
  }
  for (ContextOptions& server : ServersThatOnlySign()) {
    server.ciphers = "AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256";
    const auto context = Context::Create(std::move(server));
    EXPECT_TRUE(context.ok()) << context.status();
  }
}

TEST(ContextVersionTest, IsTheHighestRunWithoutAHole) {
  using V = TlsVersion;
  struct Row {
    Protocol protocol;
    std::optional<V> minimum;
    std::optional<V> maximum;
    std::vector<V> disabled;
    V expected_minimum;
    V expected_maximum;
  };
  const Row rows[] = {
      {Protocol::kSslv23, {}, {}, {}, V::kTls1_0, V::kTls1_3},
      {Protocol::kTlsv1, {}, {}, {}, V::kTls1_0, V::kTls1_0},
      {Protocol::kTlsv1_1, {}, {}, {}, V::kTls1_1, V::kTls1_1},
      {Protocol::kTlsv1_2, {}, {}, {}, V::kTls1_2, V::kTls1_2},
      {Protocol::kSslv23, V::kTls1_1, V::kTls1_2, {}, V::kTls1_1, V::kTls1_2},
      {Protocol::kTlsv1_2, V::kTls1_0, V::kTls1_3, {}, V::kTls1_2, V::kTls1_2},
      {Protocol::kSslv23, {}, {}, {V::kTls1_3}, V::kTls1_0, V::kTls1_2},
      {Protocol::kSslv23,
       {},
       {},
       {V::kTls1_0, V::kTls1_1},
       V::kTls1_2,
       V::kTls1_3},
      {Protocol::kSslv23, {}, {}, {V::kTls1_2}, V::kTls1_3, V::kTls1_3},
      {Protocol::kSslv23, {}, {}, {V::kTls1_1}, V::kTls1_2, V::kTls1_3},
      {Protocol::kSslv23,
       {},
       {},
       {V::kTls1_1, V::kTls1_3},
       V::kTls1_2,
       V::kTls1_2},
      {Protocol::kSslv23,
       {},
       {},
       {V::kTls1_1, V::kTls1_2, V::kTls1_3},
       V::kTls1_0,
       V::kTls1_0},
  };
  for (const Row& row : rows) {
    ContextOptions options = ClientOptions();
    options.verification.protocol = row.protocol;
    options.verification.minimum_version = row.minimum;
    options.verification.maximum_version = row.maximum;
    options.verification.disabled_versions = row.disabled;
    const auto context = MakeContext(std::move(options));
    EXPECT_EQ(context->minimum_version(), row.expected_minimum);
    EXPECT_EQ(context->maximum_version(), row.expected_maximum);
    EXPECT_EQ(context->options().verification.minimum_version,
              row.expected_minimum);
    EXPECT_EQ(context->options().verification.maximum_version,
              row.expected_maximum);
  }
}

TEST(ContextVersionTest, IsNegotiated) {
  ContextOptions client = ClientOptions();
  client.verification.disabled_versions = {TlsVersion::kTls1_3};
  Connection c = Connect(std::move(client), ServerOptions());
  ASSERT_TRUE(c.ok());
  EXPECT_EQ(c.client->info()->version, TlsVersion::kTls1_2);
}

std::vector<std::string> CipherNames(const std::string& ciphers) {
  ContextOptions options = ClientOptions();
  options.verification.maximum_version = TlsVersion::kTls1_2;
  options.ciphers = ciphers;
  std::vector<std::string> names;
  for (const CipherInfo& cipher : MakeContext(std::move(options))->Ciphers()) {
    names.push_back(cipher.name);
  }
  return names;
}

bool Has(const std::vector<std::string>& names, absl::string_view part) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return absl::StrContains(name, part);
  });
}

TEST(ContextCipherTest, OpensslsSyntaxIsUnderstood) {
  for (const char* ciphers :
       {"", "DEFAULT", "HIGH", "ALL", "DEFAULT@SECLEVEL=1", "@SECLEVEL=1",
        "ALL:COMPLEMENTOFALL", "HIGH:!aNULL:!MD5", "kECDHE:-AES128:@STRENGTH",
        "ECDHE-RSA-AES128-GCM-SHA256, AES128-SHA", "!RC4:HIGH",
        "TLS_AES_128_GCM_SHA256:ECDHE+AESGCM",
        // Python 3.10 and later.
        "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:"
        "!aDSS:!SHA1:!AESCCM",
        // Python 3.6 to 3.9.
        "DEFAULT:!aNULL:!eNULL:!MD5:!3DES:!DES:!RC4:!IDEA:!SEED:!aDSS:!SRP:"
        "!PSK",
        // Python 2.7.9 and later, client and server.
        "ECDH+AESGCM:DH+AESGCM:ECDH+AES256:DH+AES256:ECDH+AES128:DH+AES:ECDH+"
        "HIGH:DH+HIGH:ECDH+3DES:DH+3DES:RSA+AESGCM:RSA+AES:RSA+HIGH:RSA+3DES:"
        "!aNULL:!eNULL:!MD5",
        "DEFAULT:!aNULL:!eNULL:!LOW:!EXPORT:!SSLv2"}) {
    const std::vector<std::string> names = CipherNames(ciphers);
    EXPECT_FALSE(names.empty()) << ciphers;
    EXPECT_TRUE(Has(names, "GCM")) << ciphers;
    EXPECT_FALSE(Has(names, "DES")) << ciphers;
    EXPECT_FALSE(Has(names, "NULL")) << ciphers;
    EXPECT_FALSE(Has(names, "AES128-SHA256")) << ciphers;
  }
  // Some versions of BoringSSL have it.
  EXPECT_EQ(CipherNames("ECDHE-RSA-AES128-SHA256:AES128-SHA"),
            (std::vector<std::string>{"AES128-SHA"}));
  EXPECT_FALSE(Has(CipherNames("ALL:!PSK"), "PSK"));
  EXPECT_TRUE(Has(CipherNames("PSK"), "ECDHE-PSK"));
  EXPECT_EQ(
      CipherNames("AES128-SHA:ECDHE-RSA-AES256-GCM-SHA384"),
      (std::vector<std::string>{"AES128-SHA", "ECDHE-RSA-AES256-GCM-SHA384"}));
}

TEST(ContextCipherTest, TheLastLevelInTheStringApplies) {
  for (const auto& [ciphers, level] :
       {std::make_pair("ALL", 2), std::make_pair("ALL:@SECLEVEL=1", 1),
        std::make_pair("@SECLEVEL=3:ALL:@SECLEVEL=0", 0),
        std::make_pair("@SECLEVEL=5", 5)}) {
    ContextOptions options = ClientOptions();
    options.ciphers = ciphers;
    EXPECT_EQ(
        MakeContext(std::move(options))->options().verification.security_level,
        level);
  }
}

TEST(ContextCipherTest, Tls13SuitesComeFirstAndCannotBeChosen) {
  ContextOptions options = ClientOptions();
  options.ciphers = "AES128-SHA";
  const std::vector<CipherInfo> ciphers =
      MakeContext(std::move(options))->Ciphers();
  ASSERT_EQ(ciphers.size(), 4u);
  EXPECT_EQ(ciphers[0].name, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(ciphers[0].protocol, "TLSv1.3");
  EXPECT_EQ(ciphers[3].name, "AES128-SHA");
  EXPECT_EQ(ciphers[3].id, 0x0300002fu);
}

TEST(ContextCipherTest, WhosePreferenceApplies) {
  for (const bool server_decides : {true, false}) {
    ContextOptions client = ClientOptions();
    client.verification.maximum_version = TlsVersion::kTls1_2;
    client.ciphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";
    ContextOptions server = ServerOptions();
    server.ciphers =
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256";
    server.cipher_server_preference = server_decides;
    Connection c = Connect(std::move(client), std::move(server));
    ASSERT_TRUE(c.ok());
    EXPECT_EQ(c.client->info()->cipher.name,
              server_decides ? "ECDHE-ECDSA-AES256-GCM-SHA384"
                             : "ECDHE-ECDSA-AES128-GCM-SHA256");
  }
}

TEST(ContextGroupTest, HaveOpensslsNamesToo) {
  for (const auto& [name, group] :
       {std::make_pair("prime256v1", "P-256"),
        std::make_pair("secp256r1", "P-256"), std::make_pair("P-256", "P-256"),
        std::make_pair("secp384r1", "P-384"),
        std::make_pair("secp521r1", "P-521"),
        std::make_pair("X25519", "X25519"),
        std::make_pair("x25519", "X25519")}) {
    ContextOptions options = ClientOptions();
    options.verification.groups = name;
    Connection c = Connect(std::move(options), ServerOptions());
    ASSERT_TRUE(c.ok()) << name << c.client_status;
    EXPECT_EQ(c.client->info()->group, group) << name;
  }
}

TEST(ContextThreadTest, ManyThreadsShareContextsStoresAndSessions) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 10;
  ContextOptions client_options = ClientOptions();
  client_options.credentials = {TestCredentials("client_p256")};
  client_options.verification.flags.x509_strict = true;
  const auto trust_store = client_options.trust_store;
  const auto tls13 = MakeContext(client_options);
  client_options.verification.maximum_version = TlsVersion::kTls1_2;
  const auto tls12 = MakeContext(client_options);
  client_options.session_tickets = false;
  const auto by_id = MakeContext(client_options);
  ContextOptions server_options = ServerOptions();
  server_options.verification.mode = VerifyMode::kRequired;
  server_options.trust_store = trust_store;
  server_options.session_cache_size = 4;
  const auto server = MakeContext(server_options);
  const std::shared_ptr<const Context> clients[] = {tls13, tls12, by_id};
  std::vector<std::shared_ptr<const Session>> sessions;
  for (const auto& client : clients) {
    sessions.push_back(Established(client, server));
  }

  std::vector<std::thread> threads;
  std::vector<int> good(kThreads, 0);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        const size_t which = static_cast<size_t>(t + i) % 3;
        Connection c = i % 2 == 0 ? Connect(clients[which], server)
                                  : Connect(clients[which], server,
                                            WithSession(sessions[which]));
        if (!c.ok() || !WriteAll(c.client.get(), "ping").ok()) continue;
        const auto got = ReadSome(c.server.get());
        (void)c.client->session();
        (void)server->session_statistics();
        good[static_cast<size_t>(t)] += got.ok() && *got == "ping" ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : good) EXPECT_EQ(count, kRounds);
  const SessionStatistics statistics = server->session_statistics();
  EXPECT_EQ(statistics.accept, 3u + kThreads * kRounds);
  EXPECT_EQ(statistics.accept_good, statistics.accept);
  EXPECT_LE(statistics.number, 4u);
}

}  // namespace
}  // namespace airlock::ssl
