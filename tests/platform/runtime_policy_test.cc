// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Effects of the operator's policy: exceptions, upgrades, audit and counters.

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/error_matchers.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using airlock::testing::ReadTestdata;
using ssl::ErrorKind;
using ssl::TlsVersion;
using ssl::VerifyMode;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kPolicyFile[] = "/etc/airlock.yaml";

std::string Cert(absl::string_view name) {
  return ReadTestdata(absl::StrCat("certs/", name));
}

WrapOptions Client() {
  WrapOptions options;
  options.server_hostname = "localhost";
  options.call_site = "main.py:7";
  return options;
}

// The result of a client's handshake.
ErrorKind KindOf(const absl::Status& status) {
  return ssl::GetErrorKind(status);
}

class RuntimePolicyTest : public ::testing::Test {
 protected:
  RuntimePolicyTest() {
    host_->SetFile("/etc/ca-certificates.crt", Cert("ca.pem"));
    host_->SetFile("/etc/good.pem", Cert("ca.pem"));
    host_->SetFile("/etc/other.pem", Cert("other_root.pem"));
    host_->AdvanceTime(absl::Hours(1));
  }

  // A Runtime whose operator's file has this in "tls".
  std::unique_ptr<Runtime> Make(absl::string_view tls,
                                RuntimeOptions options = {}) {
    SetPolicy(tls);
    options.audit = [this](const AuditEvent& event) {
      events_.push_back(event);
    };
    absl::StatusOr<std::unique_ptr<Runtime>> runtime =
        Runtime::Create(host_, host_->environment(), std::move(options));
    EXPECT_TRUE(runtime.ok()) << runtime.status();
    return *std::move(runtime);
  }

  void SetPolicy(absl::string_view tls) {
    host_->SetFile(kPolicyFile, absl::StrCat("tls: {", tls, "}"));
  }

  // The result of a client that connects to a valid server.
  absl::Status Connect(Runtime& runtime, WrapOptions client) {
    MemoryTransportOptions transport_options;
    transport_options.timeout = absl::Minutes(1);
    auto [ours, theirs] = MakeMemoryTransports(transport_options);
    WrapOptions server;
    server.server_side = true;
    server.certfile = ssl::Secret(Cert("server_p256_chain.pem"));
    server.keyfile = ssl::Secret(Cert("server_p256.key"));
    std::thread thread([&, transport = std::move(theirs)]() mutable {
      runtime.WrapSocket(std::move(transport), std::move(server))
          .status()
          .IgnoreError();
    });
    absl::StatusOr<std::unique_ptr<ssl::Socket>> socket =
        runtime.WrapSocket(std::move(ours), std::move(client));
    thread.join();
    if (socket.ok()) verified_ = (*socket)->peer_verified();
    return socket.status();
  }

  std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::vector<AuditEvent> events_;
  bool verified_ = false;
};

TEST_F(RuntimePolicyTest, TheFileEnforces) {
  const auto runtime = Make("verification: enforce");
  ASSERT_TRUE(Connect(*runtime, Client()).ok());
  EXPECT_TRUE(verified_);
  EXPECT_THAT(events_, IsEmpty());
  WrapOptions lax = Client();
  lax.cert_reqs = VerifyMode::kNone;
  const absl::Status status = Connect(*runtime, std::move(lax));
  EXPECT_THAT(status, ErrorIs(ErrorKind::kPolicy,
                              "The policy (/etc/airlock.yaml:1:21)"));
}

TEST_F(RuntimePolicyTest, ARefusalIsAudited) {
  const auto runtime = Make("verification: enforce");
  WrapOptions lax = Client();
  lax.cert_reqs = VerifyMode::kNone;
  Connect(*runtime, std::move(lax)).IgnoreError();
  ASSERT_EQ(events_.size(), 1);
  const AuditEvent& event = events_[0];
  EXPECT_EQ(event.action, AuditEvent::Action::kRefused);
  EXPECT_EQ(event.time, host_->Now());
  EXPECT_EQ(event.host, "localhost");
  EXPECT_EQ(event.setting, "cert_reqs");
  EXPECT_EQ(event.requested, "CERT_NONE");
  EXPECT_EQ(event.effective, "");
  EXPECT_EQ(event.rule.ToString(), "/etc/airlock.yaml:1:21");
  EXPECT_EQ(event.call_site, "main.py:7");
  EXPECT_EQ(runtime->counters().refusals, 1);
}

