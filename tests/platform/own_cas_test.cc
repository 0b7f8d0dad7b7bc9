// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What counts as an application's own CAs: whatever makes a client accept more
// than with the platform's bundle.

#include <openssl/nid.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/certificate.h"
#include "ssl/context.h"
#include "ssl/secret.h"
#include "ssl/socket.h"
#include "ssl/trust_source.h"
#include "tests/platform/policy_floors_fixture.h"
#include "tests/support/boringssl_memory.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::BoringSslCrash;
using ::airlock::testing::BoringSslMemoryFailed;
using ::airlock::testing::FailBoringSslMemory;
using ::airlock::testing::RestoreBoringSslMemory;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::TrustedPem;

constexpr char kForbid[] =
    "verification: enforce, application_cas: forbid, profile: compatible";
constexpr char kForbidAndCheckCrls[] =
    "verification: enforce, application_cas: forbid, profile: compatible, "
    "verify_flags: [crl_check_leaf]";
constexpr char kPlatforms[] = "/etc/ca-certificates.crt";
constexpr char kOwn[] = "/app/ca.pem";
constexpr char kBad[] = "Verification";
constexpr char kGood[] = "server_p256";
constexpr char kOther[] = "server_other";
constexpr char kRevoked[] = "revoked_direct";

using ContextPtr = std::shared_ptr<const ssl::Context>;

class OwnCasTest : public FloorsTest {
 protected:
  // The file, and a minute later.
  void SetBundle(const std::string& path, absl::string_view content) {
    host_->SetFile(path, content);
    host_->AdvanceTime(absl::Minutes(1));
  }

  // What a client with these CAs gets from `server`, as FloorsTest::Get says
  // it, except that a connection is "".
  std::string GetWith(Runtime& runtime, absl::string_view server,
                      const std::string& cas) {
    std::string got =
        Get(server, [&](std::unique_ptr<ssl::Transport> transport) {
          WrapOptions options;
          options.server_hostname = "localhost";
          options.do_handshake_on_connect = false;
          options.ca_certs = CaBytes{cas};
          return runtime.WrapSocket(std::move(transport), std::move(options));
        });
    return absl::StartsWith(got, "X25519") ? "" : got;
  }

  static ContextPtr MakeLive(Runtime& runtime,
                             ssl::Side side = ssl::Side::kClient) {
    ContextRequest request;
    request.side = side;
    request.cert_reqs = ssl::VerifyMode::kRequired;
    request.ca_certs = CaPath{kOwn};
    request.live_ca_certs = true;
    request.call_site = "main.py:7";
    ssl::ContextOptions options;
    if (side == ssl::Side::kServer) {
      options.credentials = {airlock::testing::TestCredentials(kGood)};
    }
    auto made = runtime.CreateContext(request, std::move(options));
    EXPECT_TRUE(made.ok()) << made.status();
    return *std::move(made);
  }

  // The same as GetWith says of a client that exists.
  static std::string Meet(const ContextPtr& client, absl::string_view server) {
    const absl::Status status =
        airlock::testing::Connect(client,
                                  airlock::testing::MakeContext(
                                      airlock::testing::ServerOptions(server)))
            .client_status;
    return status.ok() ? "" : Said(status);
  }

  // How many lines of the log have `text`.
  int Logged(absl::string_view text) const {
    int lines = 0;
    for (const std::string& line : host_->log()) {
      if (absl::StrContains(line, text)) ++lines;
    }
    return lines;
  }
};

