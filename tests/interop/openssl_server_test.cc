// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock as a client of `openssl s_server`.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "platform/posix_transport.h"
#include "platform/tcp.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "ssl/transport.h"
#include "tests/interop/driver.h"
#include "tests/interop/peers.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::interop {
namespace {

using ssl::ContextOptions;
using ssl::ErrorKind;
using ssl::Socket;
using ssl::SocketOptions;
using ssl::TlsVersion;
using testing::LocalhostOptions;
using testing::MakeContext;
using testing::TestCredentials;
using testing::WriteAll;

// A line each way, then close_notify each way.
void ConverseAndClose(Socket* client, testing::Process* server) {
  ASSERT_OK(WriteAll(client, "from the client\n"));
  ASSERT_OK(server->WaitForText("from the client\n"));
  ASSERT_OK(server->WriteInput("from the server\n"));
  ASSERT_OK(ReadUntil(client, "from the server\n").status());
  ASSERT_OK(Close(client));
  ASSERT_OK(server->WaitForText("DONE"));
}

class MatrixTest : public ::testing::TestWithParam<Cell> {};

TEST_P(MatrixTest, ConversesAndCloses) {
  const Cell& cell = GetParam();
  Arguments arguments = OpensslVersion(cell.version) +
                        OpensslIdentity(cell.server) +
                        Arguments{"-naccept", "1"};
  ContextOptions options = ClientOptions();
  Only(cell.version, &options);
  if (!cell.client.empty()) {
    arguments = arguments + Arguments{"-Verify", "3", "-verify_return_error",
                                      "-CAfile", CertPath("ca.pem")};
    options.credentials = {TestCredentials(cell.client)};
  }
  ASSERT_OK_AND_ASSIGN(const Server server, StartOpensslServer(arguments));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->version, cell.version);
  EXPECT_TRUE(client->peer_verified());
  EXPECT_EQ(client->presented_chain().size(), 2u);
  EXPECT_EQ(client->verified_chain().size(), 3u);
  ConverseAndClose(client.get(), server.process.get());
  if (!cell.client.empty()) {
    ASSERT_OK(server.process->WaitForText(absl::StrCat("OU=", cell.client)));
  }
}

INSTANTIATE_TEST_SUITE_P(All, MatrixTest, ::testing::ValuesIn(Matrix()),
                         CellName);

class VersionTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  // A server of this version with server_p256.
  static Arguments ServerArguments() {
    return OpensslVersion(GetParam()) + OpensslIdentity("server_p256");
  }
  static ContextOptions Options() {
    ContextOptions options = ClientOptions();
    Only(GetParam(), &options);
    return options;
  }
};

INSTANTIATE_TEST_SUITE_P(All, VersionTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         VersionName);

// The second connection resumes the first one's session.
void ExpectResumption(const Arguments& arguments, ContextOptions options) {
  const auto context = MakeContext(std::move(options));
  ASSERT_OK_AND_ASSIGN(const Server server, StartOpensslServer(arguments));
  SocketOptions socket_options = LocalhostOptions();
  for (const bool again : {false, true}) {
    ASSERT_OK_AND_ASSIGN(const auto client,
                         Connect(server.port, context, socket_options));
    EXPECT_EQ(client->info()->session_reused, again);
    EXPECT_TRUE(client->peer_verified());
    EXPECT_EQ(client->verified_chain().size(), 3u);
    ConverseAndClose(client.get(), server.process.get());
    socket_options.session = client->session();
    ASSERT_NE(socket_options.session, nullptr);
  }
  EXPECT_EQ(context->session_statistics().hits, 1u);
}

TEST_P(VersionTest, ResumesByTicket) {
  ExpectResumption(ServerArguments(), Options());
}

TEST_P(VersionTest, ResumesWhatTheServerKeeps) {
  ExpectResumption(ServerArguments() + Arguments{"-no_ticket"}, Options());
}

TEST_P(VersionTest, ResumesWithAClientCertificate) {
  ContextOptions options = Options();
  options.credentials = {TestCredentials("client_p256")};
  ExpectResumption(
      ServerArguments() + Arguments{"-Verify", "3", "-verify_return_error",
                                    "-CAfile", CertPath("ca.pem")},
      std::move(options));
}

