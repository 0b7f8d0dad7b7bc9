// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The groups for key exchange, with and without X25519MLKEM768.

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::ServerOptions;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPostQuantum[] = "X25519MLKEM768";

// The group of a connection between sides with these groups; the client's error
// if it fails.
std::string GroupOf(const std::string& clients, const std::string& servers,
                    bool server_decides = true,
                    TlsVersion most = TlsVersion::kTls1_3) {
  ContextOptions client = ClientOptions();
  client.verification.groups = clients;
  client.verification.maximum_version = most;
  ContextOptions server = ServerOptions();
  server.verification.groups = servers;
  server.cipher_server_preference = server_decides;
  Connection c = Connect(std::move(client), std::move(server));
  if (!c.ok()) return std::string(c.client_status.message());
  EXPECT_EQ(c.client->info()->group, c.server->info()->group);
  return c.client->info()->group;
}

TEST(GroupsTest, TheDefaultIsPostQuantumWhereTheEngineHasIt) {
  EXPECT_EQ(GroupOf("", ""), HasPostQuantumGroup() ? kPostQuantum : "X25519");
  EXPECT_EQ(GroupOf("", "", true, TlsVersion::kTls1_2), "X25519");
  // A peer without it is served as before.
  EXPECT_EQ(GroupOf("", "X25519"), "X25519");
  EXPECT_EQ(GroupOf("X25519", ""), "X25519");
  EXPECT_EQ(GroupOf("", "P-384"), "P-384");
  EXPECT_EQ(GroupOf("P-521", ""), "P-521");
}

TEST(GroupsTest, PostQuantumByName) {
  if (!HasPostQuantumGroup()) {
    for (const char* groups :
         {kPostQuantum, "X25519:X25519MLKEM768", "X25519MLKEM768:P-256"}) {
      ContextOptions options = ClientOptions();
      options.verification.groups = groups;
      const auto context = Context::Create(std::move(options));
      EXPECT_EQ(GetErrorKind(context.status()), ErrorKind::kInvalidArgument);
      EXPECT_THAT(
          std::string(context.status().message()),
          HasSubstr(absl::StrCat(
              "needs a later BoringSSL, such as API version 43, and this "
              "Airlock is built on API version ",
              BoringSslApiVersion(), ": build it with --config=upstream")));
    }
    return;
  }
  EXPECT_EQ(GroupOf(kPostQuantum, ""), kPostQuantum);
  EXPECT_EQ(GroupOf("", kPostQuantum), kPostQuantum);
  EXPECT_EQ(GroupOf(kPostQuantum, kPostQuantum), kPostQuantum);
  EXPECT_EQ(GroupOf("P-256:X25519MLKEM768", kPostQuantum), kPostQuantum);
  // The server's order, or the client's, even if that costs a round trip.
  EXPECT_EQ(GroupOf("X25519:X25519MLKEM768", ""), kPostQuantum);
  EXPECT_EQ(GroupOf("X25519:X25519MLKEM768", "", false), "X25519");
  // Earlier versions do not have it.
  EXPECT_EQ(GroupOf("X25519MLKEM768:P-256", "", true, TlsVersion::kTls1_2),
            "P-256");
  EXPECT_THAT(GroupOf(kPostQuantum, "X25519:P-256"),
              HasSubstr("this side offers only X25519MLKEM768. "));
}

TEST(GroupsTest, AnUnknownNameIsExplainedByTheKnownOnes) {
  ContextOptions options = ClientOptions();
  options.verification.groups = "X25519:X25519MLKEM1";
  const auto context = Context::Create(std::move(options));
  const std::string text(context.status().message());
  EXPECT_THAT(text, HasSubstr("X25519, P-256, P-384, P-521"));
  EXPECT_THAT(text, Not(HasSubstr("upstream")));
  EXPECT_EQ(absl::StrContains(text, "use X25519MLKEM768, "),
            HasPostQuantumGroup());
}

TEST(GroupsTest, IfNoneIsSharedTheErrorsNameTheOffers) {
  for (const TlsVersion most : {TlsVersion::kTls1_3, TlsVersion::kTls1_2}) {
    ContextOptions client = ClientOptions();
    client.verification.groups = "P-256:P-384";
    client.verification.maximum_version = most;
    ContextOptions server = ServerOptions();
    server.verification.groups = "X25519:P-521";
    Connection c = Connect(std::move(client), std::move(server));
    EXPECT_FALSE(c.ok());
    EXPECT_EQ(GetErrorKind(c.server_status), ErrorKind::kProtocol);
    EXPECT_THAT(std::string(c.server_status.message()),
                HasSubstr("The client offers the groups P-256, P-384 for key "
                          "exchange, and this side allows only X25519, "
                          "P-521. "));
    EXPECT_EQ(GetErrorKind(c.client_status), ErrorKind::kPeerAlert);
    EXPECT_THAT(std::string(c.client_status.message()),
                HasSubstr("Of the groups for key exchange, this side offers "
                          "only P-256, P-384. "));
  }
}

TEST(GroupsTest, ErrorsWithoutGroupsOfOnesOwnDoNotSpeakOfThem) {
  ContextOptions client = ClientOptions();
  client.verification.maximum_version = TlsVersion::kTls1_2;
  client.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
  ContextOptions server = ServerOptions();
  server.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
  Connection c = Connect(std::move(client), std::move(server));
  EXPECT_FALSE(c.ok());
  EXPECT_EQ(GetErrorKind(c.client_status), ErrorKind::kPeerAlert);
  for (const absl::Status& status : {c.client_status, c.server_status}) {
    EXPECT_THAT(std::string(status.message()),
                Not(HasSubstr("for key exchange")));
  }
}

TEST(GroupsTest, EachGroupHasAName) {
  EXPECT_EQ(internal::GroupName(0x001d), "X25519");
  EXPECT_EQ(internal::GroupName(0x0017), "P-256");
  EXPECT_EQ(internal::GroupName(0x0100), "0x0100");
  // Whether the engine has it or not.
  EXPECT_EQ(internal::GroupName(0x11ec), kPostQuantum);
}

TEST(EngineTest, IsNamedWithItsApiVersion) {
  EXPECT_EQ(EngineName(),
            absl::StrCat("BoringSSL API ", BoringSslApiVersion()));
  EXPECT_GE(BoringSslApiVersion(), 19);
}

}  // namespace
}  // namespace airlock::ssl
