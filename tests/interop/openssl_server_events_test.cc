// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What can go wrong, and what happens after the handshake, between Airlock and
// `openssl s_server`.

#include <string>
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
using ssl::SocketOptions;
using ssl::TlsVersion;
using testing::LocalhostOptions;
using testing::MakeContext;
using testing::TestCredentials;
using testing::WriteAll;

// A server that the client must not accept, and how it says so.
struct BadServer {
  const char* certificate;
  Failure failure;
};

void PrintTo(const BadServer& server, std::ostream* out) {
  *out << server.certificate;
}

class BadServerTest
    : public ::testing::TestWithParam<std::tuple<TlsVersion, BadServer>> {};

TEST_P(BadServerTest, IsRefusedWithAnAlert) {
  const auto& [version, bad] = GetParam();
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(OpensslVersion(version) +
                         OpensslIdentity(bad.certificate) +
                         Arguments{"-cipher", "ALL:@SECLEVEL=0"}));
  const auto client = Connect(server.port, ClientOptions());
  EXPECT_EQ(FailureOf(client.status()), bad.failure);
  ASSERT_OK(server.process->WaitForText(
      absl::StrCat("SSL alert number ", bad.failure.alert, "\n")));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadServerTest,
    ::testing::Combine(
        ::testing::Values(TlsVersion::kTls1_2, TlsVersion::kTls1_3),
        ::testing::Values(
            BadServer{"wrong_host", {ErrorKind::kHostname, 42, 62}},
            BadServer{"ip_only", {ErrorKind::kHostname, 42, 62}},
            BadServer{"cn_only", {ErrorKind::kHostname, 42, 62}},
            BadServer{"server_other", {ErrorKind::kVerification, 48, 20}},
            BadServer{"self_signed", {ErrorKind::kVerification, 48, 18}},
            BadServer{"expired", {ErrorKind::kVerification, 45, 10}},
            BadServer{"not_yet_valid", {ErrorKind::kVerification, 45, 9}},
            BadServer{"eku_client_only", {ErrorKind::kVerification, 43, 26}},
            BadServer{"weak_rsa1024", {ErrorKind::kVerification, 42, 66}},
            BadServer{"sha1_signed", {ErrorKind::kVerification, 42, 68}})));

class VersionTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  static absl::StatusOr<Server> Start(const Arguments& arguments) {
    return StartOpensslServer(OpensslVersion(GetParam()) +
                              OpensslIdentity("server_p256") + arguments);
  }
  static absl::StatusOr<Server> StartThatAsksForACertificate() {
    return Start({"-Verify", "3", "-verify_return_error", "-CAfile",
                  CertPath("ca.pem")});
  }
};

INSTANTIATE_TEST_SUITE_P(All, VersionTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         VersionName);

TEST_P(VersionTest, HearsThatACertificateIsWanted) {
  ASSERT_OK_AND_ASSIGN(const Server server, StartThatAsksForACertificate());
  const auto client = Connect(server.port, ClientOptions());
  const int alert = GetParam() == TlsVersion::kTls1_3 ? 116 : 40;
  EXPECT_EQ(FailureOf(LateStatus(client)),
            (Failure{ErrorKind::kPeerAlert, alert}));
}

TEST_P(VersionTest, HearsThatItsCertificateHasExpired) {
  ASSERT_OK_AND_ASSIGN(const Server server, StartThatAsksForACertificate());
  ContextOptions options = ClientOptions();
  options.credentials = {TestCredentials("client_expired")};
  EXPECT_EQ(FailureOf(LateStatus(Connect(server.port, options))),
            (Failure{ErrorKind::kPeerAlert, 45}));
}

TEST_P(VersionTest, HearsThatItsIssuerIsUnknown) {
  ASSERT_OK_AND_ASSIGN(const Server server, StartThatAsksForACertificate());
  ContextOptions options = ClientOptions();
  options.credentials = {TestCredentials("client_other")};
  EXPECT_EQ(FailureOf(LateStatus(Connect(server.port, options))),
            (Failure{ErrorKind::kPeerAlert, 48}));
}

TEST_P(VersionTest, TellsACutStreamFromAClosedOne) {
  ASSERT_OK_AND_ASSIGN(const Server first, Start({}));
  ASSERT_OK_AND_ASSIGN(const auto strict, Connect(first.port, ClientOptions()));
  ASSERT_OK(WriteAll(strict.get(), "from the client\n"));
  ASSERT_OK(first.process->WaitForText("from the client\n"));
  first.process->Kill();
  EXPECT_EQ(FailureOf(ReadToEnd(strict.get()).status()),
            (Failure{ErrorKind::kUnexpectedEof, -1}));

  ASSERT_OK_AND_ASSIGN(const Server second, Start({}));
  SocketOptions options = LocalhostOptions();
  options.suppress_ragged_eofs = true;
  ASSERT_OK_AND_ASSIGN(
      const auto lax,
      Connect(second.port, MakeContext(ClientOptions()), options));
  ASSERT_OK(WriteAll(lax.get(), "from the client\n"));
  ASSERT_OK(second.process->WaitForText("from the client\n"));
  second.process->Kill();
  ASSERT_OK_AND_ASSIGN(const std::string rest, ReadToEnd(lax.get()));
  EXPECT_EQ(rest, "");
}

