// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Callbacks that return Later().
#include "ssl/later.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pool.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/internal/transport_bio.h"
#include "ssl/socket.h"
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
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::Reused;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::ShakeHands;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WithSession;
using ::airlock::testing::Wrap;

constexpr int kTimes = 2;  // How often a callback returns Later().

int AlertOf(const absl::Status& status) {
  const std::optional<Error> error = GetError(status);
  return error.has_value() ? error->alert.value_or(-1) : -1;
}

class LaterTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  ContextOptions Client() const {
    ContextOptions options = ClientOptions();
    options.verification.maximum_version = GetParam();
    return options;
  }

  // Does the handshake; `late`, one of the two ends, waits for `callback`
  // kTimes, and calls of both ends meanwhile have no effect.
  static void ShakeLate(Connection* c, Socket* late, LateCallback callback) {
    int waits = 0;
    for (int i = 0; i < 20 && c->ok(); ++i) {
      for (Socket* socket : {c->client.get(), c->server.get()}) {
        const IoResult result = socket->Handshake();
        if (result.want_callback()) {
          EXPECT_EQ(socket, late);
          EXPECT_EQ(result.callback(), callback);
          EXPECT_FALSE(socket->handshake_done());
          ++waits;
        }
        if (result.failed()) {
          (socket == c->client.get() ? c->client_status : c->server_status) =
              result.status();
        }
      }
      if (c->client->handshake_done() && c->server->handshake_done()) break;
    }
    EXPECT_EQ(waits, kTimes);
    ShakeHands(c);  // An alert may still have to be read.
  }
};

INSTANTIATE_TEST_SUITE_P(All, LaterTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         [](const ::testing::TestParamInfo<TlsVersion>& param) {
                           return param.param == TlsVersion::kTls1_2 ? "Tls12"
                                                                     : "Tls13";
                         });

TEST(LaterStatusTest, IsKnownFromOtherErrors) {
  EXPECT_TRUE(IsLater(Later()));
  EXPECT_FALSE(Later().ok());
  EXPECT_FALSE(IsLater(absl::OkStatus()));
  EXPECT_FALSE(IsLater(absl::UnavailableError(Later().message())));
}

// A server whose sni callback returns Later() kTimes, and then `decision`.
ContextOptions LateServer(const absl::StatusOr<SniDecision>& decision,
                          int* calls) {
  ContextOptions options = ServerOptions();
  options.sni = [decision, calls](Socket&,
                                  const std::optional<std::string>& name)
      -> absl::StatusOr<SniDecision> {
    EXPECT_EQ(name, "localhost");
    if ((*calls)++ < kTimes) return Later();
    return decision;
  };
  return options;
}

TEST_P(LaterTest, SniMayChooseAContext) {
  for (const bool switches : {true, false}) {
    SniDecision decision;
    if (switches) {
      ContextOptions other = ServerOptions("server_rsa");
      other.alpn_protocols = {"other"};
      decision.context = MakeContext(std::move(other));
    }
    int calls = 0;
    ContextOptions client = Client();
    client.alpn_protocols = {"other"};
    Connection c = Wrap(MakeContext(std::move(client)),
                        MakeContext(LateServer(decision, &calls)));
    ShakeLate(&c, c.server.get(), LateCallback::kSni);
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(calls, kTimes + 1);
    EXPECT_EQ(
        *c.client->peer_certificate(),
        TestCertificates(switches ? "server_rsa" : "server_p256_chain")[0]);
    EXPECT_EQ(c.client->info()->alpn, switches ? "other" : "");
  }
}

TEST_P(LaterTest, SniMayRefuse) {
  SniDecision decision;
  decision.alert = uint8_t{112};
  int calls = 0;
  Connection c =
      Wrap(MakeContext(Client()), MakeContext(LateServer(decision, &calls)));
  ShakeLate(&c, c.server.get(), LateCallback::kSni);
  EXPECT_EQ(GetErrorKind(c.server_status), ErrorKind::kCallback);
  EXPECT_EQ(AlertOf(c.server_status), 112);
  EXPECT_EQ(GetErrorKind(c.client_status), ErrorKind::kPeerAlert);
  EXPECT_EQ(AlertOf(c.client_status), 112);
}

