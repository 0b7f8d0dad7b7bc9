// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the two sides negotiate, and what a server sends in addition.
#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/credentials_impl.h"
#include "ssl/internal/transport_bio.h"
#include "ssl/socket.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::Wrap;

constexpr TlsVersion kBoth[] = {TlsVersion::kTls1_2, TlsVersion::kTls1_3};

ContextOptions Client(TlsVersion version) {
  ContextOptions options = ClientOptions();
  options.verification.maximum_version = version;
  return options;
}

ContextOptions ServerWithAllKeys() {
  ContextOptions options = ServerOptions();
  options.credentials = {TestCredentials("server_ed25519"),
                         TestCredentials("server_p256"),
                         TestCredentials("server_rsa")};
  return options;
}

TEST(CredentialsChoiceTest, FollowsTheClientsCiphers) {
  const auto server = MakeContext(ServerWithAllKeys());
  for (const auto& [ciphers, name] :
       {std::make_pair("ECDHE-RSA-AES128-GCM-SHA256", "server_rsa"),
        std::make_pair("AES128-SHA", "server_rsa"),
        std::make_pair("ECDHE-ECDSA-AES128-GCM-SHA256", "server_ed25519"),
        std::make_pair("ALL", "server_ed25519")}) {
    ContextOptions client = Client(TlsVersion::kTls1_2);
    client.ciphers = ciphers;
    Connection c = Connect(MakeContext(std::move(client)), server);
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(*c.client->peer_certificate(), TestCertificates(name)[0])
        << ciphers;
  }
}

TEST(CredentialsChoiceTest, FollowsTheVersion) {
  // Ed25519 does not exist before TLS 1.2.
  const auto server = MakeContext(ServerWithAllKeys());
  Connection c = Connect(MakeContext(Client(TlsVersion::kTls1_0)), server);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(*c.client->peer_certificate(), TestCertificates("server_p256")[0]);
}

TEST(CredentialsChoiceTest, NothingInCommonFails) {
  ContextOptions server = ServerOptions();
  server.credentials = {TestCredentials("server_ed25519"),
                        TestCredentials("server_p256")};
  ContextOptions client = Client(TlsVersion::kTls1_2);
  client.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";
  Connection c = Connect(std::move(client), std::move(server));
  EXPECT_EQ(GetErrorKind(c.server_status), ErrorKind::kProtocol);
  EXPECT_EQ(GetErrorKind(c.client_status), ErrorKind::kPeerAlert);
}

TEST(CredentialsChoiceTest, OfAClientFollowsTheServersRequest) {
  for (const TlsVersion version : kBoth) {
    ContextOptions client = Client(version);
    client.credentials = {TestCredentials("client_ed25519"),
                          TestCredentials("client_rsa")};
    ContextOptions server = ServerOptions();
    server.verification.mode = VerifyMode::kRequired;
    server.trust_store = TestTrustStore();
    Connection c = Connect(std::move(client), std::move(server));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(*c.server->peer_certificate(),
              TestCertificates("client_ed25519")[0]);
  }
}

// BoringSSL itself as a client, which can do things that ours never does.
class RawClient {
 public:
  explicit RawClient(uint16_t version) : ctx_(SSL_CTX_new(TLS_method())) {
    EXPECT_TRUE(SSL_CTX_set_max_proto_version(ctx_.get(), version));
    SSL_CTX_set_custom_verify(ctx_.get(), SSL_VERIFY_PEER,
                              [](SSL*, uint8_t*) { return ssl_verify_ok; });
  }

  SSL_CTX* ctx() { return ctx_.get(); }

