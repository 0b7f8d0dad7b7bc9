// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Encrypted Client Hello through a Runtime, and `ech` in the policy.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/ech.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/secret.h"
#include "ssl/socket.h"
#include "ssl/transport.h"
#include "tests/platform/policy_floors_fixture.h"
#include "tests/support/handshake.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::Connection;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::ShakeHands;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kInvalid[] = "InvalidArgument";

// How a client's options reach a Socket.
enum class Way { kWrapSocket, kContext };

struct Client {
  std::shared_ptr<const ssl::EchConfigs> configs;
  bool grease = false;
  std::string host = "localhost";
  ssl::EchUse own = ssl::EchUse::kAllowed;
  // For Way::kContext: whether the context is made for the host.
  bool named = true;
};

class EchPolicyTest : public FloorsTest {
 protected:
  EchPolicyTest() {
    if (!ssl::HasEch()) return;
    ssl::EchKeyRequest request;
    request.public_name = "server.test";
    std::vector<ssl::EchKey> made;
    made.push_back(*ssl::NewEchKey(request));
    keys_ = *ssl::EchKeys::Create(made);
    configs_ = *ssl::EchConfigs::Parse(keys_->config_list());
  }

  static absl::StatusOr<std::unique_ptr<ssl::Socket>> Wrap(
      Runtime* runtime, Way way, const Client& client,
      std::unique_ptr<ssl::Transport> transport) {
    if (way == Way::kWrapSocket) {
      WrapOptions options;
      options.do_handshake_on_connect = false;
      options.server_hostname = client.host;
      options.ech_configs = client.configs;
      options.ech_grease = client.grease;
      options.verification.ech = client.own;
      return runtime->WrapSocket(std::move(transport), std::move(options));
    }
    ContextRequest request;
    if (client.named) request.server_hostname = client.host;
    ssl::ContextOptions options;
    options.verification.ech = client.own;
    auto context = runtime->CreateContext(request, std::move(options));
    if (!context.ok()) return context.status();
    ssl::SocketOptions socket;
    socket.server_hostname = client.host;
    socket.ech_configs = client.configs;
    socket.ech_grease = client.grease;
    return ssl::WrapSocket(*context, std::move(transport), std::move(socket));
  }

  // The status of ECH after a handshake with a server that has the keys, or the
  // kind of the client's error.
  std::string With(Runtime* runtime, Way way, const Client& client) {
    events_.clear();
    ssl::ContextOptions server = ServerOptions();
    server.ech_keys = keys_;
    auto [ours, theirs] = MakeMemoryTransports();
    ssl::SocketOptions server_options;
    server_options.side = ssl::Side::kServer;
    Connection c;
    c.server = *ssl::WrapSocket(MakeContext(std::move(server)),
                                std::move(theirs), std::move(server_options));
    auto socket = Wrap(runtime, way, client, std::move(ours));
    message_ = std::string(socket.status().message());
    if (!socket.ok()) return Said(socket.status());
    c.client = *std::move(socket);
    ShakeHands(&c);
    if (!c.client_status.ok()) return Said(c.client_status);
    return std::string(ssl::EchStatusName(c.client->info()->ech));
  }

  std::shared_ptr<const ssl::EchKeys> keys_;
  std::shared_ptr<const ssl::EchConfigs> configs_;
  std::string message_;
  std::unique_ptr<ssl::Transport> clients_end_;
};

constexpr Way kWays[] = {Way::kWrapSocket, Way::kContext};

TEST_F(EchPolicyTest, WhatTheEngineLacksIsAnErrorOfTheFile) {
  if (ssl::HasEch()) GTEST_SKIP() << "this engine has it";
  host_->SetFile("/etc/ca-certificates.crt", Cert("ca.pem"));
  for (const char* tls : {"ech: require",
                          "exceptions: [{host: a, ech: "
                          "require}]"}) {
    host_->SetFile("/etc/airlock.yaml", absl::StrCat("tls: {", tls, "}"));
    const auto runtime = Runtime::Create(host_, host_->environment(), {});
    ASSERT_FALSE(runtime.ok()) << tls;
    EXPECT_THAT(std::string(runtime.status().message()),
                AllOf(HasSubstr("/etc/airlock.yaml:1:"),
                      HasSubstr("Encrypted Client Hello needs a later "
                                "BoringSSL"),
                      HasSubstr("--config=upstream")));
  }
}

TEST_F(EchPolicyTest, ForbidIsForEachEngine) {
  Client grease;
  grease.grease = true;
  for (const Way way : kWays) {
    const auto runtime = Make("ech: forbid");
    EXPECT_EQ(With(runtime.get(), way, {}), "not offered") << message_;
    EXPECT_TRUE(events_.empty());
    EXPECT_EQ(With(runtime.get(), way, grease), kRefused);
    EXPECT_THAT(message_, HasSubstr("/etc/airlock.yaml:1:"));
    EXPECT_EQ(Audited(AuditEvent::Action::kRefused), "ech");
    EXPECT_EQ(events_[0].host, "localhost");
    Client contradiction;
    contradiction.own = ssl::EchUse::kRequired;
    EXPECT_EQ(With(runtime.get(), way, contradiction), kRefused);
  }
}

TEST_F(EchPolicyTest, AClientOffersWhatItIsGiven) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const auto runtime = Make("verification: enforce");
  Client client;
  client.configs = configs_;
  Client grease;
  grease.grease = true;
  for (const Way way : kWays) {
    // A remembered decision is for one kind of client only.
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(With(runtime.get(), way, client), "accepted") << message_;
      EXPECT_EQ(With(runtime.get(), way, {}), "not offered") << message_;
      EXPECT_EQ(With(runtime.get(), way, grease), "grease") << message_;
    }
    // The policy's rules are for the name that the client asks for.
    client.host = "elsewhere.test";
    EXPECT_EQ(With(runtime.get(), way, client), "Hostname");
    client.host = "localhost";
  }
}

