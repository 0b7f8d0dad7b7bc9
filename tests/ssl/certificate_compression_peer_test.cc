// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Connections whose server compresses its certificate (RFC 8879), and peers
// that do it wrongly: BoringSSL itself, with another codec.

#include <openssl/bytestring.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_compression.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/credentials_impl.h"
#include "ssl/internal/transport_bio.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::FailureOf;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::WriteAll;
using ::testing::HasSubstr;

constexpr uint8_t kCertificate = 11;
constexpr uint8_t kCompressedCertificate = 25;
constexpr uint8_t kBadCertificate = 42;
constexpr uint8_t kIllegalParameter = 47;
constexpr int kHandshakeMessage = 22;

ContextOptions ClientOptions() {
  ContextOptions options = ::airlock::testing::ClientOptions();
  options.accept_compressed_certificates = true;
  return options;
}

// How both ends say that the certificate came; they must agree.
std::string CompressionOf(const Connection& c) {
  EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
  if (!c.ok()) return "failed";
  EXPECT_EQ(c.client->info()->certificate_compression,
            c.server->info()->certificate_compression);
  return c.client->info()->certificate_compression;
}

TEST(CompressedCertificateTest, IsSentToClientsThatAsk) {
  for (const char* name : {"server_rsa", "server_p256", "server_ed25519"}) {
    const Connection c = Connect(ClientOptions(), ServerOptions(name));
    EXPECT_EQ(CompressionOf(c), "zlib");
    EXPECT_TRUE(c.client->peer_verified());
    EXPECT_EQ(c.client->presented_chain(), TestCredentials(name)->chain());
    EXPECT_EQ(CompressionOf(Connect(::airlock::testing::ClientOptions(),
                                    ServerOptions(name))),
              "");
  }
}

// The sizes of a server's messages of this type.
std::vector<size_t> SizesOf(uint8_t type, ContextOptions client) {
  std::vector<size_t> sizes;
  client.message = [&](const Socket&, const TlsMessage& message) {
    if (!message.sent && message.content_type == kHandshakeMessage &&
        message.bytes[0] == type) {
      sizes.push_back(message.bytes.size());
    }
    return absl::OkStatus();
  };
  EXPECT_TRUE(Connect(std::move(client), ServerOptions("server_rsa")).ok());
  return sizes;
}

TEST(CompressedCertificateTest, IsShorter) {
  const auto compressed = SizesOf(kCompressedCertificate, ClientOptions());
  const auto plain = SizesOf(kCertificate, ::airlock::testing::ClientOptions());
  ASSERT_EQ(compressed.size(), 1u);
  ASSERT_EQ(plain.size(), 1u);
  EXPECT_LT(compressed[0], plain[0] * 9 / 10);
  EXPECT_TRUE(SizesOf(kCertificate, ClientOptions()).empty());
}

TEST(CompressedCertificateTest, IsOfTls13) {
  ContextOptions client = ClientOptions();
  client.verification.maximum_version = TlsVersion::kTls1_2;
  EXPECT_EQ(CompressionOf(Connect(std::move(client), ServerOptions())), "");
}

TEST(CompressedCertificateTest, IsNotPartOfAResumedConnection) {
  const auto client = MakeContext(ClientOptions());
  const auto server = MakeContext(ServerOptions());
  Connection first = Connect(client, server);
  ASSERT_EQ(CompressionOf(first), "zlib");
  ASSERT_TRUE(WriteAll(first.server.get(), "x").ok());
  ASSERT_TRUE(ReadSome(first.client.get()).ok());
  SocketOptions options = LocalhostOptions();
  options.session = first.client->session();
  const Connection second = Connect(client, server, options);
  EXPECT_EQ(CompressionOf(second), "");
  EXPECT_TRUE(second.client->session_reused());
  EXPECT_TRUE(second.client->peer_verified());
}

TEST(CompressedCertificateTest, IsCompressedOnceForEachVariant) {
  ContextOptions options = ServerOptions();
  const auto credentials = options.credentials[0];
  options.ocsp_response = "a response";
  // Of two contexts, too.
  for (const auto& server : {MakeContext(options), MakeContext(options)}) {
    for (const bool request_ocsp : {false, true, false}) {
      ContextOptions client = ClientOptions();
      client.request_ocsp = request_ocsp;
      const Connection c = Connect(MakeContext(std::move(client)), server);
      EXPECT_EQ(CompressionOf(c), "zlib");
      EXPECT_EQ(c.client->info()->ocsp_response,
                request_ocsp ? "a response" : "");
    }
  }
  EXPECT_EQ(credentials->impl().compressed.size(), 2u);
}

TEST(CompressedCertificateTest, IsThatOfTheChosenContext) {
  const auto chosen = MakeContext(ServerOptions("server_ed25519"));
  ContextOptions server = ServerOptions("server_p256");
  server.sni =
      [&](Socket&,
          const std::optional<std::string>&) -> absl::StatusOr<SniDecision> {
    return SniDecision{chosen, {}};
  };
  const Connection c = Connect(ClientOptions(), std::move(server));
  EXPECT_EQ(CompressionOf(c), "zlib");
  EXPECT_EQ(c.client->presented_chain(),
            TestCredentials("server_ed25519")->chain());
}

TEST(CompressedCertificateTest, IsThatOfTheChosenCredentials) {
  ContextOptions server = ServerOptions("server_p256");
  server.credentials.push_back(TestCredentials("server_rsa"));
  ContextOptions client = ClientOptions();
  client.peer_signing_algorithms = {SSL_SIGN_RSA_PSS_RSAE_SHA256};
  const Connection c = Connect(std::move(client), std::move(server));
  EXPECT_EQ(CompressionOf(c), "zlib");
  EXPECT_EQ(c.client->presented_chain(),
            TestCredentials("server_rsa")->chain());
}