  // The result of the server's handshake.
  absl::Status ShakeHands(ContextOptions options) {
    auto [client_end, server_end] = platform::MakeMemoryTransports();
    state_.transport = std::move(client_end);
    ssl_.reset(SSL_new(ctx_.get()));
    BIO* bio = internal::NewTransportBio(&state_).release();
    SSL_set_bio(ssl_.get(), bio, bio);
    SocketOptions server_options;
    server_options.side = Side::kServer;
    const auto server = WrapSocket(MakeContext(std::move(options)),
                                   std::move(server_end), server_options);
    absl::Status status;
    for (int i = 0; i < 10 && status.ok(); ++i) {
      (void)SSL_connect(ssl_.get());
      status = ::airlock::testing::FailureOf((*server)->Handshake());
    }
    EXPECT_EQ((*server)->handshake_done(), status.ok());
    return status;
  }

  // The subject of the certificate that the server presented.
  std::string server_subject() {
    const auto* chain = SSL_get0_peer_certificates(ssl_.get());
    const CRYPTO_BUFFER* leaf = sk_CRYPTO_BUFFER_value(chain, 0);
    const absl::string_view der(
        reinterpret_cast<const char*>(CRYPTO_BUFFER_data(leaf)),
        CRYPTO_BUFFER_len(leaf));
    return Certificate::FromDer(der)->subject();
  }

 private:
  const bssl::UniquePtr<SSL_CTX> ctx_;
  internal::TransportBioState state_;
  bssl::UniquePtr<SSL> ssl_;
};

std::string CertificateChosenFor(uint16_t version,
                                 const std::vector<uint16_t>& algorithms) {
  RawClient client(version);
  EXPECT_TRUE(SSL_CTX_set_verify_algorithm_prefs(
      client.ctx(), algorithms.data(), algorithms.size()));
  const absl::Status status = client.ShakeHands(ServerWithAllKeys());
  EXPECT_TRUE(status.ok()) << status;
  return status.ok() ? client.server_subject() : "";
}

TEST(CredentialsChoiceTest, FollowsTheClientsSignatureAlgorithms) {
  for (const uint16_t version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_EQ(CertificateChosenFor(version, {SSL_SIGN_RSA_PSS_RSAE_SHA256}),
              "CN=server_rsa,O=Airlock Test");
    EXPECT_EQ(CertificateChosenFor(version, {SSL_SIGN_RSA_PSS_RSAE_SHA256,
                                             SSL_SIGN_ECDSA_SECP256R1_SHA256}),
              "CN=server_p256,O=Airlock Test");
    EXPECT_EQ(CertificateChosenFor(
                  version, {SSL_SIGN_RSA_PSS_RSAE_SHA256, SSL_SIGN_ED25519}),
              "CN=server_ed25519,O=Airlock Test");
  }
}

// RFC 9155. A client without a list means SHA-1, too.
TEST(SignatureTest, CredentialsSignSha1OnlyAtLevelZero) {
  const uint16_t sha1[] = {SSL_SIGN_RSA_PKCS1_SHA1, SSL_SIGN_ECDSA_SHA1};
  for (const auto& [first_level, level] :
       std::vector<std::pair<std::optional<int>, int>>{{std::nullopt, 0},
                                                       {std::nullopt, 2},
                                                       {0, 0},
                                                       {0, 2},
                                                       {2, 0},
                                                       {2, 2}}) {
    for (const std::vector<std::string>& names :
         {std::vector<std::string>{"server_rsa"},
          std::vector<std::string>{"server_p256"},
          std::vector<std::string>{"server_p256", "server_rsa"}}) {
      ContextOptions options = ServerOptions();
      options.ciphers = "ECDHE";  // With RSA key exchange, no one signs.
      options.credentials.clear();
      for (const std::string& name : names) {
        options.credentials.push_back(TestCredentials(name));
      }
      options.verification.security_level = level;
      if (first_level.has_value()) {
        const auto next = MakeContext(options);
        options.verification.security_level = *first_level;
        options.sni = [next](Socket&, const std::optional<std::string>&)
            -> absl::StatusOr<SniDecision> {
          return SniDecision{next, {}};
        };
      }
      RawClient client(TLS1_2_VERSION);
      ASSERT_TRUE(SSL_CTX_set_verify_algorithm_prefs(client.ctx(), sha1, 2));
      const absl::Status status = client.ShakeHands(std::move(options));
      EXPECT_EQ(status.ok(), level == 0) << status;
      if (level == 0) continue;
      EXPECT_THAT(std::string(status.message()),
                  ::testing::HasSubstr(HasPostQuantumGroup()
                                           ? "no shared cipher"
                                           : "no common signature algorithms"));
    }
  }
}

