// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `post_quantum` in the policy, on engines with and without X25519MLKEM768.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/engine.h"
#include "ssl/socket.h"
#include "ssl/transport.h"
#include "tests/platform/policy_floors_fixture.h"
#include "tests/support/handshake.h"

namespace airlock::platform {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kGroup[] = "X25519MLKEM768";

class PostQuantumTest : public FloorsTest {
 protected:
  // The group of a connection whose client asks for `groups`, or the kind of
  // its error.
  std::string With(const std::string& groups, const std::string& tls,
                   std::optional<ssl::TlsVersion> most = std::nullopt) {
    const auto runtime = Make(tls);
    return Get("server_p256",
               [&](std::unique_ptr<ssl::Transport> transport)
                   -> absl::StatusOr<std::unique_ptr<ssl::Socket>> {
                 ContextRequest request;
                 request.server_hostname = "localhost";
                 ssl::ContextOptions options;
                 options.verification.groups = groups;
                 options.verification.maximum_version = most;
                 auto context =
                     runtime->CreateContext(request, std::move(options));
                 message_ = std::string(context.status().message());
                 if (!context.ok()) return context.status();
                 effective_ = (*context)->options().verification.groups;
                 return ssl::WrapSocket(*context, std::move(transport),
                                        airlock::testing::LocalhostOptions());
               });
  }

  std::string message_;
  std::string effective_;
};

TEST_F(PostQuantumTest, WhatTheEngineLacksIsAnErrorOfTheFile) {
  if (ssl::HasPostQuantumGroup()) GTEST_SKIP() << "this engine has it";
  host_->SetFile("/etc/ca-certificates.crt", Cert("ca.pem"));
  for (const char* tls :
       {"post_quantum: require", "groups: [X25519MLKEM768, X25519]",
        "post_quantum: require, exceptions: [{host: a, post_quantum: "
        "prefer}]"}) {
    host_->SetFile("/etc/airlock.yaml", absl::StrCat("tls: {", tls, "}"));
    const auto runtime = Runtime::Create(host_, host_->environment(), {});
    ASSERT_FALSE(runtime.ok()) << tls;
    EXPECT_THAT(std::string(runtime.status().message()),
                AllOf(HasSubstr("/etc/airlock.yaml:1:"),
                      HasSubstr(": X25519MLKEM768 needs a later BoringSSL"),
                      HasSubstr("post_quantum: prefer")));
  }
}

TEST_F(PostQuantumTest, PreferPutsItFirstWhereTheEngineHasIt) {
  EXPECT_EQ(With("P-256", "post_quantum: allow"), "P-256");
  const bool has = ssl::HasPostQuantumGroup();
  EXPECT_EQ(With("P-256", "post_quantum: prefer"), has ? kGroup : "P-256");
  EXPECT_EQ(effective_, has ? "X25519MLKEM768:P-256" : "P-256");
  EXPECT_TRUE(events_.empty());
  if (!has) return;
  EXPECT_EQ(With("P-256:X25519MLKEM768:P-384", "post_quantum: prefer"), kGroup);
  EXPECT_EQ(effective_, "X25519MLKEM768:P-256:P-384");
  EXPECT_EQ(With("X25519MLKEM768:P-256", "post_quantum: prefer"), kGroup);
  EXPECT_EQ(effective_, "X25519MLKEM768:P-256");
  EXPECT_EQ(With("X25519:P-256",
                 "post_quantum: prefer, groups: [X25519MLKEM768, P-256]"),
            kGroup);
  EXPECT_EQ(effective_, "X25519MLKEM768:P-256");
}

TEST_F(PostQuantumTest, RequireAllowsNothingElse) {
  if (!ssl::HasPostQuantumGroup()) GTEST_SKIP() << "this engine lacks it";
  const std::string require = "post_quantum: require";
  for (const char* groups : {"", "X25519MLKEM768", "P-256:X25519MLKEM768"}) {
    EXPECT_EQ(With(groups, require), kGroup) << groups;
    EXPECT_EQ(effective_, "X25519MLKEM768");
    EXPECT_TRUE(events_.empty());
  }
  EXPECT_EQ(With("X25519:P-256", require), kRefused);
  EXPECT_EQ(Audited(AuditEvent::Action::kRefused), "groups");
  EXPECT_EQ(With("X25519:P-256", require + ", on_override: upgrade"), kGroup);
  EXPECT_EQ(Audited(AuditEvent::Action::kUpgraded), "groups");
  EXPECT_EQ(With("", require, ssl::TlsVersion::kTls1_2), kRefused);
  EXPECT_THAT(message_, HasSubstr("requires post-quantum key exchange, and so "
                                  "allows no version below TLSv1.3"));
  EXPECT_EQ(
      With("",
           require + ", exceptions: [{host: localhost, post_quantum: allow}]",
           ssl::TlsVersion::kTls1_2),
      "X25519");
}

}  // namespace
}  // namespace airlock::platform
