// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock as a client of `gnutls-serv --echo`.

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

using ssl::ChannelBinding;
using ssl::ContextOptions;
using ssl::ErrorKind;
using ssl::Socket;
using ssl::SocketOptions;
using ssl::TlsVersion;
using testing::LocalhostOptions;
using testing::MakeContext;
using testing::TestCredentials;
using testing::WriteAll;

void ConverseAndClose(Socket* client) {
  ASSERT_OK(WriteAll(client, "there and back\n"));
  ASSERT_OK(ReadUntil(client, "there and back\n").status());
  ASSERT_OK(Close(client));
}

class MatrixTest : public ::testing::TestWithParam<Cell> {};

TEST_P(MatrixTest, ConversesAndCloses) {
  const Cell& cell = GetParam();
  Arguments arguments =
      GnutlsVersion(cell.version) + GnutlsIdentity(cell.server);
  ContextOptions options = ClientOptions();
  Only(cell.version, &options);
  if (cell.client.empty()) {
    arguments.emplace_back("--disable-client-cert");
  } else {
    arguments =
        arguments + Arguments{"--require-client-cert", "--verify-client-cert",
                              "--x509cafile", CertPath("ca.pem")};
    options.credentials = {TestCredentials(cell.client)};
  }
  ASSERT_OK_AND_ASSIGN(const Server server, StartGnutlsServer(arguments));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->version, cell.version);
  EXPECT_TRUE(client->peer_verified());
  EXPECT_EQ(client->presented_chain().size(), 2u);
  ConverseAndClose(client.get());
  ASSERT_OK(server.process->WaitForText("Given server name[1]: localhost"));
  if (!cell.client.empty()) {
    ASSERT_OK(server.process->WaitForText("OU=" + cell.client));
  }
}

INSTANTIATE_TEST_SUITE_P(All, MatrixTest, ::testing::ValuesIn(Matrix()),
                         CellName);

class VersionTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  static absl::StatusOr<Server> Start(const Arguments& arguments,
                                      const char* identity = "server_p256") {
    return StartGnutlsServer(GnutlsVersion(GetParam()) +
                             GnutlsIdentity(identity) + arguments);
  }
};

INSTANTIATE_TEST_SUITE_P(All, VersionTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         VersionName);

TEST_P(VersionTest, Resumes) {
  for (const Arguments& more : {Arguments{}, Arguments{"--noticket"}}) {
    // GnuTLS keeps no sessions of TLS 1.3 itself.
    const bool resumable = more.empty() || GetParam() == TlsVersion::kTls1_2;
    const auto context = MakeContext(ClientOptions());
    ASSERT_OK_AND_ASSIGN(const Server server, Start(more));
    SocketOptions options = LocalhostOptions();
    for (const bool again : {false, true}) {
      ASSERT_OK_AND_ASSIGN(const auto client,
                           Connect(server.port, context, options));
      EXPECT_EQ(client->info()->session_reused, again && resumable);
      EXPECT_TRUE(client->peer_verified());
      ConverseAndClose(client.get());
      options.session = client->session();
      EXPECT_EQ(options.session != nullptr, resumable);
    }
  }
}

TEST_P(VersionTest, AgreesOnAProtocol) {
  ContextOptions options = ClientOptions();
  options.alpn_protocols = {"http/1.1", "h2"};
  ASSERT_OK_AND_ASSIGN(const Server server, Start({"--alpn", "h2"}));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->alpn, "h2");
}

TEST_P(VersionTest, HearsThatNoProtocolIsCommon) {
  ContextOptions options = ClientOptions();
  options.alpn_protocols = {"spdy/9"};
  ASSERT_OK_AND_ASSIGN(const Server server,
                       Start({"--alpn", "h2", "--alpn-fatal"}));
  EXPECT_EQ(FailureOf(Connect(server.port, options).status()),
            (Failure{ErrorKind::kPeerAlert, 120}));
}

TEST_P(VersionTest, GetsTheStapledResponse) {
  ContextOptions options = ClientOptions();
  options.request_ocsp = true;
  ASSERT_OK_AND_ASSIGN(const Server server,
                       Start({"--ocsp-response", CertPath("ocsp_good.der"),
                              "--ignore-ocsp-response-errors"},
                             "server_rsa_direct"));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->ocsp_response,
            testing::ReadTestdata("certs/ocsp_good.der"));
}

