// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock as a client of nginx.

#include "tests/interop/nginx.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "platform/tcp.h"
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
using ssl::SocketOptions;
using ssl::TlsVersion;
using testing::LocalhostOptions;
using testing::MakeContext;
using testing::ReadTestdata;
using testing::TestCredentials;
using testing::WriteAll;

// What every server block needs but its certificate.
constexpr char kSite[] = R"(
    listen 127.0.0.1:$PORT ssl;
    root $DIR;
    location = /about {
      return 200 "$ssl_protocol|$ssl_client_s_dn|$ssl_session_reused|";
    }
)";

absl::StatusOr<Server> StartSite(absl::string_view servers) {
  return StartNginx(absl::StrReplaceAll(servers, {{"$SITE", kSite}}));
}

std::string Protocols(TlsVersion version) {
  std::string name(ssl::TlsVersionName(version));
  return absl::StrCat(
      "ssl_protocols ", name, ";",
      version < TlsVersion::kTls1_2 ? "ssl_ciphers ALL:@SECLEVEL=0;" : "");
}

std::string Request(absl::string_view path) {
  return absl::StrCat("GET ", path,
                      " HTTP/1.1\r\nHost: localhost\r\n"
                      "Connection: close\r\n\r\n");
}

// The whole response to a GET, after which the server closes.
absl::StatusOr<std::string> Get(Socket* client, absl::string_view path) {
  const absl::Status written = WriteAll(client, Request(path));
  if (!written.ok()) return written;
  return ReadToEnd(client);
}

class MatrixTest : public ::testing::TestWithParam<Cell> {};

TEST_P(MatrixTest, Serves) {
  const Cell& cell = GetParam();
  ContextOptions options = ClientOptions();
  Only(cell.version, &options);
  if (!cell.client.empty()) {
    options.credentials = {TestCredentials(cell.client)};
  }
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartSite(absl::StrCat("server { $SITE ", Protocols(cell.version),
                             NginxIdentity(cell.server), "ssl_verify_client ",
                             cell.client.empty() ? "off" : "on", "; }")));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->version, cell.version);
  EXPECT_TRUE(client->peer_verified());
  ASSERT_OK_AND_ASSIGN(const std::string response, Get(client.get(), "/about"));
  EXPECT_TRUE(absl::StrContains(response, " 200 OK\r\n")) << response;
  EXPECT_TRUE(absl::StrContains(
      response,
      absl::StrCat("\r\n\r\n", ssl::TlsVersionName(cell.version), "|",
                   cell.client.empty() ? "|" : "CN=Airlock Test Client,OU=")))
      << response;
  EXPECT_TRUE(absl::StrContains(response, cell.client));
}

INSTANTIATE_TEST_SUITE_P(All, MatrixTest, ::testing::ValuesIn(Matrix()),
                         CellName);

class VersionTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  static absl::StatusOr<Server> Start(
      absl::string_view more, absl::string_view identity = "server_p256") {
    return StartSite(absl::StrCat("server { $SITE ", Protocols(GetParam()),
                                  NginxIdentity(identity), more, "}"));
  }
};

INSTANTIATE_TEST_SUITE_P(All, VersionTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         VersionName);

TEST_P(VersionTest, Resumes) {
  for (const char* how :
       {"ssl_session_tickets on;",
        "ssl_session_tickets off; ssl_session_cache shared:sessions:1m;"}) {
    const auto context = MakeContext(ClientOptions());
    ASSERT_OK_AND_ASSIGN(const Server server, Start(how));
    SocketOptions options = LocalhostOptions();
    for (const bool again : {false, true}) {
      ASSERT_OK_AND_ASSIGN(const auto client,
                           Connect(server.port, context, options));
      EXPECT_EQ(client->info()->session_reused, again) << how;
      ASSERT_OK_AND_ASSIGN(const std::string response,
                           Get(client.get(), "/about"));
      EXPECT_TRUE(absl::EndsWith(response, again ? "|r|" : "|.|")) << response;
      options.session = client->session();
      ASSERT_NE(options.session, nullptr);
    }
  }
}

TEST_P(VersionTest, AgreesOnAProtocol) {
  ContextOptions options = ClientOptions();
  options.alpn_protocols = {"spdy/9", "http/1.1"};
  ASSERT_OK_AND_ASSIGN(const Server server, Start(""));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->alpn, "http/1.1");
}