TEST_F(RuntimePolicyTest, AnUpgradeVerifiesAndIsAudited) {
  const auto runtime = Make("verification: enforce, on_override: upgrade");
  WrapOptions lax = Client();
  lax.cert_reqs = VerifyMode::kNone;
  lax.verification.protocol = ssl::Protocol::kTlsv1;
  ASSERT_TRUE(Connect(*runtime, std::move(lax)).ok());
  EXPECT_TRUE(verified_);
  ASSERT_EQ(events_.size(), 2);
  EXPECT_EQ(events_[0].setting, "ssl_version");
  EXPECT_EQ(events_[1].setting, "cert_reqs");
  EXPECT_EQ(events_[1].action, AuditEvent::Action::kUpgraded);
  EXPECT_EQ(events_[1].effective, "CERT_REQUIRED");
  EXPECT_EQ(runtime->counters().upgrades, 2);
}

TEST_F(RuntimePolicyTest, WithoutAnAuditTheLogTellsOfUpgrades) {
  SetPolicy("verification: enforce, on_override: upgrade");
  const auto runtime = *Runtime::Create(host_, host_->environment());
  WrapOptions lax = Client();
  lax.cert_reqs = VerifyMode::kNone;
  lax.call_site = "a\nb.py:7";
  ASSERT_TRUE(Connect(*runtime, std::move(lax)).ok());
  WrapOptions nameless;
  EXPECT_EQ(KindOf(Connect(*runtime, std::move(nameless))), ErrorKind::kPolicy);
  EXPECT_THAT(host_->log(),
              ::testing::ElementsAre(
                  "WARNING: For a connection to localhost, requested at "
                  "a\\nb.py:7: cert_reqs: CERT_REQUIRED in place of CERT_NONE, "
                  "because of /etc/airlock.yaml:1:21"));
}

TEST_F(RuntimePolicyTest, ExplainingIsNotAudited) {
  const auto runtime = Make("verification: enforce");
  WrapOptions lax = Client();
  lax.cert_reqs = VerifyMode::kNone;
  EXPECT_FALSE(runtime->Explain(lax).ok());
  EXPECT_THAT(events_, IsEmpty());
}

TEST_F(RuntimePolicyTest, ThePolicysBundleApplies) {
  auto runtime = Make("verification: enforce, ca_certs: /etc/other.pem");
  EXPECT_EQ(KindOf(Connect(*runtime, Client())), ErrorKind::kVerification);
  WrapOptions own = Client();
  own.ca_certs = CaPath{"/etc/good.pem"};
  EXPECT_EQ(KindOf(Connect(*runtime, std::move(own))), ErrorKind::kPolicy);
  runtime = Make(
      "verification: enforce, ca_certs: /etc/other.pem, on_override: upgrade");
  own = Client();
  own.ca_certs = CaPath{"/etc/good.pem"};
  EXPECT_EQ(KindOf(Connect(*runtime, std::move(own))),
            ErrorKind::kVerification);
  runtime = Make("verification: enforce, ca_certs: /etc/good.pem");
  EXPECT_TRUE(Connect(*runtime, Client()).ok());
}

TEST_F(RuntimePolicyTest, TheSameBundleIsNotAnOverride) {
  host_->SetFile("/etc/root.pem", Cert("root.pem"));
  const auto runtime = Make(
      "verification: enforce, ca_certs: /etc/good.pem, exceptions: [{host: "
      "127.0.0.1, ca_certs: /etc/root.pem}]");
  for (const char* host : {"localhost", "127.0.0.1"}) {
    for (const CaCerts& ca_certs :
         {CaCerts(CaPath{"/etc/good.pem"}), CaCerts(CaPath{"/etc/root.pem"}),
          CaCerts(CaBytes{Cert("root.pem")}),
          CaCerts(*runtime->LoadCaCerts({}))}) {
      WrapOptions options = Client();
      options.server_hostname = host;
      options.ca_certs = ca_certs;
      EXPECT_TRUE(runtime->Explain(options).ok());
      ContextRequest request;
      ssl::ContextOptions context_options;
      context_options.trust_store = *runtime->LoadCaCerts(ca_certs);
      EXPECT_TRUE(runtime->CreateContext(request, context_options).ok());
    }
  }
  WrapOptions options = Client();
  options.ca_certs = CaBytes{Cert("ca.pem") + Cert("other_root.pem")};
  EXPECT_FALSE(runtime->Explain(options).ok());
  options.ca_certs = CaPath{"/etc/missing.pem"};
  EXPECT_FALSE(runtime->Explain(options).ok());
}