// Of two certificates, whichever comes first.
TEST_P(VersionTest, ShowsTheCertificateThatTheServerKnows) {
  for (const bool swapped : {false, true}) {
    for (const auto& [bundle, name] :
         {std::make_pair("ca.pem", "client_p256"),
          std::make_pair("other_root.pem", "client_other")}) {
      // It names the CAs of its bundle.
      ASSERT_OK_AND_ASSIGN(
          const Server server,
          StartOpensslServer(ServerArguments() +
                             Arguments{"-naccept", "1", "-Verify", "3",
                                       "-verify_return_error", "-CAfile",
                                       CertPath(bundle)}));
      ContextOptions options = Options();
      options.credentials = {TestCredentials("client_p256"),
                             TestCredentials("client_other")};
      if (swapped) std::swap(options.credentials[0], options.credentials[1]);
      ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
      ConverseAndClose(client.get(), server.process.get());
      ASSERT_OK(server.process->WaitForText(absl::StrCat("OU=", name)));
    }
  }
}

// Its only key is not of a type that the server can verify.
TEST_P(VersionTest, GoesOnWithoutACertificateOfNoUse) {
  for (const char* ask : {"-verify", "-Verify"}) {
    ContextOptions options = Options();
    options.credentials = {TestCredentials("client_rsa")};
    ASSERT_OK_AND_ASSIGN(
        const Server server,
        StartOpensslServer(ServerArguments() +
                           Arguments{"-naccept", "1", ask, "3", "-CAfile",
                                     CertPath("ca.pem"), "-client_sigalgs",
                                     "ECDSA+SHA256"}));
    const auto client = Connect(server.port, options);
    if (ask == absl::string_view("-verify")) {
      ASSERT_OK(client.status());
      ConverseAndClose(client->get(), server.process.get());
    } else {
      ASSERT_OK(server.process->WaitForText("did not return a certificate"));
    }
  }
}

TEST_P(VersionTest, AgreesOnAProtocol) {
  ContextOptions options = Options();
  options.alpn_protocols = {"spdy/9", "http/1.1"};
  ASSERT_OK_AND_ASSIGN(const Server server,
                       StartOpensslServer(ServerArguments() +
                                          Arguments{"-alpn", "h2,http/1.1"}));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->alpn, "http/1.1");
}

TEST_P(VersionTest, HearsThatNoProtocolIsCommon) {
  ContextOptions options = Options();
  options.alpn_protocols = {"spdy/9"};
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(ServerArguments() + Arguments{"-alpn", "h2"}));
  const auto client = Connect(server.port, options);
  EXPECT_EQ(FailureOf(client.status()), (Failure{ErrorKind::kPeerAlert, 120}));
}

TEST_P(VersionTest, NamesTheServerItWants) {
  const auto context = MakeContext(Options());
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(ServerArguments() +
                         Arguments{"-servername", "server.test", "-cert2",
                                   CertPath("server_rsa_direct.pem"), "-key2",
                                   CertPath("server_rsa_direct.key")}));
  SocketOptions options;
  for (const char* name : {"server.test", "localhost", "127.0.0.1"}) {
    options.server_hostname = name;
    ASSERT_OK_AND_ASSIGN(const auto client,
                         Connect(server.port, context, options));
    EXPECT_EQ(client->peer_certificate()->subject(),
              options.server_hostname == "server.test"
                  ? "CN=server_rsa_direct,O=Airlock Test"
                  : "CN=server_p256,O=Airlock Test");
  }
}

TEST_P(VersionTest, GetsTheStapledResponse) {
  ContextOptions options = Options();
  options.request_ocsp = true;
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(OpensslVersion(GetParam()) +
                         OpensslIdentity("server_rsa_direct") +
                         Arguments{"-status_file", CertPath("ocsp_good.der")}));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->ocsp_response,
            testing::ReadTestdata("certs/ocsp_good.der"));
}

TEST_P(VersionTest, ExportsTheSameKeyingMaterial) {
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(ServerArguments() +
                         Arguments{"-keymatexport", "EXPORTER-Channel-Binding",
                                   "-keymatexportlen", "32"}));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, Options()));
  ASSERT_OK_AND_ASSIGN(const std::string theirs,
                       server.process->WaitForLine("    Keying material: "));
  ASSERT_OK_AND_ASSIGN(const ssl::Secret ours,
                       client->ExportKeyingMaterial("EXPORTER-Channel-Binding",
                                                    std::nullopt, 32));
  EXPECT_EQ(absl::BytesToHexString(ours.view()), absl::AsciiStrToLower(theirs));
  if (GetParam() == TlsVersion::kTls1_3) {
    ASSERT_OK_AND_ASSIGN(
        const std::string binding,
        client->GetChannelBinding(ssl::ChannelBinding::kTlsExporter));
    EXPECT_EQ(binding, ours.view());
  }
}

TEST_P(VersionTest, LogsTheSameKeys) {
  std::vector<std::string> ours;
  ContextOptions options = Options();
  options.keylog = [&ours](const Socket&, absl::string_view line) {
    ours.emplace_back(line);
  };
  const std::string log = ScratchPath("keys");
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(ServerArguments() + Arguments{"-keylogfile", log}));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  ConverseAndClose(client.get(), server.process.get());
  std::sort(ours.begin(), ours.end());
  EXPECT_FALSE(ours.empty());
  EXPECT_EQ(ours, SortedLines(log));
}

