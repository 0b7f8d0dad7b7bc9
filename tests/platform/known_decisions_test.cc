// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which decisions about WrapOptions are remembered, and what makes them lapse.

#include "platform/internal/known_decisions.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "config/host_pattern.h"
#include "config/policy.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/credential_source.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/io_result.h"
#include "ssl/options.h"
#include "ssl/protocol.h"
#include "ssl/secret.h"
#include "ssl/socket.h"
#include "ssl/verification.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using airlock::testing::ReadTestdata;
using config::VerificationPolicy;
using internal::KnownDecisions;
using internal::WrapDecision;
using ssl::ErrorKind;
using ssl::Secret;
using ssl::VerifyMode;

std::string Cert(absl::string_view name) {
  return ReadTestdata(absl::StrCat("certs/", name));
}

WrapOptions Some() {
  WrapOptions options;
  options.server_hostname = "localhost";
  options.do_handshake_on_connect = false;
  return options;
}

std::shared_ptr<const ssl::Credentials> CredentialsOf(absl::string_view name) {
  ssl::CredentialsOptions options;
  options.certfile = Secret(Cert(absl::StrCat(name, "_chain.pem")));
  options.keyfile = Secret(Cert(absl::StrCat(name, ".key")));
  return *ssl::Credentials::Create(std::move(options));
}

std::shared_ptr<ssl::CredentialSource> Source(absl::string_view name) {
  return *ssl::CredentialSource::Create({CredentialsOf(name)});
}

std::shared_ptr<const WrapDecision> Decision() {
  return std::make_shared<const WrapDecision>();
}

class KnownDecisionsTest : public ::testing::Test {
 protected:
  bool Remembers(const VerificationPolicy& policy, const WrapDecision& decision,
                 const CaCerts& ca_certs = {}) {
    KnownDecisions known;
    const auto shared = std::make_shared<const VerificationPolicy>(policy);
    WrapOptions options = Some();
    options.ca_certs = ca_certs;
    known.Remember(shared, options,
                   std::make_shared<const WrapDecision>(decision));
    return known.Find(shared, options) != nullptr;
  }

  const KnownDecisions::Policy policy_ =
      std::make_shared<const VerificationPolicy>();
  KnownDecisions known_;
};

TEST_F(KnownDecisionsTest, EqualOptionsHaveOne) {
  const auto decision = Decision();
  EXPECT_EQ(known_.Find(policy_, Some()), nullptr);
  known_.Remember(policy_, Some(), decision);
  EXPECT_EQ(known_.Find(policy_, Some()), decision);
  known_.Clear();
  EXPECT_EQ(known_.Find(policy_, Some()), nullptr);
}

TEST_F(KnownDecisionsTest, EachOptionThatDecidesIsCompared) {
  using Change = std::function<void(WrapOptions&)>;
  const std::vector<Change> changes = {
      [](auto& o) { o.server_side = true; },
      [](auto& o) { o.cert_reqs = VerifyMode::kNone; },
      [](auto& o) { o.cert_reqs = VerifyMode::kRequired; },
      [](auto& o) { o.server_hostname = ""; },
      [](auto& o) { o.ca_certs = CaPath{"/etc/own.pem"}; },
      [](auto& o) { o.ciphers = "AES128"; },
      [](auto& o) { o.verification.ech = ssl::EchUse::kForbidden; },
      [](auto& o) { o.ech_grease = true; },
      [](auto& o) { o.check_hostname = false; },
      [](auto& o) { o.check_hostname = true; },
      [](auto& o) { o.alpn_protocols = {"h2"}; },
      [](auto& o) { o.alpn_required = true; },
      [](auto& o) { o.accept_compressed_certificates = true; },
      [](auto& o) { o.verification.mode = VerifyMode::kNone; },
      [](auto& o) { o.verification.check_hostname = false; },
      [](auto& o) { o.verification.hostname_optional = true; },
      [](auto& o) { o.verification.hostname.common_name_fallback = true; },
      [](auto& o) { o.verification.flags.crl_check_leaf = true; },
      [](auto& o) { o.verification.flags.crl_check_chain = true; },
      [](auto& o) { o.verification.flags.x509_strict = true; },
      [](auto& o) { o.verification.flags.partial_chain = true; },
      [](auto& o) { o.verification.flags.trusted_first = false; },
      [](auto& o) { o.verification.depth = 1; },
      [](auto& o) { o.verification.protocol = ssl::Protocol::kTlsv1_2; },
      [](auto& o) {
        o.verification.minimum_version = ssl::TlsVersion::kTls1_3;
      },
      [](auto& o) {
        o.verification.maximum_version = ssl::TlsVersion::kTls1_2;
      },
      [](auto& o) {
        o.verification.disabled_versions = {ssl::TlsVersion::kTls1_2};
      },
      [](auto& o) { o.verification.security_level = 1; },
      [](auto& o) { o.verification.minimum_security_level = 1; },
      [](auto& o) { o.verification.groups = "P-256"; },
      [](auto& o) { o.verification.pins = {std::string(32, 'p')}; },
      [](auto& o) { o.verification.anchor_pins = {std::string(32, 'p')}; },
  };
  known_.Remember(policy_, Some(), Decision());
  for (size_t i = 0; i < changes.size(); ++i) {
    WrapOptions changed = Some();
    changes[i](changed);
    EXPECT_EQ(known_.Find(policy_, changed), nullptr) << i;
    // Also the other way around.
    KnownDecisions other;
    other.Remember(policy_, changed, Decision());
    EXPECT_EQ(other.Find(policy_, Some()), nullptr) << i;
    EXPECT_NE(other.Find(policy_, changed), nullptr) << i;
  }
}