TEST_P(LaterTest, SniMayFail) {
  int calls = 0;
  Connection c =
      Wrap(MakeContext(Client()),
           MakeContext(LateServer(absl::DataLossError("x"), &calls)));
  ShakeLate(&c, c.server.get(), LateCallback::kSni);
  EXPECT_EQ(GetErrorKind(c.server_status), ErrorKind::kCallback);
  EXPECT_EQ(AlertOf(c.client_status), 80);
}

TEST_P(LaterTest, VerifyMayAgreeOrRefuse) {
  for (const bool agrees : {true, false}) {
    int calls = 0;
    const auto verify = [&](const Socket&, const VerifiedPeer& peer) {
      EXPECT_FALSE(peer.verified.empty());
      if (calls++ < kTimes) return Later();
      return agrees ? absl::OkStatus() : absl::PermissionDeniedError("no");
    };
    // On a client.
    ContextOptions options = Client();
    options.verify = verify;
    Connection c =
        Wrap(MakeContext(std::move(options)), MakeContext(ServerOptions()));
    ShakeLate(&c, c.client.get(), LateCallback::kVerify);
    EXPECT_EQ(c.client_status.ok(), agrees);
    EXPECT_EQ(c.client->peer_verified(), agrees);
    if (!agrees) {
      EXPECT_EQ(GetErrorKind(c.client_status), ErrorKind::kVerification);
    }
    // On a server.
    calls = 0;
    options = ServerOptions();
    options.verification.mode = VerifyMode::kRequired;
    options.trust_store = TestTrustStore();
    options.verify = verify;
    ContextOptions client = Client();
    client.credentials = {TestCredentials("client_p256")};
    c = Wrap(MakeContext(std::move(client)), MakeContext(std::move(options)));
    ShakeLate(&c, c.server.get(), LateCallback::kVerify);
    EXPECT_EQ(c.server_status.ok(), agrees);
    EXPECT_EQ(c.server->peer_verified(), agrees);
    EXPECT_EQ(c.server->handshake_done(), agrees);
  }
}

// A server verifies a resuming client after the handshake.
TEST_P(LaterTest, VerifyMayAnswerLaterForAResumedSession) {
  int calls = 0;
  int times = 0;
  ContextOptions options = ServerOptions();
  options.verification.mode = VerifyMode::kRequired;
  options.trust_store = TestTrustStore();
  options.verify = [&](const Socket&, const VerifiedPeer&) {
    return calls++ < times ? Later() : absl::OkStatus();
  };
  ContextOptions client_options = Client();
  client_options.credentials = {TestCredentials("client_p256")};
  const auto client = MakeContext(std::move(client_options));
  const auto server = MakeContext(std::move(options));
  const auto session = Established(client, server);
  calls = 0;
  times = kTimes;
  Connection c = Wrap(client, server, WithSession(session));
  ShakeLate(&c, c.server.get(), LateCallback::kVerify);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_TRUE(Reused(c));
  EXPECT_TRUE(c.server->peer_verified());
}

TEST_P(LaterTest, OtherCallbacksMustAnswerAtOnce) {
  ContextOptions options = ServerOptions();
  options.alpn = [](Socket&, absl::Span<const absl::string_view>)
      -> absl::StatusOr<std::optional<size_t>> { return Later(); };
  ContextOptions client = Client();
  client.alpn_protocols = {"h2"};
  const Connection c = Connect(std::move(client), std::move(options));
  EXPECT_EQ(GetErrorKind(c.server_status), ErrorKind::kCallback);
}

// ---- Private keys that are kept elsewhere

class TestSigner {
 public:
  TestSigner(const std::string& name, int times) : times_(times) {
    const std::string pem = ReadTestdata(absl::StrCat("certs/", name, ".key"));
    const bssl::UniquePtr<BIO> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    key_.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  }

  absl::StatusOr<std::string> Sign(uint16_t scheme, absl::string_view input) {
    if (!input_.empty()) {
      EXPECT_EQ(input_, input);
    }
    input_ = std::string(input);
    if (calls++ < times_) return Later();
    if (!instead.ok() || !instead->empty()) return instead;
    bssl::ScopedEVP_MD_CTX context;
    EVP_PKEY_CTX* pkey = nullptr;
    size_t size = EVP_PKEY_size(key_.get());
    std::string signature(size, '\0');
    EXPECT_TRUE(EVP_DigestSignInit(context.get(), &pkey,
                                   SSL_get_signature_algorithm_digest(scheme),
                                   nullptr, key_.get()));
    if (SSL_is_signature_algorithm_rsa_pss(scheme)) {
      EXPECT_TRUE(EVP_PKEY_CTX_set_rsa_padding(pkey, RSA_PKCS1_PSS_PADDING));
      EXPECT_TRUE(EVP_PKEY_CTX_set_rsa_pss_saltlen(pkey, -1));
    }
    EXPECT_TRUE(EVP_DigestSign(
        context.get(), reinterpret_cast<uint8_t*>(&signature[0]), &size,
        reinterpret_cast<const uint8_t*>(input.data()), input.size()));
    signature.resize(size);
    return signature;
  }

