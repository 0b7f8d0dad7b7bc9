// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock as a server of `openssl s_client`.

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
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
using ssl::Socket;
using ssl::TlsVersion;
using ssl::VerifyMode;
using testing::MakeContext;
using testing::TestCredentials;
using testing::TestTrustStore;
using testing::WriteAll;

// What makes s_client verify as a client should.
Arguments Verifying() {
  return {"-CAfile", CertPath("ca.pem"), "-verify_return_error",
          "-verify_hostname", "localhost"};
}

// A line each way, then close_notify each way.
void ConverseAndClose(Socket* server, testing::Process* client) {
  ASSERT_OK(client->WriteInput("from the client\n"));
  ASSERT_OK(ReadUntil(server, "from the client\n").status());
  ASSERT_OK(WriteAll(server, "from the server\n"));
  ASSERT_OK(client->WaitForText("from the server\n"));
  ASSERT_OK(Close(server));
}

class MatrixTest : public ::testing::TestWithParam<Cell> {};

TEST_P(MatrixTest, ConversesAndCloses) {
  const Cell& cell = GetParam();
  Arguments arguments = OpensslVersion(cell.version) + Verifying();
  ContextOptions options = ServerOptions(cell.server);
  if (!cell.client.empty()) {
    arguments = arguments + OpensslIdentity(cell.client);
    options.verification.mode = VerifyMode::kRequired;
    options.trust_store = TestTrustStore();
  }
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(const auto client,
                       StartOpensslClient(listener.port(), arguments));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, options));
  EXPECT_EQ(server->info()->version, cell.version);
  EXPECT_EQ(server->info()->server_name, "localhost");
  EXPECT_EQ(server->peer_verified(), !cell.client.empty());
  if (!cell.client.empty()) {
    EXPECT_TRUE(absl::StrContains(server->peer_certificate()->subject(),
                                  "OU=" + cell.client));
    EXPECT_EQ(server->verified_chain().size(), 2u);
  }
  ConverseAndClose(server.get(), client.get());
  ASSERT_OK(client->WaitForText("Verification: OK\n"));
}

INSTANTIATE_TEST_SUITE_P(All, MatrixTest, ::testing::ValuesIn(Matrix()),
                         CellName);

class VersionTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  static Arguments ClientArguments() {
    return OpensslVersion(GetParam()) + Verifying();
  }
};

INSTANTIATE_TEST_SUITE_P(All, VersionTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         VersionName);

// The second connection resumes the first one's session.
void ExpectResumption(const Arguments& arguments, ContextOptions options) {
  const std::string session = ScratchPath("session");
  const bool with_certificate = options.verification.mode != VerifyMode::kNone;
  const auto context = MakeContext(std::move(options));
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  for (const bool again : {false, true}) {
    ASSERT_OK_AND_ASSIGN(
        const auto client,
        StartOpensslClient(
            listener.port(),
            arguments + Arguments{again ? "-sess_in" : "-sess_out", session}));
    ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, context));
    EXPECT_EQ(server->info()->session_reused, again);
    EXPECT_EQ(server->peer_verified(), with_certificate);
    ConverseAndClose(server.get(), client.get());
    ASSERT_OK(client->WaitForText(again ? "\nReused, TLSv1" : "\nNew, TLSv1"));
    EXPECT_FALSE(absl::StrContains(client->output(), "Max Early Data: 1"));
  }
  EXPECT_EQ(context->session_statistics().hits, 1u);
}

TEST_P(VersionTest, ResumesByTicket) {
  ExpectResumption(ClientArguments(), ServerOptions());
}

TEST_P(VersionTest, ResumesWithAClientCertificate) {
  ContextOptions options = ServerOptions();
  options.verification.mode = VerifyMode::kRequired;
  options.trust_store = TestTrustStore();
  ExpectResumption(ClientArguments() + OpensslIdentity("client_p256"),
                   std::move(options));
}