TEST_F(KnownDecisionsTest, WhatDecidesNothingIsNotCompared) {
  WrapOptions first = Some();
  first.ca_certs = CaPath{"/etc/own.pem"};
  known_.Remember(policy_, first, Decision());
  WrapOptions other = Some();
  other.server_hostname = "example.org";
  other.certfile = Secret("chain");
  other.keyfile = Secret("key");
  other.password = Secret("password");
  other.credential_source = Source("server_p256");
  other.ca_certs = CaPath{"/etc/other.pem"};
  other.do_handshake_on_connect = true;
  other.suppress_ragged_eofs = true;
  other.call_site = "main.py:7";
  EXPECT_NE(known_.Find(policy_, other), nullptr);
}

TEST_F(KnownDecisionsTest, AnotherPolicyHasItsOwn) {
  const auto other = std::make_shared<const VerificationPolicy>(*policy_);
  known_.Remember(policy_, Some(), Decision());
  EXPECT_EQ(known_.Find(other, Some()), nullptr);
  // A new policy drops what the old one decided.
  known_.Remember(other, Some(), Decision());
  EXPECT_NE(known_.Find(other, Some()), nullptr);
  EXPECT_EQ(known_.Find(policy_, Some()), nullptr);
}

TEST_F(KnownDecisionsTest, TheNumberIsLimited) {
  const auto with_depth = [](int depth) {
    WrapOptions options = Some();
    options.verification.depth = depth;
    return options;
  };
  for (int i = 0; i < 17; ++i) {
    known_.Remember(policy_, with_depth(i), Decision());
  }
  EXPECT_EQ(known_.Find(policy_, with_depth(0)), nullptr);
  for (int i = 1; i < 17; ++i) {
    EXPECT_NE(known_.Find(policy_, with_depth(i)), nullptr) << i;
  }
}

TEST_F(KnownDecisionsTest, OnlyWhatFollowsFromTheOptionsIsRemembered) {
  const WrapDecision plain;
  EXPECT_TRUE(Remembers(VerificationPolicy(), plain));
  VerificationPolicy enforced;
  enforced.verification.value = config::Verification::kEnforce;
  EXPECT_TRUE(Remembers(enforced, plain));

  VerificationPolicy policy;
  policy.exceptions.push_back(
      {*config::HostPattern::Parse("example.org"), {}, {}, {}});
  EXPECT_FALSE(Remembers(policy, plain)) << "a date and a host decide";
  policy = {};
  policy.ca_certs.value = "/etc/ca.pem";
  policy.ca_certs.origin.source = config::Origin::Source::kPolicyFile;
  const CaCerts own = CaPath{"/etc/own.pem"};
  EXPECT_FALSE(Remembers(policy, plain, own)) << "both bundles decide";
  EXPECT_TRUE(Remembers(policy, plain));
  policy = {};
  EXPECT_TRUE(Remembers(policy, plain, own));
  policy.application_cas.value = config::ApplicationCas::kForbid;
  EXPECT_FALSE(Remembers(policy, plain, own)) << "the bundle decides";
  EXPECT_TRUE(Remembers(policy, plain));
  policy.application_cas.value = config::ApplicationCas::kAudit;
  EXPECT_FALSE(Remembers(policy, plain, own));
  policy = {};
  policy.server_spiffe_ids.value = {"spiffe://example.org/a"};
  EXPECT_FALSE(Remembers(policy, plain)) << "bundles decide";
  policy = {};
  policy.client_spiffe_ids.value = {"spiffe://example.org/a"};
  EXPECT_FALSE(Remembers(policy, plain));
}