// The file changes between the decision about it and its use.
TEST_F(OwnCasTest, WhatWasJudgedIsUsed) {
  const auto runtime = Make(kForbid);
  const auto judged = runtime->LoadCaCerts(CaBytes{Cert("root.pem")});
  ASSERT_TRUE(judged.ok()) << judged.status();
  SetBundle(kOwn, Cert("root.pem"));
  WrapOptions options;
  options.server_hostname = "localhost";
  options.do_handshake_on_connect = false;
  options.ca_certs = CaPath{kOwn};
  options.certfile = ssl::Reader([&]() -> absl::StatusOr<ssl::Secret> {
    SetBundle(kOwn, Cert("other_root.pem"));
    return ssl::Secret(Cert("client_p256.pem") + Cert("client_p256.key"));
  });
  const auto socket =
      runtime->WrapSocket(MakeMemoryTransports().first, std::move(options));
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_EQ((*socket)->context()->options().trust_store, *judged);

  SetBundle(kOwn, Cert("root.pem"));
  bool changed = false;
  ContextRequest request;
  request.ca_certs = CaPath{kOwn};
  // It is raised, which the audit records.
  request.unset_is_cert_none = true;
  request.find_call_site = [&] {
    changed = true;
    SetBundle(kOwn, Cert("other_root.pem"));
    return std::string("app.py:1");
  };
  const auto context = runtime->CreateContext(request, {});
  ASSERT_TRUE(context.ok()) << context.status();
  EXPECT_TRUE(changed);
  EXPECT_EQ((*context)->options().trust_store, *judged);
}

TEST_F(OwnCasTest, MissingMemoryHidesNone) {
  if (!BoringSslCrash().empty()) GTEST_SKIP() << BoringSslCrash();
  const auto runtime = Make(kForbid);
  bool more = true;
  for (int i = 0; more; ++i) {
    WrapOptions options;
    options.server_hostname = "localhost";
    options.ca_certs = TestTrustStore("other_root.pem");
    FailBoringSslMemory(i);
    const absl::Status status = runtime->Explain(options).status();
    RestoreBoringSslMemory();
    more = BoringSslMemoryFailed();
    ASSERT_FALSE(status.ok()) << "allocation " << i;
    EXPECT_EQ(Said(status), kRefused);
  }
}

TEST_F(OwnCasTest, WhatThePlatformRejectsStaysRejected) {
  const std::string root = Cert("root.pem");
  const std::string rejected_root =
      TrustedPem(*ssl::Certificate::FromPem(root), NID_undef, NID_server_auth);
  const auto runtime = Make(kForbid);
  EXPECT_EQ(GetWith(*runtime, kGood, root), "");
  SetBundle(kPlatforms, Cert("root_p256.pem") + rejected_root);
  EXPECT_EQ(GetWith(*runtime, kGood, root), kRefused);
  EXPECT_EQ(Audited(AuditEvent::Action::kRefused), "ca_certs");
  EXPECT_EQ(GetWith(*runtime, kGood, rejected_root), kBad);
  // One that is left out.
  const std::string rejected =
      TrustedPem(*ssl::Certificate::FromPem(Cert("intermediate.pem")),
                 NID_undef, NID_server_auth);
  SetBundle(kPlatforms, root + rejected);
  EXPECT_EQ(GetWith(*runtime, kGood, root), kRefused);
  EXPECT_EQ(GetWith(*runtime, kGood, rejected + root), kBad);
}

TEST_F(OwnCasTest, OtherCrlsCountWhereThePolicyChecksCrls) {
  const std::string cas = Cert("ca.pem");
  const std::string with_crl = cas + Cert("crl_root.pem");
  const std::string with_older = cas + Cert("crl_root_empty.pem");
  auto runtime = Make(kForbidAndCheckCrls);
  // The platform has none.
  EXPECT_EQ(GetWith(*runtime, kRevoked, cas), kBad);
  EXPECT_EQ(GetWith(*runtime, kRevoked, with_older), "");
  SetBundle(kPlatforms, with_crl);
  EXPECT_EQ(GetWith(*runtime, kRevoked, with_older), kRefused);
  EXPECT_EQ(Audited(AuditEvent::Action::kRefused), "ca_certs");
  EXPECT_EQ(GetWith(*runtime, kRevoked, with_crl), kBad);
  EXPECT_EQ(GetWith(*runtime, kRevoked, cas), kBad);
  // Where it does not, they are the application's affair.
  runtime = Make(kForbid);
  SetBundle(kPlatforms, with_crl);
  EXPECT_EQ(GetWith(*runtime, kRevoked, with_older), "");
}