TEST(OpensslServerTest, AgreesOnAProtocolByNpn) {
  ContextOptions options = ClientOptions();
  options.npn_protocols = {"spdy/9", "http/1.1"};
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(OpensslVersion(TlsVersion::kTls1_2) +
                         OpensslIdentity("server_p256") +
                         Arguments{"-nextprotoneg", "h2,http/1.1"}));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->npn, "http/1.1");
}

TEST(OpensslServerTest, SharesAKeyInPlaceOfCertificates) {
  ContextOptions options = ClientOptions();
  options.ciphers = "ECDHE-PSK-CHACHA20-POLY1305";
  options.psk_client = [](absl::string_view hint) {
    return ssl::PskIdentity{absl::StrCat("for ", hint),
                            ssl::Secret(std::string(16, '\x5a'))};
  };
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer({"-tls1_2", "-nocert", "-cipher", "PSK", "-psk_hint",
                          "them", "-psk_identity", "for them", "-psk",
                          absl::BytesToHexString(std::string(16, '\x5a'))}));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->cipher.name, "ECDHE-PSK-CHACHA20-POLY1305");
  ConverseAndClose(client.get(), server.process.get());
}

class CipherTest : public ::testing::TestWithParam<std::string> {};

TEST_P(CipherTest, Converses) {
  const std::string& cipher = GetParam();
  const bool tls1_3 = absl::StartsWith(cipher, "TLS_");
  ContextOptions options = ClientOptions();
  if (!tls1_3) options.ciphers = cipher;
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(
          OpensslIdentity(absl::StrContains(cipher, "ECDSA") ? "server_p256"
                                                             : "server_rsa") +
          Arguments{tls1_3 ? "-ciphersuites" : "-cipher", cipher} +
          Arguments{tls1_3 ? "-tls1_3" : "-tls1_2"}));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->cipher.name, cipher);
  ConverseAndClose(client.get(), server.process.get());
}

INSTANTIATE_TEST_SUITE_P(All, CipherTest, ::testing::ValuesIn(CommonCiphers()));

// With TLS 1.3 all but the first take a second ClientHello.
class GroupTest
    : public ::testing::TestWithParam<std::tuple<TlsVersion, const char*>> {};

TEST_P(GroupTest, Converses) {
  const auto& [version, group] = GetParam();
  ASSERT_OK_AND_ASSIGN(const Server server,
                       StartOpensslServer(OpensslVersion(version) +
                                          OpensslIdentity("server_rsa") +
                                          Arguments{"-groups", group}));
  ASSERT_OK_AND_ASSIGN(const auto client,
                       Connect(server.port, ClientOptions()));
  EXPECT_EQ(client->info()->group, group);
  ConverseAndClose(client.get(), server.process.get());
}

INSTANTIATE_TEST_SUITE_P(
    All, GroupTest,
    ::testing::Combine(::testing::Values(TlsVersion::kTls1_2,
                                         TlsVersion::kTls1_3),
                       ::testing::Values("X25519", "P-256", "P-384", "P-521")));

// `openssl s_server` renegotiates on a line "r", and on "R" with a wish for a
// certificate.
class RenegotiationTest : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(All, RenegotiationTest, ::testing::Values("r", "R"));

TEST_P(RenegotiationTest, TakesPlaceAsOftenAsAllowed) {
  constexpr int kMost = 2;
  ContextOptions options = ClientOptions();
  Only(TlsVersion::kTls1_2, &options);
  options.credentials = {TestCredentials("client_p256")};
  options.max_renegotiations = kMost;
  absl::Mutex mutex;
  int finished = 0;  // By the server.
  options.message = [&](const Socket&, const ssl::TlsMessage& message) {
    constexpr int kHandshake = 22;
    constexpr uint8_t kFinished = 20;
    absl::MutexLock lock(&mutex);
    if (!message.sent && message.content_type == kHandshake &&
        message.bytes[0] == kFinished) {
      ++finished;
    }
    return absl::OkStatus();
  };
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(OpensslVersion(TlsVersion::kTls1_2) +
                         OpensslIdentity("server_p256") +
                         Arguments{"-CAfile", CertPath("ca.pem")}));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  for (int i = 0; i < kMost; ++i) {
    ASSERT_OK(server.process->WriteInput(absl::StrCat(GetParam(), "\n")));
    const std::string text = absl::StrCat("line ", i, "\n");
    std::thread reader([&] {
      const absl::Status status = ReadUntil(client.get(), text).status();
      EXPECT_TRUE(status.ok()) << status;
    });
    // BoringSSL takes no data between the server's request and the end of the
    // handshake.
    {
      const auto done = [&] { return finished == i + 2; };
      absl::MutexLock lock(&mutex);
      mutex.Await(absl::Condition(&done));
    }
    const absl::Status written = server.process->WriteInput(text);
    reader.join();
    ASSERT_OK(written);
    EXPECT_TRUE(client->handshake_done());
    EXPECT_TRUE(client->peer_verified());
    EXPECT_EQ(client->verified_chain().size(), 3u);
  }
  ASSERT_OK(server.process->WriteInput(absl::StrCat(GetParam(), "\n")));
  const absl::Status status = ReadUntil(client.get(), "never").status();
  EXPECT_EQ(ssl::GetErrorKind(status), ErrorKind::kProtocol) << status;
}