TEST_P(VersionTest, AgreesOnAProtocol) {
  ContextOptions options = ServerOptions();
  options.alpn_protocols = {"http/1.1", "h2"};
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(
          listener.port(),
          ClientArguments() + Arguments{"-alpn", "spdy/9,h2,http/1.1"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, options));
  EXPECT_EQ(server->info()->alpn, "http/1.1");
  ASSERT_OK(client->WaitForText("ALPN protocol: http/1.1\n"));
}

TEST_P(VersionTest, AnswersToTheNameThatTheClientWants) {
  const auto other = MakeContext(ServerOptions("server_rsa"));
  ContextOptions options = ServerOptions("server_p256");
  options.sni = [&](Socket&, const std::optional<std::string>& name) {
    ssl::SniDecision decision;
    if (name == "localhost") decision.context = other;
    return decision;
  };
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(const auto client,
                       StartOpensslClient(listener.port(), ClientArguments()));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, options));
  EXPECT_EQ(server->context(), other);
  ASSERT_OK(client->WaitForText("depth=0 CN=server_rsa,O=Airlock Test\n"));
}

TEST_P(VersionTest, StaplesAResponse) {
  ContextOptions options = ServerOptions("server_rsa_direct");
  options.ocsp_response = testing::ReadTestdata("certs/ocsp_good.der");
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(listener.port(),
                         ClientArguments() + Arguments{"-status"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, options));
  ASSERT_OK(client->WaitForText("OCSP Response Status: successful (0x0)\n"));
  ASSERT_OK(client->WaitForText("Cert Status: good\n"));
}

TEST_P(VersionTest, SendsSignedCertificateTimestamps) {
  ContextOptions options = ServerOptions();
  options.sct_list = std::string("\0\6\0\4list", 8);
  ASSERT_OK_AND_ASSIGN(const std::string logs,
                       ScratchFile("logs", "enabled_logs=\n"));
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(listener.port(),
                         ClientArguments() + Arguments{"-ct", "-ctlogfile",
                                                       logs, "-tlsextdebug"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, options));
  // Its hex dump of the extension.
  ASSERT_OK(
      client->WaitForText("(id=18), len=8\n0000 - 00 06 00 04 6c 69 73 74"));
}

TEST_P(VersionTest, ExportsTheSameKeyingMaterial) {
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(
          listener.port(),
          ClientArguments() + Arguments{"-keymatexport",
                                        "EXPORTER-Channel-Binding",
                                        "-keymatexportlen", "32"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, ServerOptions()));
  ASSERT_OK_AND_ASSIGN(const std::string theirs,
                       client->WaitForLine("    Keying material: "));
  ASSERT_OK_AND_ASSIGN(const ssl::Secret ours,
                       server->ExportKeyingMaterial("EXPORTER-Channel-Binding",
                                                    std::nullopt, 32));
  EXPECT_EQ(absl::BytesToHexString(ours.view()), absl::AsciiStrToLower(theirs));
}

TEST_P(VersionTest, LogsTheSameKeys) {
  std::vector<std::string> ours;
  ContextOptions options = ServerOptions();
  options.keylog = [&ours](const Socket&, absl::string_view line) {
    ours.emplace_back(line);
  };
  const std::string log = ScratchPath("keys");
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(listener.port(),
                         ClientArguments() + Arguments{"-keylogfile", log}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, options));
  ConverseAndClose(server.get(), client.get());
  std::sort(ours.begin(), ours.end());
  EXPECT_FALSE(ours.empty());
  EXPECT_EQ(ours, SortedLines(log));
}

TEST(OpensslClientTest, ResumesSessionsThatItStores) {
  ContextOptions options = ServerOptions();
  options.session_tickets = false;
  ExpectResumption(OpensslVersion(TlsVersion::kTls1_2) + Verifying(),
                   std::move(options));
}

TEST(OpensslClientTest, ResumesFiveTimesInARow) {
  const auto context = MakeContext(ServerOptions());
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(listener.port(), OpensslVersion(TlsVersion::kTls1_2) +
                                              Verifying() +
                                              Arguments{"-reconnect"}));
  for (int i = 0; i <= 5; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, context));
    EXPECT_EQ(server->info()->session_reused, i > 0);
    if (i < 5) {
      ASSERT_OK(ReadToEnd(server.get()).status());
    } else {
      ConverseAndClose(server.get(), client.get());
    }
  }
}

