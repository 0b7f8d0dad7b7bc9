// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// To which requests the policy's floors apply: of which hosts, of servers, and
// during which call.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/secret.h"
#include "ssl/socket.h"
#include "tests/platform/policy_floors_fixture.h"
#include "tests/support/handshake.h"

namespace airlock::platform {
namespace {

using ssl::VerifyMode;

// Equal options for two hosts give two contexts if the policy differs.
TEST_F(FloorsTest, OneCacheForAllHostsKeepsThemApart) {
  const auto runtime = Make(
      "verification: enforce, on_override: upgrade, exceptions: [{host: "
      "localhost, security_level: 1}]");
  for (const auto& [host, level] :
       {std::pair("localhost", 1), std::pair("127.0.0.1", 2),
        std::pair("localhost", 1)}) {
    WrapOptions options;
    options.server_hostname = host;
    options.ciphers = "ALL:@SECLEVEL=1";
    options.do_handshake_on_connect = false;
    const auto socket =
        runtime->WrapSocket(MakeMemoryTransports().first, std::move(options));
    ASSERT_TRUE(socket.ok()) << socket.status();
    EXPECT_EQ((*socket)->context()->options().verification.security_level,
              level)
        << host;
  }
}

// One context cannot use an exception for another host.
TEST_F(FloorsTest, AnExceptionAppliesToNoOtherHost) {
  host_->SetFile("/etc/other.pem", Cert("other_root.pem"));
  const auto runtime = Make(
      "verification: enforce, exceptions: [{host: '*.lax.test', ca_certs: "
      "/etc/other.pem, minimum_version: TLSv1}, {host: b.lax.test, "
      "minimum_version: TLSv1.1}]");
  const auto make = [&](std::optional<std::string> host) {
    ContextRequest request;
    request.server_hostname = std::move(host);
    return *runtime->CreateContext(request, {});
  };
  const auto wrap = [&](std::shared_ptr<const ssl::Context> context,
                        const std::string& host) {
    ssl::SocketOptions options;
    options.server_hostname = host;
    return ssl::WrapSocket(std::move(context), MakeMemoryTransports().first,
                           std::move(options));
  };
  const auto lax = make("a.lax.test");
  const auto strict = make("localhost");
  const auto unnamed = make(std::nullopt);
  EXPECT_TRUE(wrap(lax, "a.lax.test").ok());
  EXPECT_TRUE(wrap(lax, "c.lax.test").ok());
  EXPECT_TRUE(wrap(unnamed, "localhost").ok());
  EXPECT_TRUE(wrap(unnamed, "a.lax.test").ok());
  EXPECT_TRUE(events_.empty());
  for (const char* host : {"localhost", "b.lax.test", "lax.test"}) {
    EXPECT_EQ(Said(wrap(lax, host).status()), kRefused) << host;
    ASSERT_FALSE(events_.empty());
    EXPECT_EQ(events_.back().setting, "server_hostname");
    EXPECT_EQ(events_.back().host, host);
  }
  auto socket = wrap(strict, "localhost");
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_EQ(Said((*socket)->SwitchContext(lax)), kRefused);
  EXPECT_EQ((*socket)->context(), strict);
  EXPECT_TRUE((*socket)->SwitchContext(unnamed).ok());
}

// It may be meant for a host that has pins.
TEST_F(FloorsTest, AHostThatNoExceptionCanBeFoundForIsRefused) {
  constexpr char kInvalid[] = "InvalidArgument";
  const auto runtime = Make(
      "exceptions: [{host: localhost, pins: "
      "[sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=]}]");
  ContextRequest request;
  const auto unnamed = runtime->CreateContext(request, {});
  ASSERT_TRUE(unnamed.ok()) << unnamed.status();
  const auto& allowed = (*unnamed)->options().hostname_allowed;
  ASSERT_TRUE(allowed != nullptr);
  EXPECT_TRUE(allowed("").ok());
  EXPECT_TRUE(allowed("server.test").ok());
  EXPECT_EQ(Said(allowed("localhost")), kRefused);
  for (const char* host :
       {"a b", "localhost..", "https://localhost", "[::1", "127.1"}) {
    EXPECT_EQ(Said(allowed(host)), kInvalid) << host;
    request.server_hostname = host;
    EXPECT_EQ(Said(runtime->CreateContext(request, {}).status()), kInvalid)
        << host;
    WrapOptions options;
    options.server_hostname = host;
    EXPECT_EQ(Said(runtime->Explain(options).status()), kInvalid) << host;
  }
}

TEST_F(FloorsTest, AServerIsHeldToLevelAndGroups) {
  for (const bool upgrade : {false, true}) {
    const auto runtime = Make(absl::StrCat(
        "verification: enforce, psk: forbid, groups: [P-256], on_override: ",
        upgrade ? "upgrade" : "reject"));
    ContextRequest request;
    request.side = ssl::Side::kServer;
    const auto make =
        [&](const std::function<void(ssl::ContextOptions*)>& set) {
          events_.clear();
          ssl::ContextOptions options;
          options.credentials = {
              airlock::testing::TestCredentials("server_p256")};
          set(&options);
          return runtime->CreateContext(request, std::move(options));
        };
    for (const auto& [setting, set] : std::vector<
             std::pair<std::string, std::function<void(ssl::ContextOptions*)>>>{
             {"security_level",
              [](auto* options) { options->ciphers = "ALL:@SECLEVEL=0"; }},
             {"security_level",
              [](auto* options) { options->verification.security_level = 0; }},
             {"groups",
              [](auto* options) { options->verification.groups = "X25519"; }},
             {"psk", [](auto* options) {
                options->psk_server = [](absl::string_view) {
                  return std::optional<ssl::Secret>();
                };
              }}}) {
      const auto context = make(set);
      EXPECT_EQ(context.ok(), upgrade) << setting << context.status();
      ASSERT_EQ(events_.size(), 1) << setting;
      EXPECT_EQ(events_[0].setting, setting);
      if (!context.ok()) continue;
      EXPECT_EQ((*context)->options().verification.security_level, 2);
      EXPECT_EQ((*context)->options().verification.groups, "P-256");
      EXPECT_TRUE((*context)->options().psk_server == nullptr);
    }
    // A server decides how to verify its clients.
    request.ca_certs = CaBytes{Cert("other_root.pem")};
    request.cert_reqs = VerifyMode::kRequired;
    const auto context = make([](auto*) {});
    EXPECT_TRUE(context.ok()) << context.status();
    EXPECT_TRUE(events_.empty());
    // No server may use a key below the level.
    ssl::ContextOptions weak;
    weak.credentials = {airlock::testing::TestCredentials("weak_rsa1024")};
    EXPECT_EQ(Said(runtime->CreateContext(request, weak).status()),
              "Credentials");
  }
}

// These suites need no floor, since they do not exist.
TEST_F(FloorsTest, NoCipherStringSelectsASuiteWithoutEncryptionOrIdentity) {
  const auto runtime = Make("verification: off");
  for (const char* list :
       {"NULL", "eNULL", "aNULL", "NULL-SHA", "NULL-MD5", "ADH", "AECDH",
        "ECDHE-RSA-NULL-SHA", "EXPORT", "EXP-RC4-MD5", "LOW", "RC4", "DES",
        "3DES", "DES-CBC3-SHA", "[DES-CBC3-SHA]", "SSLv2", "COMPLEMENTOFALL",
        "aNULL:@SECLEVEL=0"}) {
    ssl::ContextOptions options;
    options.ciphers = list;
    EXPECT_EQ(Said(runtime->CreateContext({}, options).status()),
              "InvalidArgument")
        << list;
  }
}

TEST_F(FloorsTest, ThePolicyIsReadOnceForACall) {
  // A reload during the call, from the reader of the key.
  const auto runtime = Make("verification: enforce");
  WrapOptions options;
  options.server_hostname = "localhost";
  options.do_handshake_on_connect = false;
  options.certfile = ssl::Reader([&]() -> absl::StatusOr<ssl::Secret> {
    host_->SetFile("/etc/other.pem", Cert("other_root.pem"));
    host_->SetFile("/etc/airlock.yaml",
                   "tls: {verification: off, ca_certs: /etc/other.pem}");
    EXPECT_TRUE(runtime->ReloadPolicy().ok());
    return ssl::Secret(Cert("client_p256.pem") + Cert("client_p256.key"));
  });
  const auto socket =
      runtime->WrapSocket(MakeMemoryTransports().first, std::move(options));
  ASSERT_TRUE(socket.ok()) << socket.status();
  const ssl::ContextOptions& made = (*socket)->context()->options();
  EXPECT_EQ(made.verification.minimum_version, ssl::TlsVersion::kTls1_2);
  EXPECT_EQ(made.trust_store,
            *runtime->LoadCaCerts(CaPath{"/etc/ca-certificates.crt"}));
}

}  // namespace
}  // namespace airlock::platform
