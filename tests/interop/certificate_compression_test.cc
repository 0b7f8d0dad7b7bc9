// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Compressed certificates (RFC 8879) between Airlock and an OpenSSL that has
// zlib, as in Debian 13; that of Debian 12 has not.

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/interop/driver.h"
#include "tests/interop/peers.h"

namespace airlock::interop {
namespace {

using ssl::ContextOptions;
using testing::WriteAll;

bool OpensslHasZlib() {
  const auto process =
      StartProgram("openssl", "openssl", {"list", "-disabled"});
  if (!process.ok() || !(*process)->Wait().ok()) return false;
  const std::string disabled = (*process)->Transcript();
  return absl::StrContains(disabled, "Disabled") &&
         !absl::StrContains(disabled, "ZLIB");
}

class CertificateCompressionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!OpensslHasZlib()) GTEST_SKIP() << "this openssl has no zlib";
  }
};

TEST_F(CertificateCompressionTest, OpensslCompresses) {
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(OpensslVersion(ssl::TlsVersion::kTls1_3) +
                         OpensslIdentity("server_rsa") +
                         Arguments{"-cert_comp"}));
  for (const bool asks : {true, false}) {
    ContextOptions options = ClientOptions();
    options.accept_compressed_certificates = asks;
    ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
    EXPECT_EQ(client->info()->certificate_compression, asks ? "zlib" : "");
    EXPECT_TRUE(client->peer_verified());
  }
}

TEST_F(CertificateCompressionTest, OpensslDecompresses) {
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(listener.port(),
                         OpensslVersion(ssl::TlsVersion::kTls1_3) +
                             Arguments{"-CAfile", CertPath("ca.pem"),
                                       "-verify_return_error"}));
  ASSERT_OK_AND_ASSIGN(const auto server,
                       Accept(listener, ServerOptions("server_rsa")));
  EXPECT_EQ(server->info()->certificate_compression, "zlib");
  ASSERT_OK(WriteAll(server.get(), "from the server\n"));
  ASSERT_OK(client->WaitForText("from the server\n"));
}

}  // namespace
}  // namespace airlock::interop