TEST_P(VersionTest, HasTheSameBindingsAndKeyingMaterial) {
  ASSERT_OK_AND_ASSIGN(const Server server,
                       Start({"--keymatexport", "EXPORTER-Airlock",
                              "--keymatexportsize", "40"}));
  ASSERT_OK_AND_ASSIGN(const auto client,
                       Connect(server.port, ClientOptions()));
  ASSERT_OK_AND_ASSIGN(
      const ssl::Secret material,
      client->ExportKeyingMaterial("EXPORTER-Airlock", std::nullopt, 40));
  ASSERT_OK(server.process->WaitForText(
      absl::StrCat("Key material: ", absl::BytesToHexString(material.view()))));
  const auto expect_binding = [&](ChannelBinding kind, absl::string_view name) {
    ASSERT_OK_AND_ASSIGN(const std::string binding,
                         client->GetChannelBinding(kind));
    ASSERT_OK(server.process->WaitForText(
        absl::StrCat("'", name, "': ", absl::BytesToHexString(binding))));
  };
  if (GetParam() == TlsVersion::kTls1_2) {
    expect_binding(ChannelBinding::kTlsUnique, "tls-unique");
  }
  expect_binding(ChannelBinding::kTlsServerEndPoint, "tls-server-end-point");
  expect_binding(ChannelBinding::kTlsExporter, "tls-exporter");
}

TEST_P(VersionTest, HearsThatACertificateIsWanted) {
  ASSERT_OK_AND_ASSIGN(const Server server, Start({"--require-client-cert"}));
  const Failure failure =
      FailureOf(LateStatus(Connect(server.port, ClientOptions())));
  EXPECT_EQ(failure.kind, ErrorKind::kPeerAlert);
  // With TLS 1.2, versions of GnuTLS differ.
  if (GetParam() == TlsVersion::kTls1_3) {
    EXPECT_EQ(failure.alert, 116);
  }
}

TEST_P(VersionTest, HearsThatItsCertificateIsBad) {
  ASSERT_OK_AND_ASSIGN(const Server server,
                       Start({"--require-client-cert", "--verify-client-cert",
                              "--x509cafile", CertPath("ca.pem")}));
  ContextOptions options = ClientOptions();
  for (const char* name : {"client_expired", "client_other"}) {
    options.credentials = {TestCredentials(name)};
    EXPECT_EQ(FailureOf(LateStatus(Connect(server.port, options))),
              (Failure{ErrorKind::kPeerAlert, 49}));
  }
}

TEST_P(VersionTest, RefusesAnotherName) {
  ASSERT_OK_AND_ASSIGN(const Server server, Start({}, "wrong_host"));
  EXPECT_EQ(FailureOf(Connect(server.port, ClientOptions()).status()),
            (Failure{ErrorKind::kHostname, 42, 62}));
}

TEST_P(VersionTest, RefusesAnUnknownIssuer) {
  ASSERT_OK_AND_ASSIGN(const Server server, Start({}, "server_other"));
  EXPECT_EQ(FailureOf(Connect(server.port, ClientOptions()).status()),
            (Failure{ErrorKind::kVerification, 48, 20}));
}

TEST_P(VersionTest, RefusesAnExpiredCertificate) {
  ASSERT_OK_AND_ASSIGN(const Server server, Start({}, "expired"));
  EXPECT_EQ(FailureOf(Connect(server.port, ClientOptions()).status()),
            (Failure{ErrorKind::kVerification, 45, 10}));
}

TEST_P(VersionTest, NoticesThatTheStreamIsCut) {
  ASSERT_OK_AND_ASSIGN(Server server, Start({}));
  ASSERT_OK_AND_ASSIGN(const auto client,
                       Connect(server.port, ClientOptions()));
  ASSERT_OK(WriteAll(client.get(), "there and back\n"));
  ASSERT_OK(ReadUntil(client.get(), "there and back\n").status());
  server.process->Kill();
  EXPECT_EQ(FailureOf(ReadToEnd(client.get()).status()),
            (Failure{ErrorKind::kUnexpectedEof, -1}));
}

// What the echo server takes as a command.
TEST(GnutlsServerTest, RefusesToRenegotiate) {
  ASSERT_OK_AND_ASSIGN(const Server server,
                       StartGnutlsServer(GnutlsVersion(TlsVersion::kTls1_2) +
                                         GnutlsIdentity("server_p256")));
  ASSERT_OK_AND_ASSIGN(const auto client,
                       Connect(server.port, ClientOptions()));
  ASSERT_OK(WriteAll(client.get(), "**REHANDSHAKE**\n"));
  EXPECT_EQ(FailureOf(ReadToEnd(client.get()).status()),
            (Failure{ErrorKind::kProtocol, 100}));
}

}  // namespace
}  // namespace airlock::interop