  int calls = 0;
  absl::StatusOr<std::string> instead = std::string();

 private:
  const int times_;
  std::string input_;
  bssl::UniquePtr<EVP_PKEY> key_;
};

absl::StatusOr<std::shared_ptr<const Credentials>> SigningCredentials(
    const std::string& chain, std::shared_ptr<TestSigner> signer) {
  CredentialsOptions options;
  options.certfile = Secret(chain);
  options.signer = [signer = std::move(signer)](uint16_t scheme,
                                                absl::string_view input) {
    return signer->Sign(scheme, input);
  };
  return Credentials::Create(std::move(options));
}

std::shared_ptr<const Credentials> RemoteCredentials(
    const std::string& name, std::shared_ptr<TestSigner> signer) {
  auto made = SigningCredentials(
      ReadTestdata(absl::StrCat("certs/", name, ".pem")), std::move(signer));
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

TEST_P(LaterTest, SignerMaySignForAServer) {
  for (const std::string name :
       {"server_p256", "server_rsa_direct", "server_ed25519"}) {
    const auto signer = std::make_shared<TestSigner>(name, kTimes);
    ContextOptions options = ServerOptions();
    options.credentials = {RemoteCredentials(
        name == "server_rsa_direct" ? name : name + "_chain", signer)};
    EXPECT_GT(options.credentials[0]->key_bits(), 0);
    Connection c = Wrap(MakeContext(Client()), MakeContext(std::move(options)));
    ShakeLate(&c, c.server.get(), LateCallback::kSign);
    EXPECT_TRUE(c.ok()) << name << c.client_status << c.server_status;
    EXPECT_EQ(signer->calls, kTimes + 1);
  }
}

TEST_P(LaterTest, SignerMaySignForAClient) {
  const auto signer = std::make_shared<TestSigner>("client_p256", kTimes);
  ContextOptions server = ServerOptions();
  server.verification.mode = VerifyMode::kRequired;
  server.trust_store = TestTrustStore();
  ContextOptions client = Client();
  client.credentials = {RemoteCredentials("client_p256", signer)};
  Connection c =
      Wrap(MakeContext(std::move(client)), MakeContext(std::move(server)));
  ShakeLate(&c, c.client.get(), LateCallback::kSign);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_TRUE(c.server->peer_verified());
}

TEST_P(LaterTest, SignerThatFailsEndsTheHandshake) {
  for (const absl::StatusOr<std::string>& instead :
       {absl::StatusOr<std::string>(absl::UnavailableError("no key")),
        absl::StatusOr<std::string>(std::string(5000, 'x'))}) {
    const auto signer = std::make_shared<TestSigner>("server_p256", 0);
    signer->instead = instead;
    ContextOptions options = ServerOptions();
    options.credentials = {RemoteCredentials("server_p256_chain", signer)};
    const Connection c = Connect(Client(), std::move(options));
    EXPECT_EQ(GetErrorKind(c.server_status), ErrorKind::kCallback);
    EXPECT_FALSE(c.client_status.ok());
  }
}

TEST(SignerTest, DecryptsNothing) {
  const auto signer = std::make_shared<TestSigner>("server_rsa_direct", 0);
  ContextOptions options = ServerOptions();
  options.credentials = {RemoteCredentials("server_rsa_direct", signer)};
  options.ciphers = "ALL";
  ContextOptions client = ClientOptions();
  client.verification.maximum_version = TlsVersion::kTls1_2;
  client.ciphers = "AES128-GCM-SHA256";
  const Connection c = Connect(std::move(client), std::move(options));
  EXPECT_EQ(GetErrorKind(c.server_status), ErrorKind::kProtocol);
  EXPECT_EQ(AlertOf(c.client_status), 40);
  EXPECT_EQ(signer->calls, 0);
}

TEST(SignerTest, TakesAChainWithoutAKey) {
  const auto signer = std::make_shared<TestSigner>("server_p256", 0);
  const std::string chain = ReadTestdata("certs/server_p256_chain.pem");
  const std::string key = ReadTestdata("certs/server_p256.key");
  for (const std::string& wrong : {chain + key, key, std::string()}) {
    EXPECT_EQ(GetErrorKind(SigningCredentials(wrong, signer).status()),
              ErrorKind::kCredentials);
  }
}

// ---- A client's certificate for the server's request

TEST_P(LaterTest, ClientCredentialsMayBeGivenOrNot) {
  // RSA, ECDSA and Ed25519; three of ML-DSA need TLS 1.3.
  const size_t key_types =
      HasMlDsa() && GetParam() == TlsVersion::kTls1_3 ? 6 : 3;
  for (const bool given : {true, false}) {
    int calls = 0;
    ContextOptions client = Client();
    client.client_credentials = [&](const Socket&,
                                    const CertificateRequest& request)
        -> absl::StatusOr<std::shared_ptr<const Credentials>> {
      EXPECT_EQ(request.key_types.size(), key_types);
      EXPECT_TRUE(request.authorities.empty());
      if (calls++ < kTimes) return Later();
      return given ? TestCredentials("client_rsa") : nullptr;
    };
    ContextOptions server = ServerOptions();
    server.verification.mode = VerifyMode::kOptional;
    server.trust_store = TestTrustStore();
    Connection c =
        Wrap(MakeContext(std::move(client)), MakeContext(std::move(server)));
    ShakeLate(&c, c.client.get(), LateCallback::kClientCredentials);
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.server->peer_verified(), given);
  }
}