TEST_F(RuntimePolicyTest, AnExceptionHoldsForItsHostUntilItExpires) {
  const auto runtime = Make(
      "verification: enforce, ca_certs: /etc/other.pem, exceptions: "
      "[{host: localhost, ca_certs: /etc/good.pem, expires: 2026-01-01}, "
      "{host: else.example, ca_certs: /etc/good.pem}]");
  EXPECT_TRUE(Connect(*runtime, Client()).ok());
  WrapOptions by_other_name = Client();
  by_other_name.server_hostname = "www.example.test";
  EXPECT_EQ(KindOf(Connect(*runtime, std::move(by_other_name))),
            ErrorKind::kVerification);
  host_->AdvanceTime(absl::Hours(24));
  EXPECT_EQ(KindOf(Connect(*runtime, Client())), ErrorKind::kVerification);
}

TEST_F(RuntimePolicyTest, PinsOfAnExceptionApply) {
  const auto runtime = Make(
      "verification: enforce, exceptions: [{host: localhost, pins: "
      "[sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=]}]");
  const absl::Status status = Connect(*runtime, Client());
  EXPECT_EQ(KindOf(status), ErrorKind::kVerification);
  EXPECT_EQ(ssl::GetError(status)->verify_code, 50);
  WrapOptions by_address = Client();
  by_address.server_hostname = "127.0.0.1";
  EXPECT_TRUE(Connect(*runtime, std::move(by_address)).ok());
}

TEST_F(RuntimePolicyTest, AppYamlAlsoApplies) {
  host_->SetFile("/app/app.yaml", "env_variables: {AIRLOCK_VERIFY: enforce}");
  RuntimeOptions options;
  options.app_yaml = "/app/app.yaml";
  const auto runtime = Make("verification: default", std::move(options));
  EXPECT_EQ(runtime->policy().verification.origin.name, "/app/app.yaml");
  host_->SetFile("/app/app.yaml", "env_variables: {AIRLOCK_VERIFY: yes}");
  options.app_yaml = "/app/app.yaml";
  EXPECT_EQ(
      KindOf(Runtime::Create(host_, host_->environment(), std::move(options))
                 .status()),
      ErrorKind::kInvalidArgument);
}

TEST_F(RuntimePolicyTest, ReloadsWholeOrNotAtAll) {
  const auto runtime = Make("verification: enforce");
  SetPolicy("verification: off, key_log: never");
  const absl::Status status = runtime->ReloadPolicy();
  EXPECT_THAT(status,
              ErrorIs(ErrorKind::kInvalidArgument, "/etc/airlock.yaml:1:35"));
  EXPECT_EQ(runtime->policy().verification.value,
            config::Verification::kEnforce);
  ASSERT_FALSE(host_->log().empty());
  EXPECT_THAT(host_->log().back(), HasSubstr(std::string(status.message())));

  // The environment at the time of Create stays in effect.
  host_->SetVariable("AIRLOCK_VERIFY", "enforce");
  SetPolicy("verification: default");
  EXPECT_TRUE(runtime->ReloadPolicy().ok());
  EXPECT_EQ(runtime->policy().verification.value,
            config::Verification::kDefault);
  host_->SetError(kPolicyFile, absl::PermissionDeniedError("no"));
  EXPECT_FALSE(runtime->ReloadPolicy().ok());
}

