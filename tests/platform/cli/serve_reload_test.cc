// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock serve` while its files change, and which clients it lets in.

#include <signal.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
#include "ssl/credentials.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/session.h"
#include "tests/platform/cli/process.h"
#include "tests/platform/http/server/server_fixture.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using http::testing::ClientContext;
using http::testing::RawClient;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace fs = std::filesystem;

constexpr absl::string_view kGet = "GET / HTTP/1.0\r\n\r\n";

std::string Cert(absl::string_view name) {
  return ReadTestdata(absl::StrCat("certs/", name));
}

int PortOf(const Server& server) {
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(
      server.address().substr(server.address().find(':') + 1), &port));
  return port;
}

// A client with testdata's certificate `name`; without one if it is empty.
std::shared_ptr<const ssl::Context> ClientWith(
    const std::string& name,
    ssl::TlsVersion version = ssl::TlsVersion::kTls1_3) {
  return ClientContext([&](ssl::ContextOptions* options) {
    options->verification.maximum_version = version;
    if (name.empty()) return;
    ssl::CredentialsOptions credentials;
    credentials.certfile = ssl::Secret(Cert(absl::StrCat(name, ".pem")));
    credentials.keyfile = ssl::Material(ssl::Secret(
        Cert(absl::StrCat(name.substr(0, name.find("_chain")), ".key"))));
    auto made = ssl::Credentials::Create(std::move(credentials));
    ASSERT_TRUE(made.ok()) << made.status();
    options->credentials = {*std::move(made)};
  });
}

// The fingerprint of the certificate `name` in hexadecimal.
std::string Fingerprint(absl::string_view name) {
  const auto certificate =
      ssl::Certificate::FromPem(Cert(absl::StrCat(name, ".pem")));
  EXPECT_TRUE(certificate.ok()) << certificate.status();
  return absl::BytesToHexString(certificate->Sha256Fingerprint());
}

// A folder with the files that a server reads.
class ServeReloadTest : public ::testing::Test {
 protected:
  ServeReloadTest()
      : folder_(
            fs::path(::testing::TempDir()) /
            ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::create_directories(folder_ / "site");
    Put("cert.pem", Cert("server_p256_chain.pem") + Cert("server_p256.key"));
    Put("clients.pem", Cert("root.pem"));
  }

  // Replaces a file at once, as an administrator should.
  void Put(const std::string& name, absl::string_view content) {
    std::ofstream(folder_ / "new", std::ios::binary) << content;
    fs::rename(folder_ / "new", folder_ / name);
  }

  std::string File(const std::string& name) const {
    return (folder_ / name).string();
  }

  std::unique_ptr<Server> Start(std::vector<std::string> more,
                                bool echo = false) {
    std::vector<std::string> arguments = {
        absl::StrCat("--cert=", File("cert.pem")), "--threads=1"};
    if (!echo) arguments.push_back(absl::StrCat("--root=", File("site")));
    arguments.insert(arguments.end(), more.begin(), more.end());
    return std::make_unique<Server>(arguments);
  }

  // What a client with the certificate `name` gets.
  static std::string Ask(const Server& server, const std::string& name) {
    RawClient client(PortOf(server), ClientWith(name));
    client.Send(kGet);
    return client.ReadAll();
  }

  // The name of the server's certificate, as a new client sees it.
  static std::string Subject(const Server& server) {
    RawClient client(PortOf(server));
    const auto certificate = client.socket().peer_certificate();
    return certificate.has_value() ? certificate->subject() : "";
  }

  const fs::path folder_;
};

TEST_F(ServeReloadTest, TakesANewCertificate) {
  const auto server = Start({});
  const std::string first = Subject(*server);
  // Half of an update changes nothing.
  Put("cert.pem", Cert("server_rsa_chain.pem") + Cert("server_p256.key"));
  server->process().Signal(SIGHUP);
  EXPECT_TRUE(server->process().WaitForErrors("The old certificate stays"));
  EXPECT_EQ(Subject(*server), first);
  // Noticed within a second, without a signal.
  Put("cert.pem", Cert("server_rsa_chain.pem") + Cert("server_rsa.key"));
  while (Subject(*server) == first) {
  }
}