TEST(OpensslClientTest, AgreesOnAProtocolByNpn) {
  ContextOptions options = ServerOptions();
  options.npn_protocols = {"spdy/9", "http/1.1"};
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(listener.port(),
                         OpensslVersion(TlsVersion::kTls1_2) + Verifying() +
                             Arguments{"-nextprotoneg", "h2,http/1.1"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, options));
  EXPECT_EQ(server->info()->npn, "http/1.1");
  ASSERT_OK(client->WaitForText("Next protocol: (1) http/1.1\n"));
}

TEST(OpensslClientTest, SharesAKeyInPlaceOfCertificates) {
  ContextOptions options = ServerOptions();
  options.ciphers = "aPSK";
  options.psk_identity_hint = "them";
  options.psk_server = [](absl::string_view identity) {
    EXPECT_EQ(identity, "us");
    return ssl::Secret(std::string(16, '\x5a'));
  };
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(
          listener.port(),
          {"-tls1_2", "-cipher", "ECDHE-PSK-CHACHA20-POLY1305", "-psk_identity",
           "us", "-psk", absl::BytesToHexString(std::string(16, '\x5a'))}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, options));
  EXPECT_EQ(server->info()->cipher.name, "ECDHE-PSK-CHACHA20-POLY1305");
  ConverseAndClose(server.get(), client.get());
}

class CipherTest : public ::testing::TestWithParam<std::string> {};

TEST_P(CipherTest, Converses) {
  const std::string& cipher = GetParam();
  const bool tls1_3 = absl::StartsWith(cipher, "TLS_");
  ContextOptions options = ServerOptions(
      absl::StrContains(cipher, "ECDSA") ? "server_p256" : "server_rsa");
  if (!tls1_3) options.ciphers = cipher;
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(
          listener.port(),
          Verifying() + Arguments{tls1_3 ? "-ciphersuites" : "-cipher", cipher,
                                  tls1_3 ? "-tls1_3" : "-tls1_2"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, options));
  EXPECT_EQ(server->info()->cipher.name, cipher);
  ConverseAndClose(server.get(), client.get());
}

INSTANTIATE_TEST_SUITE_P(All, CipherTest, ::testing::ValuesIn(CommonCiphers()));

// With TLS 1.3 a client that sends no key share that is of use is asked again.
class GroupTest
    : public ::testing::TestWithParam<std::tuple<TlsVersion, const char*>> {};

TEST_P(GroupTest, Converses) {
  const auto& [version, group] = GetParam();
  ContextOptions options = ServerOptions("server_rsa");
  options.verification.groups = group;
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(listener.port(),
                         OpensslVersion(version) + Verifying()));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, options));
  EXPECT_EQ(server->info()->group, group);
  ConverseAndClose(server.get(), client.get());
}

INSTANTIATE_TEST_SUITE_P(
    All, GroupTest,
    ::testing::Combine(::testing::Values(TlsVersion::kTls1_2,
                                         TlsVersion::kTls1_3),
                       ::testing::Values("X25519", "P-256", "P-384", "P-521")));

// RFC 8422, section 5.1.1: in TLS 1.2, the client's groups are those of ECDSA
// keys, too.
TEST(OpensslClientTest, GetsAKeyOfAGroupThatItOffers) {
  for (const auto& [groups, name] : {std::make_pair("P-256", "server_rsa"),
                                     std::make_pair("P-384", "server_p384"),
                                     std::make_pair("X25519", "server_rsa")}) {
    ContextOptions options = ServerOptions("server_p384");
    options.credentials.push_back(TestCredentials("server_rsa"));
    ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
    ASSERT_OK_AND_ASSIGN(
        const auto client,
        StartOpensslClient(listener.port(),
                           OpensslVersion(TlsVersion::kTls1_2) + Verifying() +
                               Arguments{"-groups", groups}));
    ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, options));
    ConverseAndClose(server.get(), client.get());
    ASSERT_OK(client->WaitForText(absl::StrCat("CN=", name)));
  }
}

}  // namespace
}  // namespace airlock::interop
