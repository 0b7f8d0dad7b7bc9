// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock as a server of curl: what HTTPS takes.

#include <memory>
#include <string>
#include <utility>

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
using testing::ReadTestdata;
using testing::TestTrustStore;
using testing::WriteAll;

// curl's exit status where the server's certificate is not to be trusted.
constexpr int kNotTrusted = 60;

Arguments Version(TlsVersion version) {
  switch (version) {
    case TlsVersion::kTls1_0:
      return {"--tlsv1.0", "--tls-max", "1.0", "--ciphers", "ALL:@SECLEVEL=0"};
    case TlsVersion::kTls1_1:
      return {"--tlsv1.1", "--tls-max", "1.1", "--ciphers", "ALL:@SECLEVEL=0"};
    case TlsVersion::kTls1_2:
      return {"--tlsv1.2", "--tls-max", "1.2"};
    case TlsVersion::kTls1_3:
      return {"--tlsv1.3"};
  }
  return {};
}

Arguments Identity(absl::string_view name) {
  return {"--cert", ChainPath(name), "--key",
          CertPath(absl::StrCat(name, ".key"))};
}

ContextOptions RequiringOptions(absl::string_view credentials) {
  ContextOptions options = ServerOptions(credentials);
  options.verification.mode = VerifyMode::kRequired;
  options.trust_store = TestTrustStore();
  return options;
}

std::string Response(absl::string_view body) {
  return absl::StrCat(
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ", body.size(),
      "\r\n\r\n", body);
}

// Reads a request's head, answers it, and closes in both directions.
void Serve(Socket* server, absl::string_view body) {
  ASSERT_OK_AND_ASSIGN(const std::string request,
                       ReadUntil(server, "\r\n\r\n"));
  EXPECT_TRUE(absl::StartsWith(request, "GET /")) << request;
  ASSERT_OK(WriteAll(server, Response(body)));
  ASSERT_OK(server->Shutdown().status());
  ASSERT_OK_AND_ASSIGN(const std::string rest, ReadToEnd(server));
  EXPECT_EQ(rest, "");
}

class CurlTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto listener = Listen();
    ASSERT_OK(listener.status());
    listener_.emplace(*std::move(listener));
  }

  std::string Url() const {
    return absl::StrCat("https://localhost:", listener_->port(), "/");
  }

  // Gets Url() from us, trusting only ca.pem, not the user's CAs.
  absl::StatusOr<std::unique_ptr<testing::Process>> Start(
      const Arguments& arguments) const {
    return StartProgram(
        "curl", "curl",
        Arguments{"--disable", "--silent", "--show-error", "--cacert",
                  CertPath("ca.pem"), "--noproxy", "*", "--resolve",
                  absl::StrCat("localhost:", listener_->port(), ":127.0.0.1"),
                  Url()} +
            arguments);
  }

  void ExpectExit(testing::Process* curl, int status) const {
    ASSERT_OK_AND_ASSIGN(const int exit_status, curl->Wait());
    EXPECT_EQ(exit_status, status) << curl->Transcript();
  }

  std::optional<platform::TcpListener> listener_;
};

class MatrixTest : public CurlTest,
                   public ::testing::WithParamInterface<Cell> {};

TEST_P(MatrixTest, GetsAPage) {
  const Cell& cell = GetParam();
  Arguments arguments = Version(cell.version);
  if (!cell.client.empty()) arguments = arguments + Identity(cell.client);
  ASSERT_OK_AND_ASSIGN(const auto curl, Start(arguments));
  ASSERT_OK_AND_ASSIGN(
      const auto server,
      Accept(*listener_, cell.client.empty() ? ServerOptions(cell.server)
                                             : RequiringOptions(cell.server)));
  EXPECT_EQ(server->info()->version, cell.version);
  EXPECT_EQ(server->info()->server_name, "localhost");
  EXPECT_EQ(server->peer_verified(), !cell.client.empty());
  Serve(server.get(), "hello\n");
  ExpectExit(curl.get(), 0);
  EXPECT_EQ(curl->output(), "hello\n");
}

INSTANTIATE_TEST_SUITE_P(All, MatrixTest, ::testing::ValuesIn(Matrix()),
                         CellName);

class VersionTest : public CurlTest,
                    public ::testing::WithParamInterface<TlsVersion> {
 protected:
  absl::StatusOr<std::unique_ptr<testing::Process>> Start(
      const Arguments& arguments) const {
    return CurlTest::Start(Version(GetParam()) + arguments);
  }
};

INSTANTIATE_TEST_SUITE_P(All, VersionTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         VersionName);

