// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/socket.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/insecure.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::ShakeHands;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::Wrap;
using ::airlock::testing::WriteAll;

ErrorKind KindOf(const absl::Status& status) { return GetErrorKind(status); }

std::string Exchange(Socket* from, Socket* to, absl::string_view data) {
  const absl::Status written = WriteAll(from, data);
  EXPECT_TRUE(written.ok()) << written;
  std::string got;
  while (got.size() < data.size()) {
    const absl::StatusOr<std::string> some = ReadSome(to);
    if (!some.ok() || some->empty()) {
      ADD_FAILURE() << some.status();
      break;
    }
    got += *some;
  }
  return got;
}

// Protocol x key type x verify mode.
using MatrixParam = std::tuple<TlsVersion, std::string, VerifyMode>;

class MatrixTest : public ::testing::TestWithParam<MatrixParam> {};

TEST_P(MatrixTest, ShakesHandsAndMovesDataBothWays) {
  const auto& [version, key, server_verifies] = GetParam();
  ContextOptions client_options = ClientOptions();
  client_options.verification.minimum_version = version;
  client_options.verification.maximum_version = version;
  client_options.credentials = {TestCredentials("client_p256")};
  ContextOptions server_options = ServerOptions(key);
  server_options.verification.mode = server_verifies;
  server_options.trust_store = TestTrustStore();
  Connection c = Connect(std::move(client_options), std::move(server_options));
  // Ed25519 came with TLS 1.3 and RFC 8422; before TLS 1.2 it cannot be
  // negotiated.
  if (key == "server_ed25519" && version < TlsVersion::kTls1_2) {
    EXPECT_FALSE(c.ok());
    return;
  }
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(c.client->info()->version, version);
  EXPECT_EQ(c.server->info()->version, version);
  EXPECT_TRUE(c.client->peer_verified());
  EXPECT_EQ(c.client->verified_chain().size(), 3u);
  EXPECT_EQ(c.client->presented_chain().size(), 2u);
  EXPECT_EQ(c.server->peer_verified(), server_verifies != VerifyMode::kNone);
  EXPECT_EQ(Exchange(c.client.get(), c.server.get(), "ping"), "ping");
  EXPECT_EQ(Exchange(c.server.get(), c.client.get(), "pong"), "pong");
}

std::string MatrixName(const ::testing::TestParamInfo<MatrixParam>& param) {
  constexpr const char* kModes[] = {"none", "optional", "required"};
  std::string name(TlsVersionName(std::get<0>(param.param)));
  name.erase(std::remove(name.begin(), name.end(), '.'), name.end());
  return name + "_" + std::get<1>(param.param) + "_" +
         kModes[static_cast<int>(std::get<2>(param.param))];
}

INSTANTIATE_TEST_SUITE_P(
    All, MatrixTest,
    ::testing::Combine(
        ::testing::Values(TlsVersion::kTls1_0, TlsVersion::kTls1_1,
                          TlsVersion::kTls1_2, TlsVersion::kTls1_3),
        ::testing::Values("server_rsa", "server_p256", "server_p384",
                          "server_p521", "server_ed25519"),
        ::testing::Values(VerifyMode::kNone, VerifyMode::kOptional,
                          VerifyMode::kRequired)),
    MatrixName);

TEST(SocketTest, RefusesAnotherHostBeforeAnyData) {
  SocketOptions options;
  options.server_hostname = "elsewhere.test";
  Connection c = Connect(MakeContext(ClientOptions()),
                         MakeContext(ServerOptions()), options);
  const std::optional<Error> error = GetError(c.client_status);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, ErrorKind::kHostname);
  EXPECT_EQ(error->verify_code, 62);
  EXPECT_EQ(error->alert, 42);
  EXPECT_EQ(KindOf(c.server_status), ErrorKind::kPeerAlert);
  EXPECT_EQ(GetError(c.server_status)->alert, 42);
  EXPECT_FALSE(c.client->peer_verified());
  // Final: later calls return the same error.
  EXPECT_EQ(KindOf(WriteAll(c.client.get(), "x")), ErrorKind::kHostname);
}