TEST_F(ServeReloadTest, ShowsTheCertificatesState) {
  const auto server = Start({"--stats=loopback"});
  const auto stats = [&] {
    RawClient client(PortOf(*server));
    client.Send("GET /_tls/stats?json HTTP/1.0\r\n\r\n");
    return client.ReadAll();
  };
  EXPECT_THAT(stats(), HasSubstr("\"generation\": 1"));
  Put("cert.pem", "nothing");
  server->process().Signal(SIGHUP);
  EXPECT_TRUE(server->process().WaitForErrors("The old certificate stays"));
  EXPECT_THAT(stats(), HasSubstr("cert.pem"));  // In the last error.
  Put("cert.pem", Cert("server_rsa_chain.pem") + Cert("server_rsa.key"));
  while (!absl::StrContains(stats(), "\"generation\": 2")) {
  }
  EXPECT_THAT(stats(), HasSubstr("\"last_error\": \"\""));
}

TEST_F(ServeReloadTest, TakesADirectory) {
  fs::create_directories(folder_ / "1");
  fs::create_directories(folder_ / "2");
  Put("1/tls.crt", Cert("server_p256_chain.pem"));
  Put("1/tls.key", Cert("server_p256.key"));
  Put("2/tls.crt", Cert("server_rsa_chain.pem"));
  Put("2/tls.key", Cert("server_rsa.key"));
  fs::create_directory_symlink("1", folder_ / "now");
  Server server({absl::StrCat("--cert=", File("now")), "--threads=1"});
  const std::string first = Subject(server);
  EXPECT_THAT(first, HasSubstr("server_p256"));
  fs::create_directory_symlink("2", folder_ / "next");
  fs::rename(folder_ / "next", folder_ / "now");
  while (Subject(server) == first) {
  }
}

TEST_F(ServeReloadTest, TakesACertificateWhoseKeyIsNoFile) {
  Put("cert.pem", Cert("server_p256_chain.pem"));
  Server server({absl::StrCat("--cert=", File("cert.pem")), "--key=env:KEY"},
                {{"KEY", Cert("server_p256.key")}});
  const auto chain_length = [&] {
    RawClient client(PortOf(server));
    return client.socket().presented_chain().size();
  };
  const size_t first = chain_length();
  Put("cert.pem", Cert("server_p256_chain.pem") + Cert("root.pem"));
  while (chain_length() == first) {
  }
}

// Certificate and key are renamed one after the other, as they often are, so
// that they do not match for a moment.
TEST_F(ServeReloadTest, NoHandshakeFailsWhileCertificatesChange) {
  const std::vector<std::string> names = {"server_p256", "server_rsa"};
  Put("live.pem", Cert(names[0] + "_chain.pem"));
  Put("live.key", Cert(names[0] + ".key"));
  Server server({absl::StrCat("--cert=", File("live.pem")),
                 absl::StrCat("--key=", File("live.key")), "--threads=2"});
  std::atomic<bool> stop{false};
  std::atomic<int> connections{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      while (!stop) {
        RawClient client(PortOf(server));
        client.Send("x");
        EXPECT_EQ(client.ReadUntil("x"), "x");
        ++connections;
      }
    });
  }
  for (int change = 1; change <= 6; ++change) {
    const std::string& name = names[change % 2];
    Put("live.pem", Cert(name + "_chain.pem"));
    Put("live.key", Cert(name + ".key"));
    while (!absl::StrContains(Subject(server), name)) {
    }
  }
  stop = true;
  for (std::thread& client : clients) client.join();
  EXPECT_GT(connections.load(), 6);
}

TEST_F(ServeReloadTest, TakesNewCasAndCrls) {
  const auto server = Start({absl::StrCat("--client-ca=", File("clients.pem")),
                             "--require-client-cert", "--client-crl"});
  // No CRL is an error.
  EXPECT_EQ(Ask(*server, "client_p256"), "");
  Put("clients.pem", Cert("root.pem") + Cert("crl_root.pem"));
  server->process().Signal(SIGHUP);
  while (!absl::StartsWith(Ask(*server, "client_p256"), "HTTP/1.0 200")) {
  }
  EXPECT_EQ(Ask(*server, "revoked_client"), "");
  EXPECT_EQ(Ask(*server, "client_other"), "");
  EXPECT_EQ(Ask(*server, ""), "");
  EXPECT_TRUE(server->process().WaitForErrors("Verification: "));
}