TEST_P(VersionTest, AgreesOnHttp1) {
  ContextOptions options = ServerOptions();
  options.alpn_protocols = {"http/1.1"};
  ASSERT_OK_AND_ASSIGN(const auto curl,
                       Start({"--write-out", "HTTP %{http_version}"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(*listener_, options));
  EXPECT_EQ(server->info()->alpn, "http/1.1");
  Serve(server.get(), "");
  ExpectExit(curl.get(), 0);
  EXPECT_EQ(curl->output(), "HTTP 1.1");
}

TEST_P(VersionTest, ResumesForTheSecondPage) {
  const auto context = MakeContext(RequiringOptions("server_p256"));
  ASSERT_OK_AND_ASSIGN(const auto curl,
                       Start(Identity("client_p256") + Arguments{Url()}));
  for (const bool again : {false, true}) {
    ASSERT_OK_AND_ASSIGN(const auto server, Accept(*listener_, context));
    EXPECT_EQ(server->info()->session_reused, again);
    EXPECT_TRUE(server->peer_verified());
    Serve(server.get(), "page\n");
  }
  ExpectExit(curl.get(), 0);
  EXPECT_EQ(curl->output(), "page\npage\n");
}

TEST_P(VersionTest, ChecksTheStapledResponse) {
  constexpr int kInvalidStatus = 91;
  // curl looks for the response's signer in what the server sends.
  ssl::CredentialsOptions identity;
  identity.certfile =
      ssl::Secret(absl::StrCat(ReadTestdata("certs/server_rsa_direct.pem"),
                               ReadTestdata("certs/root.pem")));
  identity.keyfile = ssl::Secret(ReadTestdata("certs/server_rsa_direct.key"));
  ASSERT_OK_AND_ASSIGN(auto credentials,
                       ssl::Credentials::Create(std::move(identity)));
  ContextOptions options = ServerOptions();
  options.credentials = {std::move(credentials)};
  options.ocsp_response = ReadTestdata("certs/ocsp_good.der");
  ASSERT_OK_AND_ASSIGN(const auto good, Start({"--cert-status"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(*listener_, options));
  Serve(server.get(), "hello\n");
  ExpectExit(good.get(), 0);

  options.ocsp_response.clear();
  ASSERT_OK_AND_ASSIGN(const auto without, Start({"--cert-status"}));
  ASSERT_OK(Accept(*listener_, options).status());
  ExpectExit(without.get(), kInvalidStatus);
}

TEST_P(VersionTest, HearsThatItsIssuerIsUnknown) {
  ASSERT_OK_AND_ASSIGN(const auto curl, Start({}));
  EXPECT_EQ(
      FailureOf(Accept(*listener_, ServerOptions("server_other")).status()),
      (Failure{ErrorKind::kPeerAlert, 48}));
  ExpectExit(curl.get(), kNotTrusted);
}

TEST_P(VersionTest, HearsThatItHasExpired) {
  ASSERT_OK_AND_ASSIGN(const auto curl, Start({}));
  EXPECT_EQ(FailureOf(Accept(*listener_, ServerOptions("expired")).status()),
            (Failure{ErrorKind::kPeerAlert, 45}));
  ExpectExit(curl.get(), kNotTrusted);
}

// curl looks at the name after the handshake, so it sends no alert.
TEST_P(VersionTest, IsLeftForAnotherName) {
  ASSERT_OK_AND_ASSIGN(const auto curl, Start({}));
  ASSERT_OK_AND_ASSIGN(const auto server,
                       Accept(*listener_, ServerOptions("wrong_host")));
  ExpectExit(curl.get(), kNotTrusted);
}

TEST_P(VersionTest, RefusesABadClient) {
  const int none = GetParam() == TlsVersion::kTls1_3 ? 116 : 40;
  for (const auto& [arguments, failure] :
       std::vector<std::pair<Arguments, Failure>>{
           {{}, {ErrorKind::kProtocol, none}},
           {Identity("client_expired"), {ErrorKind::kVerification, 45, 10}},
           {Identity("client_other"), {ErrorKind::kVerification, 48, 20}}}) {
    ASSERT_OK_AND_ASSIGN(const auto curl, Start(arguments));
    EXPECT_EQ(
        FailureOf(Accept(*listener_, RequiringOptions("server_p256")).status()),
        failure);
    ASSERT_OK_AND_ASSIGN(const int exit_status, curl->Wait());
    EXPECT_NE(exit_status, 0);
    EXPECT_EQ(curl->output(), "");
  }
}

TEST_P(VersionTest, MovesMebibytesEachWay) {
  const std::string content(4 << 20, 'x');
  const std::string received = ScratchPath("received");
  ASSERT_OK_AND_ASSIGN(const std::string sent, ScratchFile("sent", content));
  ASSERT_OK_AND_ASSIGN(const auto download, Start({"--output", received}));
  ASSERT_OK_AND_ASSIGN(const auto first, Accept(*listener_, ServerOptions()));
  Serve(first.get(), content);
  ExpectExit(download.get(), 0);
  EXPECT_TRUE(FileContent(received) == content);

  ASSERT_OK_AND_ASSIGN(const auto upload,
                       Start({"--upload-file", sent, "--header", "Expect:"}));
  ASSERT_OK_AND_ASSIGN(const auto second, Accept(*listener_, ServerOptions()));
  ASSERT_OK_AND_ASSIGN(std::string got, ReadUntil(second.get(), "\r\n\r\n"));
  const size_t size = got.find("\r\n\r\n") + 4 + content.size();
  while (got.size() < size) {
    ASSERT_OK_AND_ASSIGN(const std::string some,
                         testing::ReadSome(second.get()));
    ASSERT_NE(some, "");
    got += some;
  }
  EXPECT_TRUE(absl::EndsWith(got, "\r\n\r\n" + content));
  ASSERT_OK(WriteAll(second.get(), Response("stored\n")));
  ASSERT_OK(Close(second.get()));
  ExpectExit(upload.get(), 0);
  EXPECT_EQ(upload->output(), "stored\n");
}

}  // namespace
}  // namespace airlock::interop