TEST(SignatureTest, Sha1IsOfLevelZeroAlsoAfterAChangeOfContexts) {
  const auto credentials = TestCredentials("client_rsa");
  for (const int first_level : {0, 2}) {
    for (const int level : {0, 2}) {
      RawClient client(TLS1_2_VERSION);
      const uint16_t sha1[] = {SSL_SIGN_RSA_PKCS1_SHA1};
      ASSERT_TRUE(SSL_CTX_set_signing_algorithm_prefs(client.ctx(), sha1, 1));
      CRYPTO_BUFFER* leaf = credentials->chain()[0].impl().der.get();
      ASSERT_TRUE(SSL_CTX_set_chain_and_key(
          client.ctx(), &leaf, 1, credentials->impl().key.get(), nullptr));
      ContextOptions options = ServerOptions();
      options.verification.mode = VerifyMode::kRequired;
      options.trust_store = TestTrustStore();
      options.verification.security_level = level;
      const auto next = MakeContext(options);
      options.verification.security_level = first_level;
      options.sni = [next](Socket&, const std::optional<std::string>&)
          -> absl::StatusOr<SniDecision> {
        return SniDecision{next, {}};
      };
      const absl::Status status = client.ShakeHands(std::move(options));
      EXPECT_EQ(status.ok(), level == 0) << status;
    }
  }
}

TEST(KeyUsageTest, AKeyForEncryptionOnlySignsNothing) {
  struct Row {
    TlsVersion version;
    const char* ciphers;
    bool good;
  };
  for (const Row& row : {Row{TlsVersion::kTls1_2, "RSA+AESGCM", true},
                         Row{TlsVersion::kTls1_2, "ECDHE+AESGCM", false},
                         Row{TlsVersion::kTls1_3, "ECDHE+AESGCM", false}}) {
    ContextOptions client = Client(row.version);
    client.ciphers = row.ciphers;
    Connection c =
        Connect(std::move(client), ServerOptions("key_usage_no_sign"));
    EXPECT_EQ(c.client_status.ok(), row.good) << c.client_status;
    if (!row.good) {
      EXPECT_EQ(GetErrorKind(c.client_status), ErrorKind::kProtocol);
    }
  }
}

TEST(AlpnTest, UsesTheServersPreference) {
  for (const TlsVersion version : kBoth) {
    ContextOptions client = Client(version);
    client.alpn_protocols = {"http/1.1", "h2"};
    ContextOptions server = ServerOptions();
    server.alpn_protocols = {"h3", "h2", "http/1.1"};
    Connection c = Connect(std::move(client), std::move(server));
    ASSERT_TRUE(c.ok()) << c.client_status;
    EXPECT_EQ(c.client->info()->alpn, "h2");
    EXPECT_EQ(c.server->info()->alpn, "h2");
  }
}