TEST(SocketTest, RefusesAnUnknownIssuer) {
  ContextOptions options = ClientOptions();
  options.trust_store = TestTrustStore("other_root.pem");
  Connection c = Connect(std::move(options), ServerOptions());
  const std::optional<Error> error = GetError(c.client_status);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, ErrorKind::kVerification);
  EXPECT_EQ(error->verify_code, 20);
  EXPECT_EQ(error->alert, 48);
}

TEST(SocketTest, MovesDataLargerThanARecordBothWays) {
  Connection c = Connect(ClientOptions(), ServerOptions());
  ASSERT_TRUE(c.ok()) << c.client_status;
  const std::string big(100000, 'x');
  EXPECT_EQ(Exchange(c.client.get(), c.server.get(), big), big);
  EXPECT_EQ(Exchange(c.server.get(), c.client.get(), big), big);
}

TEST(SocketTest, PendingTellsWhatAReadLeft) {
  Connection c = Connect(ClientOptions(), ServerOptions());
  ASSERT_TRUE(c.ok());
  ASSERT_TRUE(WriteAll(c.server.get(), "hello").ok());
  uint8_t two[2];
  ASSERT_TRUE(c.client->Read(absl::MakeSpan(two)).done());
  EXPECT_EQ(c.client->pending(), 3u);
}

TEST(SocketTest, HalfCloseThenUnwrapGivesThePlainTransportBack) {
  Connection c = Connect(ClientOptions(), ServerOptions());
  ASSERT_TRUE(c.ok());
  ASSERT_TRUE(c.client->Shutdown().done());
  EXPECT_EQ(KindOf(c.client->Write({}).status()), ErrorKind::kClosed);
  // The server still writes, and sees the end of the client's data.
  EXPECT_EQ(*ReadSome(c.server.get()), "");
  EXPECT_EQ(Exchange(c.server.get(), c.client.get(), "late"), "late");
  EXPECT_TRUE(c.client->Unwrap().want_read());
  EXPECT_TRUE(c.server->Unwrap().done());
  EXPECT_TRUE(c.client->Unwrap().done());

  std::unique_ptr<Transport> client = c.client->ReleaseTransport();
  std::unique_ptr<Transport> server = c.server->ReleaseTransport();
  const uint8_t plain[] = {'h', 'i'};
  ASSERT_EQ(client->Write(plain).bytes(), 2u);
  uint8_t got[8];
  ASSERT_EQ(server->Read(absl::MakeSpan(got)).bytes(), 2u);
  EXPECT_EQ(got[0], 'h');
}

TEST(SocketTest, IsClosedOnceTheTransportIsReleased) {
  Connection c = Connect(ClientOptions(), ServerOptions());
  ASSERT_TRUE(c.ok());
  c.client->ReleaseTransport();
  EXPECT_EQ(KindOf(ReadSome(c.client.get()).status()), ErrorKind::kClosed);
  EXPECT_EQ(KindOf(WriteAll(c.client.get(), "x")), ErrorKind::kClosed);
  EXPECT_EQ(KindOf(c.client->Unwrap().status()), ErrorKind::kClosed);
}

TEST(SocketTest, SwitchingContextsIsHeldToTheSameRules) {
  ContextOptions lax = ClientOptions();
  lax.verification.check_hostname = false;
  Connection c =
      Wrap(MakeContext(lax), MakeContext(ServerOptions()), SocketOptions());
  // Without a name to check, a context that checks names is refused.
  EXPECT_EQ(KindOf(c.client->SwitchContext(MakeContext(ClientOptions()))),
            ErrorKind::kInvalidArgument);
  lax.verification.mode = VerifyMode::kNone;
  EXPECT_EQ(KindOf(c.client->SwitchContext(MakeContext(lax))),
            ErrorKind::kPolicy);
  EXPECT_EQ(KindOf(c.server->SwitchContext(MakeContext(ClientOptions()))),
            ErrorKind::kCredentials);
}