TEST_F(KnownDecisionsTest, WhatIsAuditedIsDecidedEachTime) {
  WrapDecision decision;
  decision.decision.changes.emplace_back();
  EXPECT_TRUE(Remembers(VerificationPolicy(), decision));
  decision.decision.changes[0].asked = true;
  EXPECT_FALSE(Remembers(VerificationPolicy(), decision));
  decision = {};
  decision.decision.allowed.emplace_back();
  EXPECT_FALSE(Remembers(VerificationPolicy(), decision));
  decision = {};
  decision.decision.unverified_unstated = true;
  EXPECT_FALSE(Remembers(VerificationPolicy(), decision));
}

// The same in a Runtime.
class RuntimeDecisionsTest : public ::testing::Test {
 protected:
  RuntimeDecisionsTest() {
    host_->SetFile("/etc/ca-certificates.crt", Cert("ca.pem"));
    host_->AdvanceTime(absl::Hours(1));
  }

  std::unique_ptr<Runtime> Make(absl::string_view tls) {
    SetPolicy(tls);
    RuntimeOptions options;
    options.audit = [this](const AuditEvent& /*event*/) { ++events_; };
    return *Runtime::Create(host_, host_->environment(), std::move(options));
  }

  void SetPolicy(absl::string_view tls) {
    host_->SetFile("/etc/airlock.yaml", absl::StrCat("tls: {", tls, "}"));
  }

  static absl::StatusOr<std::unique_ptr<ssl::Socket>> Wrap(
      Runtime& runtime, WrapOptions options) {
    auto [ours, theirs] = MakeMemoryTransports();
    return runtime.WrapSocket(std::move(ours), std::move(options));
  }

  // Why a client's handshake failed, if it did.
  static std::optional<ErrorKind> Connect(Runtime& runtime) {
    auto [ours, theirs] = MakeMemoryTransports();
    WrapOptions server;
    server.server_side = true;
    server.do_handshake_on_connect = false;
    server.certfile = Secret(Cert("server_p256_chain.pem"));
    server.keyfile = Secret(Cert("server_p256.key"));
    const auto accepted =
        runtime.WrapSocket(std::move(theirs), std::move(server));
    const auto socket = runtime.WrapSocket(std::move(ours), Some());
    if (!accepted.ok()) return ssl::GetErrorKind(accepted.status());
    if (!socket.ok()) return ssl::GetErrorKind(socket.status());
    for (int i = 0; i < 8; ++i) {
      const ssl::IoResult result = (*socket)->Handshake();
      if (result.failed()) return ssl::GetErrorKind(result.status());
      if (result.done()) {
        EXPECT_TRUE((*socket)->peer_verified());
        return std::nullopt;
      }
      (*accepted)->Handshake().status().IgnoreError();
    }
    return ErrorKind::kInternal;
  }

  std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  int events_ = 0;
};

WrapOptions Lax() {
  WrapOptions options = Some();
  options.cert_reqs = VerifyMode::kNone;
  return options;
}

TEST_F(RuntimeDecisionsTest, AReloadedPolicyDecides) {
  const auto runtime = Make("verification: off");
  for (int i = 0; i < 2; ++i) {
    const auto socket = Wrap(*runtime, Lax());
    ASSERT_TRUE(socket.ok()) << socket.status();
    EXPECT_EQ((*socket)->context()->options().verification.mode,
              VerifyMode::kNone);
  }
  SetPolicy("verification: enforce");
  ASSERT_TRUE(runtime->ReloadPolicy().ok());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(ssl::GetErrorKind(Wrap(*runtime, Lax()).status()),
              ErrorKind::kPolicy);
  }
  EXPECT_EQ(events_, 2);
  SetPolicy("verification: off");
  ASSERT_TRUE(runtime->ReloadPolicy().ok());
  EXPECT_TRUE(Wrap(*runtime, Lax()).ok());
}

TEST_F(RuntimeDecisionsTest, AnotherRuntimeDecidesForItself) {
  const auto lax = Make("verification: off");
  const auto strict = Make("verification: enforce");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(Wrap(*lax, Lax()).ok());
    EXPECT_EQ(ssl::GetErrorKind(Wrap(*strict, Lax()).status()),
              ErrorKind::kPolicy);
  }
}

TEST_F(RuntimeDecisionsTest, EachUpgradeIsAudited) {
  const auto runtime = Make("verification: enforce, on_override: upgrade");
  for (int i = 1; i <= 3; ++i) {
    EXPECT_TRUE(Wrap(*runtime, Lax()).ok());
    EXPECT_EQ(events_, i);
  }
}

TEST_F(RuntimeDecisionsTest, AReplacedBundleApplies) {
  const auto runtime = Make("verification: off");
  EXPECT_EQ(Connect(*runtime), std::nullopt);
  EXPECT_EQ(Connect(*runtime), std::nullopt);
  host_->SetFile("/etc/ca-certificates.crt", Cert("other_root.pem"));
  host_->AdvanceTime(absl::Hours(1));
  EXPECT_EQ(Connect(*runtime), ErrorKind::kVerification);
  host_->SetFile("/etc/ca-certificates.crt", "nothing");
  host_->AdvanceTime(absl::Hours(1));
  EXPECT_EQ(Connect(*runtime), ErrorKind::kTrustStore);
}

