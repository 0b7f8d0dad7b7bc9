// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// X25519MLKEM768 and ML-DSA between Airlock on upstream's BoringSSL and OpenSSL
// 3.5 or later, as in Debian 13.

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/credentials.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/trust_store.h"
#include "tests/interop/driver.h"
#include "tests/interop/peers.h"
#include "tests/support/testdata.h"

namespace airlock::interop {
namespace {

using ssl::ContextOptions;
using testing::ReadTestdata;
using testing::TestdataPath;
using testing::WriteAll;

constexpr char kGroup[] = "X25519MLKEM768";

bool OpensslHasIt() {
  const auto process =
      StartProgram("openssl", "openssl", {"list", "-tls-groups"});
  return process.ok() && (*process)->Wait().ok() &&
         absl::StrContains((*process)->output(), kGroup);
}

class PostQuantumTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!ssl::HasPostQuantumGroup()) GTEST_SKIP() << ssl::PostQuantumNeed();
    if (!OpensslHasIt()) GTEST_SKIP() << "this openssl has no " << kGroup;
  }
};

std::string MlDsaPath(absl::string_view name) {
  return TestdataPath(absl::StrCat("mldsa/", name));
}

// A server or client of OpenSSL that has no other group.
Arguments OnlyPostQuantum() { return {"-tls1_3", "-groups", kGroup}; }

TEST_F(PostQuantumTest, OpensslServes) {
  ASSERT_OK_AND_ASSIGN(
      const Server server,
      StartOpensslServer(OnlyPostQuantum() + OpensslIdentity("server_p256")));
  ContextOptions classical = ClientOptions();
  classical.verification.groups = "X25519";
  // Alert handshake_failure.
  EXPECT_EQ(FailureOf(Connect(server.port, std::move(classical)).status()),
            (Failure{ssl::ErrorKind::kPeerAlert, 40}));
  ASSERT_OK_AND_ASSIGN(const auto client,
                       Connect(server.port, ClientOptions()));
  EXPECT_EQ(client->group(), kGroup);
  EXPECT_TRUE(client->peer_verified());
}

TEST_F(PostQuantumTest, OpensslConnects) {
  ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      StartOpensslClient(
          listener.port(),
          OnlyPostQuantum() + Arguments{"-CAfile", CertPath("ca.pem"),
                                        "-verify_return_error"}));
  ASSERT_OK_AND_ASSIGN(const auto server, Accept(listener, ServerOptions()));
  EXPECT_EQ(server->group(), kGroup);
  ASSERT_OK(WriteAll(server.get(), "from the server\n"));
  ASSERT_OK(client->WaitForText("from the server\n"));
}

TEST_F(PostQuantumTest, OpensslServesMlDsa) {
  for (const char* name : {"mldsa44", "mldsa65", "mldsa87"}) {
    SCOPED_TRACE(name);
    ASSERT_OK_AND_ASSIGN(
        const Server server,
        StartOpensslServer(OnlyPostQuantum() +
                           Arguments{"-cert", MlDsaPath(name) + ".pem", "-key",
                                     MlDsaPath(name) + ".key"}));
    ContextOptions options = ClientOptions();
    ASSERT_OK_AND_ASSIGN(
        options.trust_store,
        ssl::TrustStore::Create(ReadTestdata("mldsa/ca.pem"), "ca.pem"));
    ASSERT_OK_AND_ASSIGN(const auto client,
                         Connect(server.port, std::move(options)));
    EXPECT_TRUE(client->peer_verified());
  }
}

TEST_F(PostQuantumTest, OpensslVerifiesMlDsa) {
  for (const char* name : {"mldsa44", "mldsa65", "mldsa87"}) {
    SCOPED_TRACE(name);
    ssl::CredentialsOptions files;
    files.certfile =
        ssl::Secret(ReadTestdata(absl::StrCat("mldsa/", name, ".pem")));
    files.keyfile = ssl::Material(
        ssl::Secret(ReadTestdata(absl::StrCat("mldsa/", name, ".key"))));
    ContextOptions options = ServerOptions();
    options.credentials.resize(1);
    ASSERT_OK_AND_ASSIGN(options.credentials[0],
                         ssl::Credentials::Create(std::move(files)));
    ASSERT_OK_AND_ASSIGN(const auto listener, Listen());
    ASSERT_OK_AND_ASSIGN(
        const auto client,
        StartOpensslClient(
            listener.port(),
            OnlyPostQuantum() + Arguments{"-CAfile", MlDsaPath("ca.pem"),
                                          "-verify_return_error"}));
    ASSERT_OK_AND_ASSIGN(const auto server,
                         Accept(listener, std::move(options)));
    ASSERT_OK(WriteAll(server.get(), "from the server\n"));
    ASSERT_OK(client->WaitForText("from the server\n"));
  }
}

}  // namespace
}  // namespace airlock::interop