TEST(SocketTest, AMissingNameIsAnErrorOfTheContextsOwn) {
  ContextOptions lax = ClientOptions();
  lax.verification.check_hostname = false;
  Connection c =
      Wrap(MakeContext(lax), MakeContext(ServerOptions()), SocketOptions());
  ContextOptions strict = ClientOptions();
  strict.hostname_missing = [] {
    return MakeStatus(ErrorKind::kPolicy, "A name must be.");
  };
  EXPECT_EQ(KindOf(c.client->SwitchContext(MakeContext(strict))),
            ErrorKind::kPolicy);
  EXPECT_TRUE(Connect(strict, ServerOptions()).ok());
  // It cannot return ok.
  strict.hostname_missing = [] { return absl::OkStatus(); };
  EXPECT_EQ(KindOf(c.client->SwitchContext(MakeContext(strict))),
            ErrorKind::kInvalidArgument);
}

TEST(SocketTest, UnwrapKeepsUnreadData) {
  Connection c = Connect(ClientOptions(), ServerOptions());
  ASSERT_TRUE(c.ok());
  ASSERT_TRUE(WriteAll(c.server.get(), "unread").ok());
  const std::optional<Error> error = GetError(c.client->Unwrap().status());
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, ErrorKind::kProtocol);
  EXPECT_EQ(error->reason, "APPLICATION_DATA_ON_SHUTDOWN");
  EXPECT_EQ(*ReadSome(c.client.get()), "unread");
}

TEST(SocketTest, TruncationIsAnErrorUnlessSuppressed) {
  for (const bool suppress : {false, true}) {
    SocketOptions options = LocalhostOptions();
    options.suppress_ragged_eofs = suppress;
    Connection c = Connect(MakeContext(ClientOptions()),
                           MakeContext(ServerOptions()), options);
    ASSERT_TRUE(c.ok());
    ASSERT_TRUE(WriteAll(c.server.get(), "cut").ok());
    c.server.reset();
    EXPECT_EQ(*ReadSome(c.client.get()), "cut");
    const absl::StatusOr<std::string> end = ReadSome(c.client.get());
    if (suppress) {
      EXPECT_EQ(*end, "");
    } else {
      EXPECT_EQ(KindOf(end.status()), ErrorKind::kUnexpectedEof);
    }
  }
}

TEST(SocketTest, PeerThatHangsUpDuringTheHandshakeIsUnexpectedEof) {
  Connection c =
      Wrap(MakeContext(ClientOptions()), MakeContext(ServerOptions()));
  ASSERT_TRUE(c.client->Handshake().want_read());
  c.server.reset();
  EXPECT_EQ(KindOf(c.client->Handshake().status()), ErrorKind::kUnexpectedEof);
}

TEST(SocketTest, RecognizesPlainText) {
  Connection c =
      Wrap(MakeContext(ClientOptions()), MakeContext(ServerOptions()));
  std::unique_ptr<Transport> plain = c.server->ReleaseTransport();
  const std::string http = "HTTP/1.1 400 Bad Request\r\n\r\n";
  ASSERT_TRUE(
      plain
          ->Write(absl::MakeConstSpan(
              reinterpret_cast<const uint8_t*>(http.data()), http.size()))
          .done());
  const std::optional<Error> error = GetError(c.client->Handshake().status());
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind, ErrorKind::kProtocol);
  EXPECT_EQ(error->reason, "WRONG_VERSION_NUMBER");
}

TEST(SocketTest, NoCommonVersionIsProtocolHereAndAlertThere) {
  ContextOptions client = ClientOptions();
  client.verification.protocol = Protocol::kTlsv1;
  ContextOptions server = ServerOptions();
  server.verification.minimum_version = TlsVersion::kTls1_2;
  Connection c = Connect(std::move(client), std::move(server));
  EXPECT_EQ(KindOf(c.server_status), ErrorKind::kProtocol);
  EXPECT_EQ(KindOf(c.client_status), ErrorKind::kPeerAlert);
  EXPECT_EQ(GetError(c.client_status)->alert, 70);
}

TEST(SocketTest, ServerWantsAClientCertificate) {
  ContextOptions server = ServerOptions();
  server.verification.mode = VerifyMode::kRequired;
  server.trust_store = TestTrustStore();
  Connection c = Connect(ClientOptions(), std::move(server));
  EXPECT_EQ(KindOf(c.server_status), ErrorKind::kProtocol);
  EXPECT_EQ(GetError(c.server_status)->reason,
            "PEER_DID_NOT_RETURN_A_CERTIFICATE");
}