TEST_P(VersionTest, MovesAMebibyteEachWay) {
  const std::string mebibyte(1 << 20, '.');
  ASSERT_OK_AND_ASSIGN(const std::string path,
                       ScratchFile("data", mebibyte + "the end\n"));
  ASSERT_OK_AND_ASSIGN(
      const Server files,
      StartOpensslServer(OpensslVersion(GetParam()) +
                             OpensslIdentity("server_p256") + Arguments{"-WWW"},
                         path.substr(0, path.rfind('/'))));
  ASSERT_OK_AND_ASSIGN(const auto get, Connect(files.port, ClientOptions()));
  ASSERT_OK(WriteAll(get.get(), "GET /data HTTP/1.0\r\n\r\n"));
  ASSERT_OK_AND_ASSIGN(const std::string response, ReadToEnd(get.get()));
  EXPECT_TRUE(absl::EndsWith(response, "\r\n\r\n" + mebibyte + "the end\n"));

  ASSERT_OK_AND_ASSIGN(const Server sink, Start({}));
  ASSERT_OK_AND_ASSIGN(const auto put, Connect(sink.port, ClientOptions()));
  ASSERT_OK(WriteAll(put.get(), mebibyte + "the end\n"));
  ASSERT_OK(sink.process->WaitForText("the end\n"));
  EXPECT_TRUE(
      absl::StrContains(sink.process->output(), mebibyte + "the end\n"));
}

// s_server's commands: 'R' asks for a new handshake with a certificate, 'r'
// without.
TEST(OpensslServerEventsTest, RefusesToRenegotiate) {
  for (const char* command : {"r\n", "R\n"}) {
    ASSERT_OK_AND_ASSIGN(
        const Server server,
        StartOpensslServer(OpensslVersion(TlsVersion::kTls1_2) +
                           OpensslIdentity("server_p256")));
    ASSERT_OK_AND_ASSIGN(const auto client,
                         Connect(server.port, ClientOptions()));
    ASSERT_OK(WriteAll(client.get(), "from the client\n"));
    ASSERT_OK(server.process->WaitForText("from the client\n"));
    ASSERT_OK(server.process->WriteInput(command));
    EXPECT_EQ(FailureOf(ReadToEnd(client.get()).status()),
              (Failure{ErrorKind::kProtocol, 100}));
    ASSERT_OK(server.process->WaitForText("SSL alert number 100\n"));
  }
}

// 'k' sends KeyUpdate, 'K' also asks for one.
TEST(OpensslServerEventsTest, FollowsAKeyUpdate) {
  ASSERT_OK_AND_ASSIGN(const Server server,
                       StartOpensslServer(OpensslVersion(TlsVersion::kTls1_3) +
                                          OpensslIdentity("server_p256")));
  ASSERT_OK_AND_ASSIGN(const auto client,
                       Connect(server.port, ClientOptions()));
  for (const char* command : {"k\n", "K\n", "K\n"}) {
    ASSERT_OK(server.process->WriteInput(command));
    ASSERT_OK(server.process->WriteInput("from the server\n"));
    ASSERT_OK(ReadUntil(client.get(), "from the server\n").status());
    ASSERT_OK(WriteAll(client.get(), absl::StrCat("after ", command)));
    ASSERT_OK(server.process->WaitForText(absl::StrCat("after ", command)));
  }
  ASSERT_OK(Close(client.get()));
}

TEST(OpensslServerEventsTest, HearsThatNoVersionIsCommon) {
  ASSERT_OK_AND_ASSIGN(const Server server,
                       StartOpensslServer(OpensslVersion(TlsVersion::kTls1_1) +
                                          OpensslIdentity("server_p256")));
  ContextOptions options = ClientOptions();
  options.verification.minimum_version = TlsVersion::kTls1_2;
  EXPECT_EQ(FailureOf(Connect(server.port, options).status()),
            (Failure{ErrorKind::kPeerAlert, 70}));
}

TEST(OpensslServerEventsTest, HearsThatNoCipherIsCommon) {
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(OpensslVersion(TlsVersion::kTls1_2) +
                         OpensslIdentity("server_rsa") +
                         Arguments{"-cipher", "DHE-RSA-AES128-GCM-SHA256"}));
  EXPECT_EQ(FailureOf(Connect(server.port, ClientOptions()).status()),
            (Failure{ErrorKind::kPeerAlert, 40}));
}

}  // namespace
}  // namespace airlock::interop