TEST_F(EchPolicyTest, RequireRefusesAClientWithoutConfigurations) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  Client client;
  client.configs = configs_;
  Client grease;
  grease.grease = true;
  Client contradiction = client;
  contradiction.own = ssl::EchUse::kForbidden;
  for (const char* tls :
       {"ech: require", "ech: require, on_override: upgrade"}) {
    for (const Way way : kWays) {
      const auto runtime = Make(tls);
      EXPECT_EQ(With(runtime.get(), way, client), "accepted") << message_;
      EXPECT_TRUE(events_.empty());
      EXPECT_EQ(With(runtime.get(), way, {}), kRefused);
      EXPECT_THAT(message_, AllOf(HasSubstr("/etc/airlock.yaml:1:"),
                                  HasSubstr("ech_configs")));
      EXPECT_EQ(Audited(AuditEvent::Action::kRefused), "ech_configs");
      EXPECT_EQ(events_[0].host, "localhost");
      EXPECT_EQ(With(runtime.get(), way, grease), kRefused);
      EXPECT_THAT(message_, HasSubstr("/etc/airlock.yaml:1:"));
      EXPECT_EQ(Audited(AuditEvent::Action::kRefused), "ech_configs");
      EXPECT_EQ(With(runtime.get(), way, client), "accepted") << message_;
      EXPECT_EQ(With(runtime.get(), way, contradiction), kRefused);
    }
  }
}

TEST_F(EchPolicyTest, AnExceptionIsForItsHost) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  Client client;
  client.configs = configs_;
  for (const Way way : kWays) {
    auto runtime = Make(
        "ech: require, exceptions: [{host: localhost, ech: "
        "allow}]");
    EXPECT_EQ(With(runtime.get(), way, {}), "not offered") << message_;
    Client elsewhere;
    elsewhere.host = "server.test";
    EXPECT_EQ(With(runtime.get(), way, elsewhere), kRefused);

    runtime = Make("exceptions: [{host: localhost, ech: require}]");
    EXPECT_EQ(With(runtime.get(), way, {}), kRefused);
    EXPECT_EQ(With(runtime.get(), way, elsewhere), "not offered") << message_;
    EXPECT_EQ(With(runtime.get(), way, client), "accepted") << message_;
  }
  // A context that is not made for the host does not avoid its rule.
  const auto runtime = Make("exceptions: [{host: localhost, ech: require}]");
  Client unnamed;
  unnamed.named = false;
  EXPECT_EQ(With(runtime.get(), Way::kContext, unnamed), kRefused);
}

TEST_F(EchPolicyTest, AServersKeysComeFromItsOptions) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const auto serve = [this](Runtime* runtime, Way way,
                            std::shared_ptr<const ssl::EchKeys> keys)
      -> absl::StatusOr<std::unique_ptr<ssl::Socket>> {
    auto [ours, theirs] = MakeMemoryTransports();
    clients_end_ = std::move(ours);
    if (way == Way::kWrapSocket) {
      WrapOptions options;
      options.server_side = true;
      options.do_handshake_on_connect = false;
      options.certfile = ssl::Secret(Cert("server_p256_chain.pem"));
      options.keyfile = ssl::Secret(Cert("server_p256.key"));
      options.ech_keys = std::move(keys);
      return runtime->WrapSocket(std::move(theirs), std::move(options));
    }
    ContextRequest request;
    request.side = ssl::Side::kServer;
    ssl::ContextOptions options = ServerOptions();
    options.ech_keys = std::move(keys);
    auto context = runtime->CreateContext(request, std::move(options));
    if (!context.ok()) return context.status();
    ssl::SocketOptions socket;
    socket.side = ssl::Side::kServer;
    return ssl::WrapSocket(*context, std::move(theirs), std::move(socket));
  };
  for (const Way way : kWays) {
    // It cannot demand of its clients what it has.
    const auto runtime = Make("ech: require");
    // The cache keeps servers with and without keys, and with others, apart.
    for (int i = 0; i < 2; ++i) {
      for (const bool has_keys : {true, false}) {
        Connection c;
        auto server = serve(runtime.get(), way, has_keys ? keys_ : nullptr);
        ASSERT_TRUE(server.ok()) << server.status();
        c.server = *std::move(server);
        ssl::SocketOptions options = airlock::testing::LocalhostOptions();
        options.ech_configs = configs_;
        c.client =
            *ssl::WrapSocket(MakeContext(airlock::testing::ClientOptions()),
                             std::move(clients_end_), std::move(options));
        ShakeHands(&c);
        EXPECT_EQ(c.client_status.ok(), has_keys) << c.client_status;
      }
    }
    const auto forbids = Make("ech: forbid");
    events_.clear();
    EXPECT_EQ(Said(serve(forbids.get(), way, keys_).status()), kRefused);
    EXPECT_EQ(Audited(AuditEvent::Action::kRefused), "ech");
    EXPECT_TRUE(serve(forbids.get(), way, nullptr).ok());
  }
}

TEST_F(EchPolicyTest, GreaseNeedsTheEngine) {
  if (ssl::HasEch()) GTEST_SKIP() << "this engine has it";
  const auto runtime = Make("verification: enforce");
  Client grease;
  grease.grease = true;
  for (const Way way : kWays) {
    EXPECT_EQ(With(runtime.get(), way, grease), kInvalid);
    EXPECT_THAT(message_, HasSubstr("--config=upstream"));
  }
}

}  // namespace
}  // namespace airlock::platform