TEST(AlpnTest, ContinuesWithoutACommonProtocolUnlessRequired) {
  for (const TlsVersion version : kBoth) {
    for (const bool required : {false, true}) {
      ContextOptions client = Client(version);
      client.alpn_protocols = {"h"};
      ContextOptions server = ServerOptions();
      server.alpn_protocols = {"h2"};
      server.alpn_required = required;
      const auto server_context = MakeContext(std::move(server));
      Connection c = Connect(MakeContext(std::move(client)), server_context);
      EXPECT_EQ(c.ok(), !required);
      if (required) {
        EXPECT_EQ(GetErrorKind(c.server_status), ErrorKind::kProtocol);
        EXPECT_EQ(GetError(c.server_status)->alert, 120);
        EXPECT_EQ(GetError(c.client_status)->alert, 120);
      } else {
        EXPECT_EQ(c.client->info()->alpn, "");
        EXPECT_EQ(c.server->info()->alpn, "");
      }
      // A client that offers nothing is accepted.
      EXPECT_TRUE(Connect(MakeContext(Client(version)), server_context).ok());
    }
  }
}

TEST(AlpnTest, TheCallbackChoosesInPlaceOfTheList) {
  using Choice = absl::StatusOr<std::optional<size_t>>;
  struct Row {
    Choice choice;
    ErrorKind error;
    std::string alpn;
  };
  for (const TlsVersion version : kBoth) {
    for (const Row& row :
         {Row{Choice(1), {}, "h2"}, Row{Choice(std::nullopt), {}, ""},
          Row{Choice(2), ErrorKind::kCallback, ""},
          Row{Choice(absl::AbortedError("no")), ErrorKind::kCallback, ""}}) {
      ContextOptions client = Client(version);
      client.alpn_protocols = {"http/1.1", "h2"};
      ContextOptions server = ServerOptions();
      server.alpn_protocols = {"http/1.1"};
      std::vector<std::string> seen;
      server.alpn = [&](Socket&, absl::Span<const absl::string_view> offered) {
        seen.assign(offered.begin(), offered.end());
        return row.choice;
      };
      Connection c = Connect(std::move(client), std::move(server));
      EXPECT_EQ(seen, (std::vector<std::string>{"http/1.1", "h2"}));
      if (row.error == ErrorKind()) {
        ASSERT_TRUE(c.ok()) << c.client_status;
        EXPECT_EQ(c.client->info()->alpn, row.alpn);
      } else {
        EXPECT_EQ(GetErrorKind(c.server_status), row.error);
        EXPECT_EQ(GetError(c.client_status)->alert, 120);
      }
    }
  }
}

TEST(NpnTest, IsOfTls12AndComesAfterAlpn) {
  struct Row {
    TlsVersion version;
    std::vector<std::string> client;
    std::vector<std::string> server;
    bool alpn;
    std::string npn;
  };
  const Row rows[] = {
      {TlsVersion::kTls1_2, {"a", "b"}, {"b", "a"}, false, "a"},
      {TlsVersion::kTls1_2, {"c", "b"}, {"b", "a"}, false, "b"},
      {TlsVersion::kTls1_2, {"c", "d"}, {"b", "a"}, false, "c"},
      {TlsVersion::kTls1_2, {"a"}, {}, false, ""},
      {TlsVersion::kTls1_2, {}, {"a"}, false, ""},
      {TlsVersion::kTls1_2, {"a"}, {"a"}, true, ""},
      {TlsVersion::kTls1_3, {"a"}, {"a"}, false, ""},
  };
  for (const Row& row : rows) {
    ContextOptions client = Client(row.version);
    client.npn_protocols = row.client;
    ContextOptions server = ServerOptions();
    server.npn_protocols = row.server;
    if (row.alpn) client.alpn_protocols = server.alpn_protocols = {"h2"};
    Connection c = Connect(std::move(client), std::move(server));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.client->info()->npn, row.npn);
    EXPECT_EQ(c.server->info()->npn, row.npn);
    EXPECT_EQ(c.client->info()->alpn, row.alpn ? "h2" : "");
  }
}