// A server that names the CAs that it trusts; our Socket never does that.
TEST_P(LaterTest, ClientCredentialsSeeTheServersAuthorities) {
  CertificateRequest seen;
  ContextOptions options = Client();
  options.client_credentials = [&](const Socket&,
                                   const CertificateRequest& request)
      -> absl::StatusOr<std::shared_ptr<const Credentials>> {
    seen = request;
    return nullptr;
  };
  const bssl::UniquePtr<SSL_CTX> ctx(SSL_CTX_new(TLS_method()));
  const auto pem = [](const std::string& name) {
    const std::string text = ReadTestdata(absl::StrCat("certs/", name));
    return bssl::UniquePtr<BIO>([&] {
      BIO* bio = BIO_new(BIO_s_mem());
      BIO_write(bio, text.data(), static_cast<int>(text.size()));
      return bio;
    }());
  };
  const bssl::UniquePtr<X509> leaf(PEM_read_bio_X509(
      pem("server_p256.pem").get(), nullptr, nullptr, nullptr));
  const bssl::UniquePtr<EVP_PKEY> key(PEM_read_bio_PrivateKey(
      pem("server_p256.key").get(), nullptr, nullptr, nullptr));
  ASSERT_TRUE(SSL_CTX_use_certificate(ctx.get(), leaf.get()));
  ASSERT_TRUE(SSL_CTX_use_PrivateKey(ctx.get(), key.get()));
  SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER, nullptr);
  ASSERT_TRUE(SSL_CTX_add_client_CA(ctx.get(), leaf.get()));
  auto [client_end, server_end] = platform::MakeMemoryTransports();
  internal::TransportBioState state;
  state.transport = std::move(server_end);
  const bssl::UniquePtr<SSL> server(SSL_new(ctx.get()));
  BIO* bio = internal::NewTransportBio(&state).release();
  SSL_set_bio(server.get(), bio, bio);
  options.trust_store = TestTrustStore("intermediate.pem");
  options.verification.flags.partial_chain = true;
  auto client = WrapSocket(MakeContext(std::move(options)),
                           std::move(client_end), LocalhostOptions());
  ASSERT_TRUE(client.ok()) << client.status();
  for (int i = 0; i < 5; ++i) {
    (void)(*client)->Handshake();
    (void)SSL_accept(server.get());
  }
  ASSERT_EQ(seen.authorities.size(), 1u);
  EXPECT_EQ(seen.authorities[0], TestCertificates("server_p256")[0].subject());
  EXPECT_EQ(seen.authorities_der.size(), 1u);
}

}  // namespace
}  // namespace airlock::ssl