TEST_F(RuntimeDecisionsTest, OtherCredentialsArePresented) {
  const auto runtime = Make("verification: off");
  const auto leaf = [&](absl::string_view key) {
    WrapOptions server = Some();
    server.server_hostname = "";
    server.server_side = true;
    server.certfile = Secret(Cert(absl::StrCat("server_", key, "_chain.pem")));
    server.keyfile = Secret(Cert(absl::StrCat("server_", key, ".key")));
    const auto socket = Wrap(*runtime, std::move(server));
    EXPECT_TRUE(socket.ok()) << socket.status();
    return (*socket)->context()->options().credentials[0]->key_type();
  };
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(leaf("p256"), ssl::KeyType::kEcdsa);
    EXPECT_EQ(leaf("rsa"), ssl::KeyType::kRsa);
  }
  // A key that does not match the chain is still noticed.
  WrapOptions server = Some();
  server.server_hostname = "";
  server.server_side = true;
  server.certfile = Secret(Cert("server_p256_chain.pem"));
  server.keyfile = Secret(Cert("server_rsa.key"));
  EXPECT_EQ(ssl::GetErrorKind(Wrap(*runtime, std::move(server)).status()),
            ErrorKind::kCredentials);
  server = Some();
  server.server_hostname = "";
  server.server_side = true;
  EXPECT_EQ(ssl::GetErrorKind(Wrap(*runtime, std::move(server)).status()),
            ErrorKind::kCredentials);
}

TEST_F(RuntimeDecisionsTest, TheOwnSourceIsUsed) {
  const auto runtime = Make("verification: off");
  const auto source = Source("server_p256");
  const auto other = Source("server_p256");
  const auto server = [](std::shared_ptr<ssl::CredentialSource> of) {
    WrapOptions options = Some();
    options.server_hostname = "";
    options.server_side = true;
    options.credential_source = std::move(of);
    return options;
  };
  const auto used = [&](const std::shared_ptr<ssl::CredentialSource>& of) {
    const auto socket = Wrap(*runtime, server(of));
    EXPECT_TRUE(socket.ok()) << socket.status();
    return (*socket)->context()->options().credential_source;
  };
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(used(source), source);
    EXPECT_EQ(used(other), other);
  }
  // A change of the source needs no other context.
  const auto before = (*Wrap(*runtime, server(source)))->context();
  ASSERT_TRUE(source->Update({CredentialsOf("server_rsa")}, host_->Now()).ok());
  EXPECT_EQ((*Wrap(*runtime, server(source)))->context(), before);
  runtime->ClearCaches();
  const std::weak_ptr<ssl::CredentialSource> gone = used(Source("server_p384"));
  EXPECT_FALSE(gone.expired()) << "the cache has it";
  runtime->ClearCaches();
  EXPECT_TRUE(gone.expired());
}

TEST_F(RuntimeDecisionsTest, ASourceTakesThePlaceOfTheFiles) {
  const auto runtime = Make("verification: off");
  for (const bool key_alone : {false, true}) {
    WrapOptions both = Some();
    both.credential_source = Source("server_p256");
    if (!key_alone) both.certfile = Secret(Cert("server_p256_chain.pem"));
    both.keyfile = Secret(Cert("server_p256.key"));
    EXPECT_EQ(ssl::GetErrorKind(Wrap(*runtime, std::move(both)).status()),
              ErrorKind::kInvalidArgument);
  }
}

TEST_F(RuntimeDecisionsTest, ANameIsStillRequired) {
  const auto runtime = Make("verification: enforce");
  EXPECT_TRUE(Wrap(*runtime, Some()).ok());
  WrapOptions nameless = Some();
  nameless.server_hostname = "";
  EXPECT_EQ(ssl::GetErrorKind(Wrap(*runtime, std::move(nameless)).status()),
            ErrorKind::kPolicy);
  WrapOptions other = Some();
  other.server_hostname = "not a name";
  EXPECT_EQ(ssl::GetErrorKind(Wrap(*runtime, std::move(other)).status()),
            ErrorKind::kInvalidArgument);
}

TEST_F(RuntimeDecisionsTest, ClearedCachesMakeANewContext) {
  const auto runtime = Make("verification: off");
  const auto first = *Wrap(*runtime, Some());
  EXPECT_EQ((*Wrap(*runtime, Some()))->context(), first->context());
  runtime->ClearCaches();
  EXPECT_NE((*Wrap(*runtime, Some()))->context(), first->context());
}

}  // namespace
}  // namespace airlock::platform