TEST(StapleTest, ComesWhereItIsAskedFor) {
  const std::string ocsp = ReadTestdata("certs/ocsp_good.der");
  const std::string sct("\0\7\0\5proof", 9);
  for (const TlsVersion version : kBoth) {
    for (const bool asks : {true, false}) {
      ContextOptions client = Client(version);
      client.request_ocsp = asks;
      client.request_sct = asks;
      ContextOptions server = ServerOptions("server_rsa_direct");
      server.ocsp_response = ocsp;
      server.sct_list = sct;
      Connection c = Connect(std::move(client), std::move(server));
      ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
      EXPECT_EQ(c.client->info()->ocsp_response, asks ? ocsp : "");
      EXPECT_EQ(c.client->info()->sct_list, asks ? sct : "");
      EXPECT_EQ(c.server->info()->ocsp_response, "");
    }
  }
}

TEST(StapleTest, MayBeMissing) {
  ContextOptions client = ClientOptions();
  client.request_ocsp = true;
  client.request_sct = true;
  Connection c = Connect(std::move(client), ServerOptions("must_staple"));
  ASSERT_TRUE(c.ok()) << c.client_status;
  EXPECT_EQ(c.client->info()->ocsp_response, "");
}

TEST(StapleTest, AnInvalidListIsRefused) {
  for (const std::string& bad :
       {std::string("x"), std::string("\0\0", 2), std::string("\0\7\0\5pro", 7),
        std::string("\0\2\0\0", 4)}) {
    ContextOptions server = ServerOptions();
    server.sct_list = bad;
    EXPECT_EQ(GetErrorKind(Context::Create(std::move(server)).status()),
              ErrorKind::kInvalidArgument);
  }
}

constexpr uint16_t kEcdsaP256 = 0x0403;  // With SHA-256; RFC 8446, 4.2.3.
constexpr uint16_t kPssSha256 = 0x0804;
constexpr uint16_t kPssSha512 = 0x0806;
constexpr uint16_t kPkcs1Sha1 = 0x0201;

TEST(SigningAlgorithmTest, TheSignersPreferenceCountsAndIsReported) {
  for (const TlsVersion version : kBoth) {
    ContextOptions server = ServerOptions("server_rsa");
    server.signing_algorithms = {kPssSha512, kPssSha256};
    ContextOptions client = Client(version);
    client.peer_signing_algorithms = {kEcdsaP256, kPssSha256, kPssSha512};
    const auto client_context = MakeContext(std::move(client));
    Connection c = Connect(client_context, MakeContext(server));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.client->info()->peer_signing_algorithm, kPssSha512);
    EXPECT_EQ(c.server->info()->peer_signing_algorithm, 0);  // No certificate.
    server.signing_algorithms = {kPssSha256};
    c = Connect(client_context, MakeContext(server));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.client->info()->peer_signing_algorithm, kPssSha256);
  }
}

TEST(SigningAlgorithmTest, NothingInCommonFails) {
  for (const TlsVersion version : kBoth) {
    ContextOptions server = ServerOptions("server_rsa");
    server.signing_algorithms = {kPssSha512};
    ContextOptions client = Client(version);
    client.peer_signing_algorithms = {kPssSha256};
    // With RSA key exchange, which later BoringSSLs would choose, none signs.
    client.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";
    Connection c = Connect(std::move(client), std::move(server));
    EXPECT_EQ(GetErrorKind(c.server_status), ErrorKind::kProtocol);
    EXPECT_EQ(GetError(c.client_status)->alert, 40);  // handshake_failure
  }
}

TEST(SigningAlgorithmTest, AServerWithManyKeysChoosesOneThatMaySign) {
  for (const TlsVersion version : kBoth) {
    ContextOptions server = ServerWithAllKeys();
    server.signing_algorithms = {kPssSha256};
    Connection c = Connect(Client(version), std::move(server));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(*c.client->peer_certificate(), TestCertificates("server_rsa")[0]);
  }
}