TEST_P(VersionTest, NamesTheServerItWants) {
  const auto context = MakeContext(ClientOptions());
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartSite(absl::StrCat("server { $SITE ssl_reject_handshake on; }",
                             "server { $SITE server_name localhost; ",
                             Protocols(GetParam()), NginxIdentity("server_rsa"),
                             "}", "server { $SITE server_name a.wild.test;",
                             NginxIdentity("server_p256"), "}")));
  SocketOptions options;
  options.server_hostname = "a.wild.test";
  ASSERT_OK_AND_ASSIGN(const auto wild, Connect(server.port, context, options));
  EXPECT_EQ(wild->peer_certificate()->subject(),
            "CN=server_p256,O=Airlock Test");
  options.server_hostname = "localhost";
  ASSERT_OK_AND_ASSIGN(const auto localhost,
                       Connect(server.port, context, options));
  EXPECT_EQ(localhost->peer_certificate()->subject(),
            "CN=server_rsa,O=Airlock Test");
  options.server_hostname = "server.test";
  EXPECT_EQ(FailureOf(Connect(server.port, context, options).status()),
            (Failure{ErrorKind::kPeerAlert, 112}));
}

TEST_P(VersionTest, GetsTheStapledResponse) {
  ContextOptions options = ClientOptions();
  options.request_ocsp = true;
  ASSERT_OK_AND_ASSIGN(const Server server,
                       Start(absl::StrCat("ssl_stapling on; ssl_stapling_file ",
                                          CertPath("ocsp_good.der"), ";"),
                             "server_rsa_direct"));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->ocsp_response, ReadTestdata("certs/ocsp_good.der"));
}

// nginx shakes hands with everybody, and then says why not.
TEST_P(VersionTest, HearsWhatIsWrongWithItsCertificate) {
  ASSERT_OK_AND_ASSIGN(const Server server, Start("ssl_verify_client on;"));
  for (const char* name : {"", "client_expired", "client_other"}) {
    ContextOptions options = ClientOptions();
    if (*name != '\0') options.credentials = {TestCredentials(name)};
    ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
    ASSERT_OK_AND_ASSIGN(const std::string response,
                         Get(client.get(), "/about"));
    EXPECT_TRUE(absl::StrContains(response, " 400 Bad Request\r\n")) << name;
  }
}

TEST_P(VersionTest, RefusesABadServer) {
  for (const auto& [name, failure] :
       std::vector<std::pair<const char*, Failure>>{
           {"wrong_host", {ErrorKind::kHostname, 42, 62}},
           {"server_other", {ErrorKind::kVerification, 48, 20}},
           {"expired", {ErrorKind::kVerification, 45, 10}}}) {
    ASSERT_OK_AND_ASSIGN(const Server server, Start("", name));
    EXPECT_EQ(FailureOf(Connect(server.port, ClientOptions()).status()),
              failure);
  }
}

TEST_P(VersionTest, ReadsALargeFile) {
  const std::string content(4 << 20, 'x');
  ASSERT_OK(ScratchFile("large", content).status());
  ASSERT_OK_AND_ASSIGN(const Server server, Start(""));
  ASSERT_OK_AND_ASSIGN(const auto client,
                       Connect(server.port, ClientOptions()));
  ASSERT_OK_AND_ASSIGN(const std::string response, Get(client.get(), "/large"));
  EXPECT_TRUE(absl::EndsWith(response, "\r\n\r\n" + content));
  ASSERT_OK(Close(client.get()));
}

// The front door: what an application has are strings.
TEST(NginxTest, ServesARuntimesSocket) {
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartSite(absl::StrCat("server { $SITE ", NginxIdentity("server_rsa"),
                             "ssl_verify_client on; }")));
  ASSERT_OK_AND_ASSIGN(
      const auto runtime,
      platform::Runtime::Create(std::make_shared<platform::PosixHost>(),
                                platform::ProcessEnvironment()));
  platform::WrapOptions options;
  options.keyfile = ssl::Secret(ReadTestdata("certs/client_rsa.key"));
  options.certfile = ssl::Secret(ReadTestdata("certs/client_rsa.pem"));
  options.cert_reqs = ssl::VerifyMode::kRequired;
  options.ca_certs = platform::CaPath{CertPath("ca.pem")};
  options.server_hostname = "localhost";
  ASSERT_OK_AND_ASSIGN(
      auto transport,
      platform::Dial("127.0.0.1", static_cast<uint16_t>(server.port),
                     absl::Seconds(15)));
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      runtime->WrapSocket(std::move(transport), std::move(options)));
  EXPECT_TRUE(client->peer_verified());
  ASSERT_OK_AND_ASSIGN(const std::string response, Get(client.get(), "/about"));
  EXPECT_TRUE(absl::StrContains(response, "OU=client_rsa")) << response;
}

}  // namespace
}  // namespace airlock::interop