TEST(CompressedCertificateTest, AnUnverifiedOneIsRefused) {
  const Connection c = Connect(ClientOptions(), ServerOptions("server_other"));
  EXPECT_EQ(GetErrorKind(c.client_status), ErrorKind::kVerification);
}

// What a RawServer sends in place of the compressed `message`.
using Codec = std::function<std::string(absl::string_view message)>;

// BoringSSL itself as a server of a client of ours.
class RawServer {
 public:
  // With its chain, and the leaf this often besides.
  RawServer(size_t copies, Codec codec)
      : ctx_(SSL_CTX_new(TLS_method())), codec_(std::move(codec)) {
    const auto credentials = TestCredentials("server_p256");
    std::vector<CRYPTO_BUFFER*> chain;
    for (const Certificate& certificate : credentials->chain()) {
      chain.push_back(certificate.impl().der.get());
    }
    chain.resize(chain.size() + copies, chain[0]);
    EXPECT_TRUE(
        SSL_CTX_set_chain_and_key(ctx_.get(), chain.data(), chain.size(),
                                  credentials->impl().key.get(), nullptr));
    EXPECT_TRUE(SSL_CTX_add_cert_compression_alg(
        ctx_.get(), internal::kZlibAlgorithm, Compress, nullptr));
    SSL_CTX_set_info_callback(ctx_.get(), SeeAlert);
  }

  // The result of the client's handshake.
  absl::Status ShakeHands() {
    auto [client_end, server_end] = platform::MakeMemoryTransports();
    internal::TransportBioState state;
    state.transport = std::move(server_end);
    const bssl::UniquePtr<SSL> ssl(SSL_new(ctx_.get()));
    SSL_set_app_data(ssl.get(), this);
    BIO* bio = internal::NewTransportBio(&state).release();
    SSL_set_bio(ssl.get(), bio, bio);
    const auto client = WrapSocket(MakeContext(ClientOptions()),
                                   std::move(client_end), LocalhostOptions());
    absl::Status status;
    for (int i = 0; i < 10 && status.ok(); ++i) {
      status = FailureOf((*client)->Handshake());
      (void)SSL_accept(ssl.get());
    }
    EXPECT_EQ((*client)->handshake_done(), status.ok());
    return status;
  }

  // The alert that it received, or -1.
  int alert() const { return alert_; }

 private:
  static RawServer* Of(const SSL* ssl) {
    return static_cast<RawServer*>(SSL_get_app_data(ssl));
  }

  static int Compress(SSL* ssl, CBB* out, const uint8_t* in, size_t size) {
    const std::string sent =
        Of(ssl)->codec_({reinterpret_cast<const char*>(in), size});
    return CBB_add_bytes(out, reinterpret_cast<const uint8_t*>(sent.data()),
                         sent.size());
  }

  static void SeeAlert(const SSL* ssl, int type, int value) {
    if (type == SSL_CB_READ_ALERT) Of(ssl)->alert_ = value & 0xff;
  }

  const bssl::UniquePtr<SSL_CTX> ctx_;
  const Codec codec_;
  int alert_ = -1;
};

std::string Compressed(absl::string_view message) {
  return *internal::CompressMessage(
      {reinterpret_cast<const uint8_t*>(message.data()), message.size()});
}

TEST(CompressedCertificateTest, ARawServersIsAccepted) {
  RawServer server(0, Compressed);
  const absl::Status status = server.ShakeHands();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(server.alert(), -1);
}

TEST(CompressedCertificateTest, AWrongOneEndsTheHandshake) {
  const std::vector<std::pair<Codec, std::string>> codecs = {
      {[](absl::string_view message) { return std::string(message); },
       "is damaged ("},
      {[](absl::string_view) { return ""; }, "ends early"},
      {[](absl::string_view message) {
         const std::string all = Compressed(message);
         return all.substr(0, all.size() - 1);
       },
       "ends early"},
      {[](absl::string_view message) { return Compressed(message) + "x"; },
       "is followed by other bytes"},
      {[](absl::string_view message) { return Compressed(message.substr(1)); },
       "has "},
      {[](absl::string_view) {
         return Compressed(std::string(10 << 20, '\0'));
       },
       "has more than the "},
  };
  for (const auto& [codec, words] : codecs) {
    RawServer server(0, codec);
    const absl::Status status = server.ShakeHands();
    EXPECT_EQ(GetErrorKind(status), ErrorKind::kProtocol);
    EXPECT_EQ(GetError(status)->alert, kBadCertificate);
    EXPECT_THAT(
        std::string(status.message()),
        HasSubstr(absl::StrCat("The server's compressed certificate ", words)));
    EXPECT_EQ(server.alert(), kBadCertificate);
  }
}

// What it contains is read as if it had come plain.
TEST(CompressedCertificateTest, ItsContentIsChecked) {
  RawServer server(0, [](absl::string_view message) {
    return Compressed(std::string(message.size(), 'x'));
  });
  const absl::Status status = server.ShakeHands();
  EXPECT_EQ(GetErrorKind(status), ErrorKind::kProtocol);
  EXPECT_EQ(GetError(status)->reason, "DECODE_ERROR");
}

TEST(CompressedCertificateTest, IsLimitedLikeOneThatIsNotCompressed) {
  // 300 KB, of which some KB are sent.
  RawServer server(500, Compressed);
  const absl::Status status = server.ShakeHands();
  EXPECT_EQ(GetErrorKind(status), ErrorKind::kProtocol);
  EXPECT_EQ(GetError(status)->reason, "UNCOMPRESSED_CERT_TOO_LARGE");
  EXPECT_EQ(server.alert(), kIllegalParameter);
}

}  // namespace
}  // namespace airlock::ssl