TEST(SigningAlgorithmTest, AnSniCallbackBringsThoseOfItsContext) {
  for (const TlsVersion version : kBoth) {
    ContextOptions chosen = ServerOptions("server_rsa");
    chosen.signing_algorithms = {kPssSha512};
    ContextOptions server = ServerOptions("server_rsa");
    server.signing_algorithms = {kPssSha256};
    server.sni =
        [context = MakeContext(std::move(chosen))](
            Socket&,
            const std::optional<std::string>&) -> absl::StatusOr<SniDecision> {
      return SniDecision{context, std::nullopt};
    };
    Connection c = Connect(Client(version), std::move(server));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.client->info()->peer_signing_algorithm, kPssSha512);
  }
}

TEST(SigningAlgorithmTest, SessionsOfOtherContextsAreNotResumed) {
  for (const TlsVersion version : kBoth) {
    ContextOptions server = ServerOptions("server_rsa");
    server.ticket_keys = {std::make_shared<const Secret>(std::string(48, 'k'))};
    const auto client = MakeContext(Client(version));
    Connection first = Connect(client, MakeContext(server));
    ASSERT_TRUE(first.ok()) << first.client_status;
    EXPECT_FALSE(ReadSome(first.client.get()).ok());  // Only tickets.
    SocketOptions resuming = LocalhostOptions();
    resuming.session = first.client->session();
    ASSERT_NE(resuming.session, nullptr);
    EXPECT_TRUE(Connect(client, MakeContext(server), resuming)
                    .client->session_reused());
    server.peer_signing_algorithms = {kPssSha256};
    EXPECT_FALSE(Connect(client, MakeContext(server), resuming)
                     .client->session_reused());
  }
}

TEST(SigningAlgorithmTest, BadListsAreRefused) {
  constexpr uint16_t kTls11 = 0xff01;  // BoringSSL's own number.
  for (const bool peers : {true, false}) {
    for (const std::vector<uint16_t>& bad : {std::vector<uint16_t>{0x1234},
                                             {kTls11},
                                             {kPkcs1Sha1},
                                             {kPssSha256, kPssSha256}}) {
      ContextOptions options = ServerOptions("server_rsa");
      (peers ? options.peer_signing_algorithms : options.signing_algorithms) =
          bad;
      EXPECT_THAT(
          Context::Create(options),
          ErrorIs(ErrorKind::kInvalidArgument,
                  peers ? "peer_signing_algorithms" : "signing_algorithms"))
          << bad[0];
      options.verification.security_level = 0;
      EXPECT_EQ(Context::Create(options).ok(), bad[0] == kPkcs1Sha1);
    }
  }
}

TEST(ExporterTest, BothSidesHaveTheSame) {
  for (const TlsVersion version : kBoth) {
    Connection c =
        Wrap(MakeContext(Client(version)), MakeContext(ServerOptions()));
    EXPECT_EQ(
        GetErrorKind(c.client->ExportKeyingMaterial("label", {}, 32).status()),
        ErrorKind::kInvalidArgument);
    airlock::testing::ShakeHands(&c);
    ASSERT_TRUE(c.ok());
    const auto get = [](Socket* socket, absl::string_view label,
                        std::optional<absl::string_view> context, size_t size) {
      const auto secret = socket->ExportKeyingMaterial(label, context, size);
      EXPECT_TRUE(secret.ok()) << secret.status();
      EXPECT_EQ(secret->size(), size);
      return std::string(secret->view());
    };
    const std::string ours = get(c.client.get(), "label", {}, 40);
    EXPECT_EQ(get(c.server.get(), "label", {}, 40), ours);
    EXPECT_NE(get(c.server.get(), "other", {}, 40), ours);
    EXPECT_NE(get(c.server.get(), "label", "context", 40), ours);
    // RFC 8446, section 7.5, makes no difference; RFC 5705 does.
    EXPECT_EQ(get(c.server.get(), "label", "", 40) == ours,
              version == TlsVersion::kTls1_3);
    EXPECT_EQ(get(c.server.get(), "label", {}, 0), "");
  }
}

}  // namespace
}  // namespace airlock::ssl
