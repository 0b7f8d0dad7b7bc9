// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/local_ca.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/trust_store.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using testing::Connect;
using testing::Connection;
using testing::LocalhostOptions;
using testing::MakeContext;
using testing::TestTime;

std::unique_ptr<LocalCa> MakeCa(std::vector<std::string> permitted = {}) {
  LocalCaOptions options;
  options.common_name = "A CA";
  options.not_before = TestTime() - absl::Hours(1);
  options.not_after = TestTime() + absl::Hours(1);
  options.permitted_dns_names = std::move(permitted);
  return *LocalCa::Create(options);
}

LeafOptions LeafFor(const std::string& name) {
  LeafOptions options;
  options.common_name = "A leaf";
  options.dns_names = {name};
  options.not_before = TestTime() - absl::Hours(1);
  options.not_after = TestTime() + absl::Hours(1);
  return options;
}

std::shared_ptr<const ssl::Credentials> ToCredentials(Leaf leaf) {
  ssl::CredentialsOptions options;
  options.certfile = ssl::Secret(leaf.certificate);
  options.keyfile = std::move(leaf.key);
  return *ssl::Credentials::Create(std::move(options));
}

// A client that trusts `ca` connects to `host`, on a server with `leaf`.
Connection ConnectTo(const LocalCa& ca, Leaf leaf, const std::string& host) {
  ssl::ContextOptions client = testing::ClientOptions();
  client.trust_store = *ssl::TrustStore::Create(ca.certificate(), "ca");
  client.verification.flags.x509_strict = true;
  ssl::ContextOptions server = testing::ServerOptions();
  server.credentials = {ToCredentials(std::move(leaf))};
  ssl::SocketOptions options = LocalhostOptions();
  options.server_hostname = host;
  return Connect(MakeContext(std::move(client)), MakeContext(std::move(server)),
                 options);
}

TEST(LocalCaTest, IssuesServersThatVerify) {
  const auto ca = MakeCa();
  LeafOptions options = LeafFor("localhost");
  options.ip_addresses = {"127.0.0.1", "::1"};
  for (const char* host : {"localhost", "127.0.0.1", "::1"}) {
    const Connection connection = ConnectTo(*ca, *ca->Issue(options), host);
    EXPECT_TRUE(connection.ok()) << host << connection.client_status;
  }
}

TEST(LocalCaTest, AnotherCaIsNotTrusted) {
  const auto ca = MakeCa();
  const Connection connection =
      ConnectTo(*MakeCa(), *ca->Issue(LeafFor("localhost")), "localhost");
  EXPECT_EQ(ssl::GetErrorKind(connection.client_status),
            ssl::ErrorKind::kVerification);
}

TEST(LocalCaTest, AClientIsNotAServer) {
  const auto ca = MakeCa();
  LeafOptions options = LeafFor("localhost");
  options.client = true;
  const Connection connection =
      ConnectTo(*ca, *ca->Issue(options), "localhost");
  EXPECT_EQ(ssl::GetErrorKind(connection.client_status),
            ssl::ErrorKind::kVerification);
}

TEST(LocalCaTest, VouchesForPermittedNamesOnly) {
  const auto ca = MakeCa({"localhost"});
  EXPECT_TRUE(
      ConnectTo(*ca, *ca->Issue(LeafFor("localhost")), "localhost").ok());
  const Connection connection =
      ConnectTo(*ca, *ca->Issue(LeafFor("example.com")), "example.com");
  EXPECT_EQ(ssl::GetErrorKind(connection.client_status),
            ssl::ErrorKind::kVerification);
}

TEST(LocalCaTest, HoldsToTheDates) {
  const auto ca = MakeCa();
  LeafOptions options = LeafFor("localhost");
  options.not_after = TestTime() - absl::Minutes(1);
  const Connection connection =
      ConnectTo(*ca, *ca->Issue(options), "localhost");
  EXPECT_EQ(ssl::GetError(connection.client_status)->verify_code, 10);
}

TEST(LocalCaTest, AnAddressMustBeOne) {
  LeafOptions options = LeafFor("localhost");
  options.ip_addresses = {"localhost"};
  EXPECT_TRUE(absl::IsInvalidArgument(MakeCa()->Issue(options).status()));
}

}  // namespace
}  // namespace airlock::ssl
