// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock as a server of `gnutls-cli`.

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/interop/driver.h"
#include "tests/interop/peers.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::interop {
namespace {

using ssl::ContextOptions;
using ssl::ErrorKind;
using ssl::Socket;
using ssl::TlsVersion;
using ssl::VerifyMode;
using testing::MakeContext;
using testing::TestTrustStore;
using testing::WriteAll;

Arguments Verifying() { return {"--x509cafile", CertPath("ca.pem")}; }

ContextOptions RequiringOptions(absl::string_view credentials) {
  ContextOptions options = ServerOptions(credentials);
  options.verification.mode = VerifyMode::kRequired;
  options.trust_store = TestTrustStore();
  return options;
}

// A line each way, then close_notify each way: gnutls-cli's first, because it
// does not answer one.
void ConverseAndClose(Socket* server, testing::Process* client) {
  ASSERT_OK(client->WriteInput("from the client\n"));
  ASSERT_OK(ReadUntil(server, "from the client\n").status());
  ASSERT_OK(WriteAll(server, "from the server\n"));
  ASSERT_OK(client->WaitForText("from the server\n"));
  client->CloseInput();
  ASSERT_OK_AND_ASSIGN(const std::string rest, ReadToEnd(server));
  EXPECT_EQ(rest, "");
  ASSERT_OK(server->Shutdown().status());
}

class MatrixTest : public ::testing::TestWithParam<Cell> {};

TEST_P(MatrixTest, ConversesAndCloses) {
  const Cell& cell = GetParam();
  Arguments arguments = GnutlsVersion(cell.version) + Verifying();
  if (!cell.client.empty()) arguments = arguments + GnutlsIdentity(cell.client);
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(const auto client,
                       StartGnutlsClient(listener.port(), arguments));
  ASSERT_OK_AND_ASSIGN(
      const auto server,
      Accept(listener, cell.client.empty() ? ServerOptions(cell.server)
                                           : RequiringOptions(cell.server)));
  EXPECT_EQ(server->info()->version, cell.version);
  EXPECT_EQ(server->info()->server_name, "localhost");
  EXPECT_EQ(server->peer_verified(), !cell.client.empty());
  if (!cell.client.empty()) {
    EXPECT_TRUE(absl::StrContains(server->peer_certificate()->subject(),
                                  "OU=" + cell.client));
  }
  ConverseAndClose(server.get(), client.get());
  ASSERT_OK(client->WaitForText("- Status: The certificate is trusted."));
}

INSTANTIATE_TEST_SUITE_P(All, MatrixTest, ::testing::ValuesIn(Matrix()),
                         CellName);

class VersionTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  void SetUp() override {
    auto listener = Listen();
    ASSERT_OK(listener.status());
    listener_.emplace(*std::move(listener));
  }

  absl::StatusOr<std::unique_ptr<testing::Process>> Start(
      const Arguments& arguments) {
    return StartGnutlsClient(
        listener_->port(), GnutlsVersion(GetParam()) + Verifying() + arguments);
  }

  void ExpectRefusal(const Arguments& arguments, const Failure& failure) {
    ASSERT_OK_AND_ASSIGN(const auto client, Start(arguments));
    const auto server = Accept(*listener_, RequiringOptions("server_p256"));
    EXPECT_EQ(FailureOf(server.status()), failure);
    ASSERT_OK(client->WaitForText(
        absl::StrCat("Received alert [", failure.alert, "]")));
  }

  void ExpectAlert(absl::string_view credentials, int alert) {
    ASSERT_OK_AND_ASSIGN(const auto client, Start({}));
    EXPECT_EQ(
        FailureOf(Accept(*listener_, ServerOptions(credentials)).status()),
        (Failure{ErrorKind::kPeerAlert, alert}));
  }

  std::optional<platform::TcpListener> listener_;
};

INSTANTIATE_TEST_SUITE_P(All, VersionTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         VersionName);

TEST_P(VersionTest, Resumes) {
  const auto context = MakeContext(RequiringOptions("server_p256"));
  ASSERT_OK_AND_ASSIGN(const auto client,
                       Start(GnutlsIdentity("client_p256") +
                             Arguments{"--resume", "--waitresumption"}));
  for (const bool again : {false, true}) {
    ASSERT_OK_AND_ASSIGN(const auto server, Accept(*listener_, context));
    EXPECT_EQ(server->info()->session_reused, again);
    EXPECT_TRUE(server->peer_verified());
    if (again) {
      ConverseAndClose(server.get(), client.get());
    } else {
      // BoringSSL's tickets of TLS 1.3 go out with the first data.
      ASSERT_OK(WriteAll(server.get(), "from the server\n"));
      ASSERT_OK(ReadToEnd(server.get()).status());
    }
  }
  ASSERT_OK(client->WaitForText("*** This is a resumed session"));
}

