// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What can go wrong, and what happens after the handshake, between Airlock and
// `openssl s_client`.

#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/interop/driver.h"
#include "tests/interop/peers.h"
#include "tests/support/handshake.h"

namespace airlock::interop {
namespace {

using ssl::ContextOptions;
using ssl::ErrorKind;
using ssl::Socket;
using ssl::TlsVersion;
using ssl::VerifyMode;
using testing::TestTrustStore;
using testing::WriteAll;

ContextOptions RequiringOptions() {
  ContextOptions options = ServerOptions();
  options.verification.mode = VerifyMode::kRequired;
  options.trust_store = TestTrustStore();
  return options;
}

class VersionTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  void SetUp() override {
    auto listener = Listen();
    ASSERT_OK(listener.status());
    listener_.emplace(*std::move(listener));
  }

  // Lets s_client connect to a server that wants nothing to do with it; both
  // must say so.
  void ExpectRefusal(const Arguments& arguments, ContextOptions options,
                     const Failure& failure) {
    ASSERT_OK_AND_ASSIGN(const auto client, Start(arguments));
    const auto server = Accept(*listener_, std::move(options));
    EXPECT_EQ(FailureOf(server.status()), failure);
    ASSERT_OK(client->WaitForText(
        absl::StrCat("SSL alert number ", failure.alert, "\n")));
  }

  // Lets s_client connect to a server that it refuses. With TLS 1.3 it says so
  // in clear unless told -no_middlebox.
  void ExpectAlert(const Arguments& arguments, const ContextOptions& options,
                   int alert) {
    for (const Arguments& more : {Arguments{}, Arguments{"-no_middlebox"}}) {
      ASSERT_OK_AND_ASSIGN(const auto client, Start(arguments + more));
      EXPECT_EQ(FailureOf(Accept(*listener_, options).status()),
                (Failure{ErrorKind::kPeerAlert, alert}));
    }
  }

  absl::StatusOr<std::unique_ptr<testing::Process>> Start(
      const Arguments& arguments) {
    return StartOpensslClient(
        listener_->port(),
        Arguments{"-CAfile", CertPath("ca.pem"), "-verify_return_error"} +
            OpensslVersion(GetParam()) + arguments);
  }