// Contexts are shared by what the policy decided, so that the sessions,
// verdicts and trust of one policy never serve another.
TEST_F(RuntimePolicyTest, NothingIsSharedAcrossPolicies) {
  const auto context_of = [](Runtime& runtime) {
    WrapOptions options = Client();
    options.do_handshake_on_connect = false;
    const auto socket =
        runtime.WrapSocket(MakeMemoryTransports().first, std::move(options));
    EXPECT_TRUE(socket.ok()) << socket.status();
    return socket.ok() ? (*socket)->context() : nullptr;
  };
  const char* const policies[] = {
      "verification: default",
      "minimum_version: TLSv1.3",
      "security_level: 3",
      "verify_depth: 3",
      "groups: [P-256]",
      "ca_certs: /etc/other.pem",
      "verify_flags: [x509_strict]",
  };
  const auto runtime = Make("verification: enforce");
  const auto elsewhere = Make("verification: enforce");
  std::set<std::shared_ptr<const ssl::Context>> contexts = {
      context_of(*runtime), context_of(*elsewhere)};
  EXPECT_EQ(contexts.size(), 2);
  EXPECT_EQ(contexts.count(context_of(*runtime)), 1);
  for (const char* policy : policies) {
    SetPolicy(policy);
    ASSERT_TRUE(runtime->ReloadPolicy().ok()) << policy;
    const size_t before = contexts.size();
    contexts.insert(context_of(*runtime));
    EXPECT_EQ(contexts.size(), before + 1) << policy;
  }
}

TEST_F(RuntimePolicyTest, ReloadsIfTheFileHasChanged) {
  const auto runtime = Make("verification: enforce");
  host_->AdvanceTime(absl::Minutes(1));
  runtime->ReloadPolicy().IgnoreError();
  const int reads = host_->reads(kPolicyFile);
  EXPECT_FALSE(*runtime->ReloadPolicyIfChanged());
  EXPECT_EQ(host_->reads(kPolicyFile), reads);

  SetPolicy("verification: default");
  EXPECT_TRUE(*runtime->ReloadPolicyIfChanged());
  EXPECT_EQ(runtime->policy().verification.value,
            config::Verification::kDefault);
  // Too soon for a second change to show.
  host_->SetFileUnnoticed(kPolicyFile, "tls: {verification: off}");
  EXPECT_TRUE(*runtime->ReloadPolicyIfChanged());
  EXPECT_EQ(runtime->policy().verification.value, config::Verification::kOff);
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_TRUE(*runtime->ReloadPolicyIfChanged());
  EXPECT_FALSE(*runtime->ReloadPolicyIfChanged());
  EXPECT_EQ(runtime->counters().policy_reloads, 4);
  EXPECT_EQ(runtime->counters().policy_reload_failures, 0);
}

TEST_F(RuntimePolicyTest, ABrokenFileIsReportedOnceAndTriedAgain) {
  const auto runtime = Make("verification: enforce");
  SetPolicy("ca_certs: /etc/missing.pem");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(KindOf(runtime->ReloadPolicyIfChanged().status()),
              ErrorKind::kInvalidArgument);
  }
  EXPECT_EQ(host_->log().size(), 1);
  EXPECT_EQ(runtime->counters().policy_reload_failures, 1);
  EXPECT_EQ(runtime->policy().verification.value,
            config::Verification::kEnforce);
  EXPECT_FALSE(runtime->ReloadPolicy().ok());
  EXPECT_EQ(runtime->counters().policy_reload_failures, 2);
  // The file itself does not change.
  host_->SetFile("/etc/missing.pem", Cert("ca.pem"));
  EXPECT_TRUE(*runtime->ReloadPolicyIfChanged());
  EXPECT_EQ(runtime->policy().ca_certs.value, "/etc/missing.pem");
  EXPECT_EQ(runtime->counters().policy_reloads, 1);
}

TEST_F(RuntimePolicyTest, ThePolicyOutlivesARemovedFile) {
  const auto runtime = Make("verification: enforce");
  host_->RemoveFile(kPolicyFile);
  EXPECT_FALSE(runtime->ReloadPolicyIfChanged().ok());
  const absl::Status status = runtime->ReloadPolicy();
  EXPECT_THAT(status,
              ErrorIs(ErrorKind::kInvalidArgument, "/etc/airlock.yaml"));
  EXPECT_EQ(runtime->policy().verification.value,
            config::Verification::kEnforce);
}

TEST_F(RuntimePolicyTest, AFileThatIsCreatedLaterTakesEffect) {
  const auto runtime = *Runtime::Create(host_, host_->environment());
  EXPECT_FALSE(*runtime->ReloadPolicyIfChanged());
  EXPECT_TRUE(runtime->ReloadPolicy().ok());
  SetPolicy("verification: enforce");
  EXPECT_TRUE(*runtime->ReloadPolicyIfChanged());
  EXPECT_EQ(runtime->policy().verification.value,
            config::Verification::kEnforce);
}