TEST_F(OwnCasTest, ForbiddenOnesThatALiveBundleBringsLaterAreRefused) {
  int logged = 0;
  for (const char* on_override : {"reject", "upgrade"}) {
    auto runtime = Make(absl::StrCat(kForbid, ", on_override: ", on_override));
    SetBundle(kOwn, Cert("root.pem"));
    events_.clear();
    const ContextPtr client = MakeLive(*runtime);
    // The Context outlives it.
    runtime.reset();
    EXPECT_EQ(Meet(client, kGood), "");
    EXPECT_TRUE(events_.empty());
    SetBundle(kOwn, Cert("root.pem") + Cert("other_root.pem"));
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(Meet(client, kOther), kBad);
      EXPECT_EQ(Meet(client, kGood), "");
      host_->AdvanceTime(absl::Seconds(2));
    }
    const auto& source = client->options().trust_source;
    EXPECT_EQ(source->state().generation, 1u);
    EXPECT_EQ(Said(source->state().error), kRefused);
    EXPECT_EQ(
        Logged("The old CA bundle stays in use: The policy (/etc/airlock.yaml"),
        ++logged);
    ASSERT_EQ(events_.size(), 1u);
    EXPECT_EQ(Audited(AuditEvent::Action::kRefused), "ca_certs");
    EXPECT_EQ(events_[0].call_site, "main.py:7");
    // They become the platform's.
    SetBundle(kPlatforms, Cert("ca.pem") + Cert("other_root.pem"));
    EXPECT_EQ(Meet(client, kOther), "");
    EXPECT_TRUE(source->state().error.ok());
    EXPECT_EQ(events_.size(), 1u);
  }
}

TEST_F(OwnCasTest, AuditedOnesThatALiveBundleBringsLaterAreAudited) {
  const auto runtime = Make("verification: enforce, application_cas: audit");
  SetBundle(kOwn, Cert("root.pem"));
  const ContextPtr client = MakeLive(*runtime);
  EXPECT_TRUE(events_.empty());
  for (size_t times = 1; times <= 2; ++times) {
    SetBundle(kOwn, Cert("other_root.pem"));
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(Meet(client, kOther), "");
      host_->AdvanceTime(absl::Seconds(2));
    }
    EXPECT_EQ(events_.size(), times);
    SetBundle(kOwn, Cert("root.pem"));
    EXPECT_EQ(Meet(client, kGood), "");
  }
  EXPECT_EQ(Audited(AuditEvent::Action::kAllowed), "ca_certsca_certs");
}

TEST_F(OwnCasTest, AnOlderCrlThatALiveBundleBringsLaterIsRefused) {
  const std::string cas = Cert("ca.pem");
  const auto runtime = Make(kForbidAndCheckCrls);
  SetBundle(kPlatforms, cas + Cert("crl_root.pem"));
  SetBundle(kOwn, cas + Cert("crl_root.pem"));
  const ContextPtr client = MakeLive(*runtime);
  EXPECT_EQ(Meet(client, kRevoked), kBad);
  EXPECT_TRUE(events_.empty());
  SetBundle(kOwn, cas + Cert("crl_root_empty.pem"));
  EXPECT_EQ(Meet(client, kRevoked), kBad);
  EXPECT_EQ(Audited(AuditEvent::Action::kRefused), "ca_certs");
}

// A source that no rule binds is for no Context that one binds.
TEST_F(OwnCasTest, OnlyEqualRulesShareALiveBundle) {
  const auto runtime = Make("verification: enforce, application_cas: allow");
  SetBundle(kOwn, Cert("ca.pem"));
  const ContextPtr earlier = MakeLive(*runtime);
  host_->SetFile("/etc/airlock.yaml", absl::StrCat("tls: {", kForbid, "}"));
  ASSERT_TRUE(runtime->ReloadPolicy().ok());
  const ContextPtr client = MakeLive(*runtime);
  const ContextPtr same = MakeLive(*runtime);
  EXPECT_EQ(same->options().trust_source, client->options().trust_source);
  const ContextPtr server = MakeLive(*runtime, ssl::Side::kServer);
  SetBundle(kOwn, Cert("other_root.pem"));
  EXPECT_EQ(Meet(earlier, kOther), "");
  EXPECT_EQ(Meet(client, kOther), kBad);
  airlock::testing::Connect(
      airlock::testing::MakeContext(airlock::testing::ClientOptions()), server);
  EXPECT_EQ(server->options().trust_source->state().generation, 2u);
}

}  // namespace
}  // namespace airlock::platform