// Reads nothing while `withholds`.
class WithholdingTransport final : public ssl::Transport {
 public:
  WithholdingTransport(std::unique_ptr<ssl::Transport> wrapped,
                       const bool* withholds)
      : wrapped_(std::move(wrapped)), withholds_(withholds) {}

  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    return *withholds_ ? ssl::IoResult::WantRead() : wrapped_->Read(into);
  }
  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    return wrapped_->Write(from);
  }

 private:
  const std::unique_ptr<ssl::Transport> wrapped_;
  const bool* const withholds_;
};

TEST_P(RenegotiationTest, IsNotShutDownUnderWay) {
  ContextOptions options = ClientOptions();
  Only(TlsVersion::kTls1_2, &options);
  options.credentials = {TestCredentials("client_p256")};
  options.max_renegotiations = 1;
  bool withholds = false;
  int hellos = 0;
  absl::Mutex mutex;
  int finished = 0;  // By the server.
  options.message = [&](const Socket&, const ssl::TlsMessage& message) {
    constexpr int kHandshake = 22;
    constexpr uint8_t kClientHello = 1;
    constexpr uint8_t kFinished = 20;
    if (message.content_type != kHandshake) return absl::OkStatus();
    if (message.sent && message.bytes[0] == kClientHello) {
      withholds = ++hellos == 2;
    }
    absl::MutexLock lock(&mutex);
    if (!message.sent && message.bytes[0] == kFinished) ++finished;
    return absl::OkStatus();
  };
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(OpensslVersion(TlsVersion::kTls1_2) +
                         OpensslIdentity("server_p256") +
                         Arguments{"-CAfile", CertPath("ca.pem")}));
  ASSERT_OK_AND_ASSIGN(
      auto dialed,
      platform::Dial("127.0.0.1", static_cast<uint16_t>(server.port),
                     absl::Seconds(15)));
  ASSERT_OK_AND_ASSIGN(const auto client,
                       ssl::WrapSocket(MakeContext(std::move(options)),
                                       std::make_unique<WithholdingTransport>(
                                           std::move(dialed), &withholds),
                                       LocalhostOptions()));
  ASSERT_OK(client->Handshake().status());
  ASSERT_OK(server.process->WriteInput(absl::StrCat(GetParam(), "\n")));
  uint8_t byte = 0;
  ASSERT_TRUE(client->Read(absl::MakeSpan(&byte, 1)).want_read());
  for (const auto& result : {client->Shutdown(), client->Unwrap()}) {
    const std::optional<ssl::Error> error = ssl::GetError(result.status());
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->kind, ErrorKind::kInvalidArgument) << error->message;
    EXPECT_EQ(error->reason, "SHUTDOWN_WHILE_IN_INIT");
  }
  // After what was held back, everything works.
  withholds = false;
  std::thread reader([&] {
    const absl::Status status = ReadUntil(client.get(), "more\n").status();
    EXPECT_TRUE(status.ok()) << status;
  });
  {
    const auto done = [&] { return finished == 2; };
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&done));
  }
  const absl::Status written = server.process->WriteInput("more\n");
  reader.join();
  ASSERT_OK(written);
  ASSERT_OK(Close(client.get()));
}

TEST_P(RenegotiationTest, IsRefusedByDefault) {
  ContextOptions options = ClientOptions();
  Only(TlsVersion::kTls1_2, &options);
  ASSERT_OK_AND_ASSIGN(const Server server,
                       StartOpensslServer(OpensslVersion(TlsVersion::kTls1_2) +
                                          OpensslIdentity("server_p256")));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  ASSERT_OK(server.process->WriteInput(absl::StrCat(GetParam(), "\n")));
  const absl::Status status = ReadUntil(client.get(), "never").status();
  EXPECT_EQ(ssl::GetErrorKind(status), ErrorKind::kProtocol) << status;
}

}  // namespace
}  // namespace airlock::interop