TEST_F(RuntimePolicyTest, ThreadsSeeOneOfThePoliciesWhole) {
  const auto runtime = Make("verification: enforce, minimum_version: TLSv1.3");
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 200; ++j) {
        EXPECT_TRUE(runtime->ReloadPolicyIfChanged().ok());
        const config::VerificationPolicy policy = runtime->policy();
        EXPECT_EQ(policy.verification.value == config::Verification::kEnforce,
                  policy.minimum_version.value == config::TlsVersion::kTls1_3);
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    SetPolicy(i % 2 == 0 ? "verification: default, minimum_version: TLSv1"
                         : "verification: enforce, minimum_version: TLSv1.3");
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(runtime->ReloadPolicyIfChanged().ok());
  EXPECT_EQ(runtime->policy().verification.value,
            config::Verification::kEnforce);
}

TEST_F(RuntimePolicyTest, ContextsAreUnderItToo) {
  const auto runtime = Make(
      "verification: enforce, key_log: forbid, ca_certs: /etc/other.pem, "
      "exceptions: [{host: localhost, ca_certs: /etc/good.pem}]");
  ContextRequest request;
  request.call_site = "main.py:9";
  ssl::ContextOptions with_log;
  with_log.keylog = [](const ssl::Socket&, absl::string_view) {};
  EXPECT_EQ(KindOf(runtime->CreateContext(request, with_log).status()),
            ErrorKind::kPolicy);
  ASSERT_EQ(events_.size(), 1);
  EXPECT_EQ(events_[0].setting, "key_log");
  EXPECT_EQ(events_[0].call_site, "main.py:9");

  const auto anywhere = runtime->CreateContext(request, {});
  ASSERT_TRUE(anywhere.ok()) << anywhere.status();
  request.server_hostname = "localhost";
  const auto localhost = runtime->CreateContext(request, {});
  ASSERT_TRUE(localhost.ok()) << localhost.status();
  EXPECT_NE((*anywhere)->options().trust_store->content_hash(),
            (*localhost)->options().trust_store->content_hash());
}

// Also if the Runtime is destroyed by then.
TEST_F(RuntimePolicyTest, ASocketWithoutANameIsRefusedByIt) {
  auto runtime = Make("verification: enforce");
  ContextRequest request;
  request.call_site = "main.py:10";
  const auto context = runtime->CreateContext(request, {});
  ASSERT_TRUE(context.ok()) << context.status();
  EXPECT_THAT(events_, IsEmpty());
  for (const uint64_t count : {1, 2}) {
    EXPECT_EQ(KindOf(ssl::WrapSocket(*context, MakeMemoryTransports().first, {})
                         .status()),
              ErrorKind::kPolicy);
    ASSERT_EQ(events_.size(), count);
    EXPECT_EQ(events_.back().setting, "server_hostname");
    EXPECT_EQ(events_.back().call_site, "main.py:10");
    EXPECT_EQ(events_.back().time, host_->Now());
    if (runtime != nullptr) {
      EXPECT_EQ(runtime->counters().refusals, count);
    }
    runtime.reset();
    host_->AdvanceTime(absl::Hours(1));
  }
}

TEST_F(RuntimePolicyTest, CountsHandshakes) {
  const auto runtime = Make("verification: enforce");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Connect(*runtime, Client()).ok());
  WrapOptions other = Client();
  other.server_hostname = "example.org";
  EXPECT_EQ(KindOf(Connect(*runtime, std::move(other))), ErrorKind::kHostname);
  WrapOptions older = Client();
  older.verification.maximum_version = TlsVersion::kTls1_2;
  ASSERT_TRUE(Connect(*runtime, std::move(older)).ok());
  const Counters counters = runtime->counters();
  // Both ends belong to this Runtime.
  EXPECT_EQ(counters.handshakes_of(TlsVersion::kTls1_3), 4);
  EXPECT_EQ(counters.handshakes_of(TlsVersion::kTls1_2), 2);
  EXPECT_EQ(counters.failures_of(ErrorKind::kHostname), 1);
  EXPECT_EQ(counters.failures_of(ErrorKind::kPeerAlert), 1);
  EXPECT_EQ(counters.resumptions, 0);
}

}  // namespace
}  // namespace airlock::platform