// A file that changes in a directory does not change the directory.
TEST_F(ServeReloadTest, TakesAFileOfADirectoryOfCas) {
  fs::create_directories(folder_ / "cas");
  Put("cas/680790a1.0", Cert("root.pem"));
  Put("cas/680790a1.r0", Cert("crl_root_empty.pem"));
  const auto server = Start({absl::StrCat("--client-ca=", File("cas")),
                             "--require-client-cert", "--client-crl"});
  EXPECT_THAT(Ask(*server, "revoked_client"), StartsWith("HTTP/1.0 200"));
  std::ofstream(folder_ / "cas" / "680790a1.r0", std::ios::binary)
      << Cert("crl_root.pem");
  while (!Ask(*server, "revoked_client").empty()) {
  }
  EXPECT_THAT(Ask(*server, "client_p256"), StartsWith("HTTP/1.0 200"));
}

TEST_F(ServeReloadTest, ServesAllowedClientsOnly) {
  const std::string ca = absl::StrCat("--client-ca=", File("clients.pem"));
  const auto listed = Start(
      {ca, absl::StrCat("--client-allow=sha256:", Fingerprint("client_p256")),
       "--client-allow=dns:nobody.test"});
  EXPECT_THAT(Ask(*listed, "client_p256"), StartsWith("HTTP/1.0 200"));
  EXPECT_THAT(Ask(*listed, "client_rsa"), StartsWith("HTTP/1.0 403"));
  EXPECT_THAT(Ask(*listed, ""), StartsWith("HTTP/1.0 403"));
  EXPECT_TRUE(listed->process().WaitForErrors("does not allow"));

  const auto issued = Start(
      {ca, absl::StrCat("--client-allow=ca:", Fingerprint("intermediate2"))});
  EXPECT_THAT(Ask(*issued, "client_deep_chain"), HasSubstr("HTTP/1.0 200"));
  EXPECT_THAT(Ask(*issued, "client_p256"), StartsWith("HTTP/1.0 403"));

  const auto named = Start({ca, "--client-allow=dns:LOCALHOST"}, /*echo=*/true);
  EXPECT_EQ(Ask(*named, "client_p256"), "");
  EXPECT_TRUE(named->process().WaitForErrors("does not allow"));
}

TEST_F(ServeReloadTest, RotatesTicketKeys) {
  for (const ssl::TlsVersion version :
       {ssl::TlsVersion::kTls1_2, ssl::TlsVersion::kTls1_3}) {
    const auto server = Start({});
    const auto context = ClientWith("", version);
    RawClient first(PortOf(*server), context);
    first.Send(kGet);
    first.ReadAll();
    const std::shared_ptr<const ssl::Session> session =
        first.socket().session();
    ASSERT_NE(session, nullptr);
    const auto resumes = [&] {
      RawClient again(PortOf(*server), context, session);
      return again.socket().session_reused();
    };
    EXPECT_TRUE(resumes());
    // The key before the current one still opens tickets.
    server->process().Signal(SIGUSR1);
    EXPECT_TRUE(server->process().WaitForErrors("a new key"));
    EXPECT_TRUE(resumes());
    server->process().Signal(SIGUSR1);
    while (resumes()) {
    }
  }
}

TEST_F(ServeReloadTest, ControlsSessions) {
  const auto resumes = [&](const Server& server, ssl::TlsVersion version) {
    const auto context = ClientWith("", version);
    RawClient first(PortOf(server), context);
    first.Send(kGet);
    first.ReadAll();
    RawClient again(PortOf(server), context, first.socket().session());
    return again.socket().session_reused();
  };
  const auto none = Start({"--session-tickets=0", "--session-cache=0"});
  EXPECT_FALSE(resumes(*none, ssl::TlsVersion::kTls1_2));
  EXPECT_FALSE(resumes(*none, ssl::TlsVersion::kTls1_3));
  const auto cache = Start({"--session-tickets=0"});
  EXPECT_TRUE(resumes(*cache, ssl::TlsVersion::kTls1_2));
  EXPECT_FALSE(resumes(*cache, ssl::TlsVersion::kTls1_3));
  const auto tickets = Start({"--session-cache=0", "--session-tickets=1"});
  EXPECT_TRUE(resumes(*tickets, ssl::TlsVersion::kTls1_2));
  EXPECT_TRUE(resumes(*tickets, ssl::TlsVersion::kTls1_3));
}

}  // namespace
}  // namespace airlock::testing