  std::optional<platform::TcpListener> listener_;
};

INSTANTIATE_TEST_SUITE_P(All, VersionTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         VersionName);

TEST_P(VersionTest, RefusesAClientWithoutCertificate) {
  const int alert = GetParam() == TlsVersion::kTls1_3 ? 116 : 40;
  ExpectRefusal({}, RequiringOptions(), {ErrorKind::kProtocol, alert});
}

TEST_P(VersionTest, RefusesAnExpiredClient) {
  ExpectRefusal(OpensslIdentity("client_expired"), RequiringOptions(),
                {ErrorKind::kVerification, 45, 10});
}

TEST_P(VersionTest, RefusesAClientOfAnUnknownIssuer) {
  ExpectRefusal(OpensslIdentity("client_other"), RequiringOptions(),
                {ErrorKind::kVerification, 48, 20});
}

TEST_P(VersionTest, RefusesAServerAsAClient) {
  ExpectRefusal(OpensslIdentity("server_p256"), RequiringOptions(),
                {ErrorKind::kVerification, 43, 26});
}

TEST_P(VersionTest, RefusesToBeCalledByAnotherName) {
  ContextOptions options = ServerOptions();
  options.sni = [](Socket&, const std::optional<std::string>&) {
    ssl::SniDecision decision;
    decision.alert = 112;
    return decision;
  };
  ExpectRefusal({}, std::move(options), {ErrorKind::kCallback, 112});
}

TEST_P(VersionTest, TakesAnOptionalCertificateOrNone) {
  ContextOptions options = RequiringOptions();
  options.verification.mode = VerifyMode::kOptional;
  for (const bool given : {false, true}) {
    ASSERT_OK_AND_ASSIGN(
        const auto client,
        Start(given ? OpensslIdentity("client_p256") : Arguments{}));
    ASSERT_OK_AND_ASSIGN(const auto server, Accept(*listener_, options));
    EXPECT_EQ(server->peer_verified(), given);
  }
}

TEST_P(VersionTest, HearsThatItsIssuerIsUnknown) {
  ExpectAlert({}, ServerOptions("server_other"), 48);
}

TEST_P(VersionTest, HearsThatItsNameIsWrong) {
  ExpectAlert({"-verify_hostname", "localhost"}, ServerOptions("wrong_host"),
              42);
}

TEST_P(VersionTest, HearsThatItHasExpired) {
  ExpectAlert({}, ServerOptions("expired"), 45);
}

TEST_P(VersionTest, HearsThatItsKeyIsWeak) {
  ContextOptions options = ServerOptions("weak_rsa1024");
  options.verification.security_level = 0;
  ExpectAlert({}, options, 42);
}

TEST_P(VersionTest, TellsACutStreamFromAClosedOne) {
  ASSERT_OK_AND_ASSIGN(const auto killed, Start({}));
  ASSERT_OK_AND_ASSIGN(const auto first, Accept(*listener_, ServerOptions()));
  ASSERT_OK(WriteAll(first.get(), "from the server\n"));
  ASSERT_OK(killed->WaitForText("from the server\n"));
  killed->Kill();
  EXPECT_EQ(FailureOf(ReadToEnd(first.get()).status()),
            (Failure{ErrorKind::kUnexpectedEof, -1}));

  // s_client closes when its input ends. The other half is still open.
  ASSERT_OK_AND_ASSIGN(const auto closing, Start({}));
  ASSERT_OK_AND_ASSIGN(const auto second, Accept(*listener_, ServerOptions()));
  ASSERT_OK(closing->WriteInput("from the client\n"));
  closing->CloseInput();
  ASSERT_OK_AND_ASSIGN(const std::string got, ReadToEnd(second.get()));
  EXPECT_EQ(got, "from the client\n");
  ASSERT_OK(WriteAll(second.get(), "from the server\n"));
  ASSERT_OK(Close(second.get()));
}

TEST_P(VersionTest, ReadsOnAfterItsOwnHalfIsClosed) {
  ASSERT_OK_AND_ASSIGN(const auto client, Start({}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(*listener_, ServerOptions()));
  ASSERT_OK(client->WriteInput("sent before\n"));
  ASSERT_OK(ReadUntil(server.get(), "sent before\n").status());
  ASSERT_OK(server->Shutdown().status());
  // s_client answers with its own close_notify.
  ASSERT_OK_AND_ASSIGN(const std::string got, ReadToEnd(server.get()));
  EXPECT_EQ(got, "");
}

TEST_P(VersionTest, MovesAMebibyteEachWay) {
  const std::string mebibyte =
      absl::StrCat(std::string(1 << 20, '.'), "the end\n");
  ASSERT_OK_AND_ASSIGN(const auto client,
                       Start({"-quiet", "-max_send_frag", "1000"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(*listener_, ServerOptions()));
  ASSERT_OK(WriteAll(server.get(), mebibyte));
  ASSERT_OK(client->WaitForText("the end\n"));
  EXPECT_EQ(client->output(), mebibyte);
  // Reads while it writes: no buffer between the two holds all.
  std::thread writer([&] { EXPECT_TRUE(client->WriteInput(mebibyte).ok()); });
  const auto got = ReadUntil(server.get(), "the end\n");
  writer.join();
  ASSERT_OK(got.status());
  EXPECT_EQ(*got, mebibyte);
}

// s_client's command 'R'.
TEST(OpensslClientEventsTest, RefusesToRenegotiate) {
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(const auto client,
                       StartOpensslClient(listener.port(), {"-tls1_2"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, ServerOptions()));
  ASSERT_OK(client->WriteInput("R\n"));
  EXPECT_EQ(FailureOf(ReadToEnd(server.get()).status()),
            (Failure{ErrorKind::kProtocol, 100}));
  ASSERT_OK(client->WaitForText("SSL alert number 100\n"));
}

// 'k' sends KeyUpdate, 'K' also asks for one.
TEST(OpensslClientEventsTest, FollowsAKeyUpdate) {
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(const auto client,
                       StartOpensslClient(listener.port(), {"-tls1_3"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, ServerOptions()));
  for (const char* command : {"k\n", "K\n", "K\n"}) {
    ASSERT_OK(client->WriteInput(command));
    ASSERT_OK(client->WriteInput("from the client\n"));
    ASSERT_OK(ReadUntil(server.get(), "from the client\n").status());
    ASSERT_OK(WriteAll(server.get(), absl::StrCat("after ", command)));
    ASSERT_OK(client->WaitForText(absl::StrCat("after ", command)));
  }
  ASSERT_OK(Close(server.get()));
}

TEST(OpensslClientEventsTest, RefusesAnOldVersion) {
  ContextOptions options = ServerOptions();
  options.verification.minimum_version = TlsVersion::kTls1_2;
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(listener.port(), OpensslVersion(TlsVersion::kTls1_1)));
  EXPECT_EQ(FailureOf(Accept(listener, options).status()),
            (Failure{ErrorKind::kProtocol, 70}));
  ASSERT_OK(client->WaitForText("SSL alert number 70\n"));
}

// RFC 7507.
TEST(OpensslClientEventsTest, RefusesAFallbackThatWasNotNeeded) {
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(listener.port(), {"-tls1_2", "-fallback_scsv"}));
  EXPECT_EQ(FailureOf(Accept(listener, ServerOptions()).status()),
            (Failure{ErrorKind::kProtocol, 86}));
  ASSERT_OK(client->WaitForText("SSL alert number 86\n"));
}

TEST(OpensslClientEventsTest, RefusesAClientWithNoCommonCipher) {
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(listener.port(),
                         {"-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"}));
  EXPECT_EQ(FailureOf(Accept(listener, ServerOptions("server_rsa")).status()),
            (Failure{ErrorKind::kProtocol, 40}));
  ASSERT_OK(client->WaitForText("SSL alert number 40\n"));
}

TEST(OpensslClientEventsTest, RefusesAClientWithNoCommonProtocol) {
  ContextOptions options = ServerOptions();
  options.alpn_protocols = {"h2"};
  options.alpn_required = true;
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(listener.port(), {"-alpn", "spdy/9"}));
  EXPECT_EQ(FailureOf(Accept(listener, options).status()),
            (Failure{ErrorKind::kProtocol, 120}));
  ASSERT_OK(client->WaitForText("SSL alert number 120\n"));
}

}  // namespace
}  // namespace airlock::interop