TEST_P(VersionTest, AgreesOnAProtocol) {
  ContextOptions options = ServerOptions();
  options.alpn_protocols = {"http/1.1", "h2"};
  ASSERT_OK_AND_ASSIGN(const auto client,
                       Start({"--alpn", "h2", "--alpn", "http/1.1"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(*listener_, options));
  EXPECT_EQ(server->info()->alpn, "http/1.1");
  ASSERT_OK(client->WaitForText("- Application protocol: http/1.1\n"));
}

TEST_P(VersionTest, StaplesAResponse) {
  ContextOptions options = ServerOptions("server_rsa_direct");
  options.ocsp_response = testing::ReadTestdata("certs/ocsp_good.der");
  const std::string saved = ScratchPath("ocsp");
  ASSERT_OK_AND_ASSIGN(const auto client, Start({"--save-ocsp", saved}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(*listener_, options));
  ConverseAndClose(server.get(), client.get());
  EXPECT_EQ(FileContent(saved), options.ocsp_response);
}

TEST_P(VersionTest, ExportsTheSameKeyingMaterial) {
  ASSERT_OK_AND_ASSIGN(const auto client,
                       Start({"--keymatexport", "EXPORTER-Airlock",
                              "--keymatexportsize", "40"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(*listener_, ServerOptions()));
  ASSERT_OK_AND_ASSIGN(
      const ssl::Secret material,
      server->ExportKeyingMaterial("EXPORTER-Airlock", std::nullopt, 40));
  ASSERT_OK(client->WaitForText(
      absl::StrCat("Key material: ", absl::BytesToHexString(material.view()))));
}

TEST_P(VersionTest, RefusesAClientWithoutCertificate) {
  ExpectRefusal(
      {}, {ErrorKind::kProtocol, GetParam() == TlsVersion::kTls1_3 ? 116 : 40});
}

TEST_P(VersionTest, RefusesAnExpiredClient) {
  ExpectRefusal(GnutlsIdentity("client_expired"),
                {ErrorKind::kVerification, 45, 10});
}

TEST_P(VersionTest, RefusesAClientOfAnUnknownIssuer) {
  ExpectRefusal(GnutlsIdentity("client_other"),
                {ErrorKind::kVerification, 48, 20});
}

TEST_P(VersionTest, HearsThatItsCertificateIsRefused) {
  ExpectAlert("wrong_host", 42);
  ExpectAlert("server_other", 42);
  ExpectAlert("expired", 42);
}

TEST_P(VersionTest, NoticesThatTheStreamIsCut) {
  ASSERT_OK_AND_ASSIGN(const auto client, Start({}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(*listener_, ServerOptions()));
  ASSERT_OK(client->WriteInput("from the client\n"));
  ASSERT_OK(ReadUntil(server.get(), "from the client\n").status());
  ASSERT_OK(WriteAll(server.get(), "from the server\n"));
  ASSERT_OK(client->WaitForText("from the server\n"));
  client->Kill();
  EXPECT_EQ(FailureOf(ReadToEnd(server.get()).status()),
            (Failure{ErrorKind::kUnexpectedEof, -1}));
}

TEST(GnutlsClientTest, RefusesToRenegotiate) {
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartGnutlsClient(listener.port(), GnutlsVersion(TlsVersion::kTls1_2) +
                                             Verifying() +
                                             Arguments{"--rehandshake"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, ServerOptions()));
  EXPECT_EQ(FailureOf(ReadToEnd(server.get()).status()),
            (Failure{ErrorKind::kProtocol, 100}));
  ASSERT_OK(client->WaitForText("Received alert [100]"));
}

TEST(GnutlsClientTest, FollowsAKeyUpdate) {
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartGnutlsClient(listener.port(), GnutlsVersion(TlsVersion::kTls1_3) +
                                             Verifying() +
                                             Arguments{"--inline-commands"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, ServerOptions()));
  // The one also asks for an update of ours.
  for (const char* command : {"^rekey^\n", "^rekey1^\n"}) {
    ASSERT_OK(client->WriteInput(command));
    ASSERT_OK(client->WriteInput("from the client\n"));
    ASSERT_OK(ReadUntil(server.get(), "from the client\n").status());
    ASSERT_OK(WriteAll(server.get(), absl::StrCat("after ", command)));
    ASSERT_OK(client->WaitForText(absl::StrCat("after ", command)));
  }
}

}  // namespace
}  // namespace airlock::interop