TEST(SocketTest, ServerRefusesAnUntrustedClient) {
  ContextOptions client = ClientOptions();
  client.credentials = {TestCredentials("client_other")};
  ContextOptions server = ServerOptions();
  server.verification.mode = VerifyMode::kOptional;
  server.trust_store = TestTrustStore();
  Connection c = Connect(std::move(client), std::move(server));
  EXPECT_EQ(KindOf(c.server_status), ErrorKind::kVerification);
  // TLS 1.3: the client is done before the alert arrives.
  EXPECT_EQ(KindOf(ReadSome(c.client.get()).status()), ErrorKind::kPeerAlert);
}

TEST(SocketTest, AServerHasOneKeyOfAType) {
  ContextOptions options = ServerOptions();
  options.credentials = {TestCredentials("server_p256"),
                         TestCredentials("server_p384")};
  SocketOptions server;
  server.side = Side::kServer;
  auto end = Wrap(MakeContext(ClientOptions()), MakeContext(ServerOptions()))
                 .server->ReleaseTransport();
  EXPECT_EQ(
      KindOf(WrapSocket(MakeContext(options), std::move(end), server).status()),
      ErrorKind::kInvalidArgument);
  options.credentials = {TestCredentials("server_p256"),
                         TestCredentials("server_rsa")};
  EXPECT_TRUE(Connect(ClientOptions(), options).ok());
}

TEST(SocketTest, AnUnverifiedClientNeedsTheToken) {
  ContextOptions options = ClientOptions();
  options.verification.mode = VerifyMode::kNone;
  auto [unused, end] = std::make_pair(
      0, Wrap(MakeContext(ClientOptions()), MakeContext(ServerOptions()))
             .client->ReleaseTransport());
  EXPECT_EQ(KindOf(WrapSocket(MakeContext(options), std::move(end),
                              LocalhostOptions())
                       .status()),
            ErrorKind::kPolicy);
  options.unverified_clients = InsecureAllowUnverifiedClients();
  Connection c = Connect(std::move(options), ServerOptions("server_other"));
  ASSERT_TRUE(c.ok()) << c.client_status;
  EXPECT_FALSE(c.client->peer_verified());
  EXPECT_TRUE(c.client->peer_certificate().has_value());
  EXPECT_TRUE(c.client->MatchHostname("localhost").ok());
}

TEST(SocketTest, ChannelBindingsAgree) {
  for (const TlsVersion version : {TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    ContextOptions client = ClientOptions();
    client.verification.maximum_version = version;
    Connection c = Connect(std::move(client), ServerOptions());
    ASSERT_TRUE(c.ok());
    for (const ChannelBinding kind :
         {ChannelBinding::kTlsServerEndPoint, ChannelBinding::kTlsExporter}) {
      const absl::StatusOr<std::string> ours =
          c.client->GetChannelBinding(kind);
      ASSERT_TRUE(ours.ok()) << ours.status();
      EXPECT_EQ(ours->size(), 32u);
      EXPECT_EQ(*ours, *c.server->GetChannelBinding(kind));
    }
    const absl::StatusOr<std::string> unique =
        c.client->GetChannelBinding(ChannelBinding::kTlsUnique);
    EXPECT_EQ(unique.ok(), version == TlsVersion::kTls1_2);
    if (unique.ok()) {
      EXPECT_EQ(*unique,
                *c.server->GetChannelBinding(ChannelBinding::kTlsUnique));
    }
  }
}

TEST(SocketTest, SharedCiphersAreTheServersToTell) {
  ContextOptions client = ClientOptions();
  client.verification.maximum_version = TlsVersion::kTls1_2;
  client.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:AES128-SHA";
  Connection c = Connect(std::move(client), ServerOptions());
  ASSERT_TRUE(c.ok());
  const std::vector<CipherInfo> shared = c.server->SharedCiphers();
  ASSERT_EQ(shared.size(), 2u);
  EXPECT_EQ(shared[0].name, "ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_TRUE(c.client->SharedCiphers().empty());
}

}  // namespace
}  // namespace airlock::ssl
