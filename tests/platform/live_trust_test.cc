// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// CA bundles and CRLs that change under one Context.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/context_request.h"
#include "platform/counters.h"
#include "platform/fake_host.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/credential_source.h"
#include "ssl/error.h"
#include "ssl/trust_source.h"
#include "ssl/verify_code.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestTrustStore;
using ContextPtr = std::shared_ptr<const ssl::Context>;

constexpr char kBundle[] = "/tls/ca.pem";

std::string Cert(absl::string_view name) {
  return ReadTestdata(absl::StrCat("certs/", name));
}

class LiveTrustTest : public ::testing::Test {
 protected:
  LiveTrustTest() {
    host_->AdvanceTime(absl::Milliseconds(123));
    host_->SetFile("/etc/ca-certificates.crt", Cert("ca.pem"));
    Replace(Cert("ca.pem"));
  }

  void Start() { runtime_ = *Runtime::Create(host_, host_->environment()); }

  // The file, and a minute later.
  void Replace(absl::string_view content) {
    host_->SetFile(kBundle, content);
    host_->AdvanceTime(absl::Minutes(1));
  }

  static ContextRequest Request() {
    ContextRequest request;
    request.ca_certs = CaPath{kBundle, /*must_be_trusted=*/false};
    request.live_ca_certs = true;
    return request;
  }

  ContextPtr Make(const ContextRequest& request,
                  ssl::ContextOptions options = {}) {
    if (runtime_ == nullptr) Start();
    auto made = runtime_->CreateContext(request, std::move(options));
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *made : nullptr;
  }

  absl::Status Handshake(const ContextPtr& client,
                         absl::string_view server = "server_p256") {
    return Connect(client, MakeContext(ServerOptions(server))).client_status;
  }
  static ssl::ErrorKind KindOf(const absl::Status& status) {
    EXPECT_FALSE(status.ok());
    return status.ok() ? ssl::ErrorKind::kInternal : ssl::GetErrorKind(status);
  }

  // How many lines of the log have `text`.
  int Logged(absl::string_view text) {
    int lines = 0;
    for (const std::string& line : host_->log()) {
      if (absl::StrContains(line, text)) ++lines;
    }
    return lines;
  }

  const std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::unique_ptr<Runtime> runtime_;
};

TEST_F(LiveTrustTest, AChangedBundleIsForTheNextHandshake) {
  const ContextPtr client = Make(Request());
  EXPECT_TRUE(Handshake(client).ok());
  host_->SetFile(kBundle, Cert("other_root.pem"));
  host_->AdvanceTime(absl::Milliseconds(500));
  EXPECT_TRUE(Handshake(client).ok());  // Not looked at again yet.
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_EQ(KindOf(Handshake(client)), ssl::ErrorKind::kVerification);
  Replace(Cert("ca.pem"));
  EXPECT_TRUE(Handshake(client).ok());
  EXPECT_EQ(client->options().trust_source->state().generation, 3u);
}

TEST_F(LiveTrustTest, ContextsWithOneBundleShareIt) {
  const ContextPtr first = Make(Request());
  const ContextPtr second = Make(Request());
  EXPECT_NE(first, second);
  const auto source = first->options().trust_source;
  EXPECT_EQ(second->options().trust_source, source);
  ContextRequest trusted = Request();
  trusted.ca_certs = CaPath{kBundle, /*must_be_trusted=*/true};
  EXPECT_NE(Make(trusted)->options().trust_source, source);
  ContextRequest system = Request();
  system.ca_certs = CaCerts();
  EXPECT_NE(Make(system)->options().trust_source, source);
  // A new Context has what is there now.
  Replace(Cert("other_root.pem"));
  EXPECT_EQ(Make(Request())->options().trust_source, source);
  EXPECT_EQ(source->state().generation, 2u);
  EXPECT_EQ(source->state().updated, host_->Now());
  Replace("damaged");
  EXPECT_EQ(KindOf(runtime_->CreateContext(Request(), {}).status()),
            ssl::ErrorKind::kTrustStore);
  EXPECT_EQ(source->state().generation, 2u);
}

TEST_F(LiveTrustTest, IsCounted) {
  Start();
  EXPECT_EQ(runtime_->counters().live_ca_certs.sources, 0u);
  ContextPtr client = Make(Request());
  ContextPtr other = Make(Request());
  const auto counted = [&] {
    const LiveSourceCounts counts = runtime_->counters().live_ca_certs;
    return std::vector<uint64_t>{counts.sources, counts.failing, counts.updates,
                                 counts.failures};
  };
  EXPECT_EQ(counted(), (std::vector<uint64_t>{1, 0, 0, 0}));
  Replace(Cert("other_root.pem"));
  EXPECT_FALSE(Handshake(client).ok());
  Replace("damaged");
  EXPECT_FALSE(Handshake(client).ok());
  EXPECT_EQ(counted(), (std::vector<uint64_t>{1, 1, 1, 1}));
  EXPECT_TRUE(absl::StrContains(
      runtime_->counters().ToPrometheus(),
      "\nairlock_live_failed_updates_total{source=\"ca_certs\"} 1\n"));
  // What was counted stays.
  client = nullptr;
  other = nullptr;
  EXPECT_EQ(counted(), (std::vector<uint64_t>{0, 0, 1, 1}));
}

TEST_F(LiveTrustTest, AnApplicationsCredentialsAreCounted) {
  const auto source = *ssl::CredentialSource::Create(
      {airlock::testing::TestCredentials("server_p256")});
  const auto made = [&](const std::shared_ptr<ssl::CredentialSource>& of) {
    ContextRequest server;
    server.side = ssl::Side::kServer;
    ssl::ContextOptions options;
    options.credential_source = of;
    return Make(server, std::move(options));
  };
  const ContextPtr first = made(source);
  const ContextPtr second = made(source);
  source->Fail(absl::NotFoundError("no file"));
  // Many that come and go are still counted.
  for (int i = 0; i < 40; ++i) {
    const auto other = *ssl::CredentialSource::Create(
        {airlock::testing::TestCredentials("server_p256")});
    made(other);
    EXPECT_TRUE(other
                    ->Update({airlock::testing::TestCredentials("server_rsa")},
                             host_->Now())
                    .ok());
  }
  const LiveSourceCounts counts = runtime_->counters().live_credentials;
  EXPECT_EQ(counts.sources, 1u);
  EXPECT_EQ(counts.failing, 1u);
  EXPECT_EQ(counts.updates, 40u);
  EXPECT_EQ(counts.failures, 1u);
}

// Without it, a Context has the bundle that it was made with.
TEST_F(LiveTrustTest, IsAsked) {
  ContextRequest request = Request();
  request.live_ca_certs = false;
  const ContextPtr client = Make(request);
  Replace(Cert("other_root.pem"));
  EXPECT_TRUE(Handshake(client).ok());
  // Nor does such a Context take the place of a live one.
  EXPECT_NE(Make(Request()), client);
}

TEST_F(LiveTrustTest, ACrlInTheBundleRevokesAtOnce) {
  Replace(absl::StrCat(Cert("ca.pem"), Cert("crl_root_empty.pem")));
  ssl::ContextOptions options;
  options.verification.flags.crl_check_leaf = true;
  const ContextPtr client = Make(Request(), std::move(options));
  EXPECT_TRUE(Handshake(client, "revoked_direct").ok());
  Replace(absl::StrCat(Cert("ca.pem"), Cert("crl_root.pem")));
  const auto error = ssl::GetError(Handshake(client, "revoked_direct"));
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->verify_code, ssl::verify_code::kRevoked);
}

TEST_F(LiveTrustTest, WhatIsBrokenLeavesTheOldInForce) {
  const ContextPtr client = Make(Request());
  const std::string whole = Cert("other_root.pem");
  const std::string ways[] = {whole.substr(0, whole.size() / 2), "", "text"};
  for (const std::string& broken : ways) {
    Replace(broken);
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(Handshake(client).ok()) << broken;
      host_->AdvanceTime(absl::Seconds(2));
    }
  }
  host_->RemoveFile(kBundle);
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_TRUE(Handshake(client).ok());
  host_->SetError(kBundle, absl::PermissionDeniedError("no right to read"));
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_TRUE(Handshake(client).ok());
  const ssl::TrustSourceState state = client->options().trust_source->state();
  EXPECT_EQ(state.generation, 1u);
  EXPECT_FALSE(state.error.ok());
  // Each reason once.
  EXPECT_EQ(Logged("The old CA bundle stays in use"), 5);
  Replace(whole);
  EXPECT_EQ(KindOf(Handshake(client)), ssl::ErrorKind::kVerification);
  EXPECT_TRUE(client->options().trust_source->state().error.ok());
}

// The rest of it may not be there yet.
TEST_F(LiveTrustTest, AFileThatWasJustWrittenWaitsForTheNextLook) {
  const ContextPtr client = Make(Request());
  host_->AdvanceTime(absl::Minutes(1));
  host_->SetFile(kBundle, Cert("other_root.pem"));
  EXPECT_TRUE(Handshake(client).ok());
  host_->SetFile(kBundle, absl::StrCat(Cert("other_root.pem"), Cert("ca.pem")));
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_TRUE(Handshake(client).ok());
  EXPECT_EQ(client->options().trust_source->state().generation, 2u);
  // But not for ever.
  for (int i = 0; i < 2; ++i) {
    host_->AdvanceTime(absl::Seconds(1));
    host_->SetFile(kBundle, Cert("other_root.pem"));
    Handshake(client).IgnoreError();
  }
  EXPECT_EQ(client->options().trust_source->state().generation, 3u);
}

TEST_F(LiveTrustTest, ADirectoryIsLive) {
  host_->SetFile("/tls/cas/5ed36f99.0", Cert("ca.pem"));
  host_->AdvanceTime(absl::Minutes(1));
  ContextRequest request = Request();
  request.ca_certs = CaPath{"/tls/cas", /*must_be_trusted=*/false};
  const ContextPtr client = Make(request);
  EXPECT_TRUE(Handshake(client).ok());
  host_->SetFile("/tls/cas/5ed36f99.0", Cert("other_root.pem"));
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_EQ(KindOf(Handshake(client)), ssl::ErrorKind::kVerification);
}

TEST_F(LiveTrustTest, TheSystemsBundleIsLive) {
  ContextRequest request = Request();
  request.ca_certs = CaCerts();
  const ContextPtr client = Make(request);
  EXPECT_TRUE(Handshake(client).ok());
  host_->SetFile("/etc/ca-certificates.crt", Cert("other_root.pem"));
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_EQ(KindOf(Handshake(client)), ssl::ErrorKind::kVerification);
}

// The application's bundle has no effect, whatever becomes of it.
TEST_F(LiveTrustTest, ThePolicysBundleTakesPrecedence) {
  host_->SetFile("/etc/airlock.yaml",
                 "tls:\n  verification: enforce\n  ca_certs: /tls/platform\n"
                 "  on_override: upgrade\n");
  host_->SetFile("/tls/platform", Cert("ca.pem"));
  Replace(Cert("other_root.pem"));
  const ContextPtr client = Make(Request());
  EXPECT_TRUE(Handshake(client).ok());
  host_->SetFile("/tls/platform", Cert("other_root.pem"));
  Replace(Cert("ca.pem"));
  EXPECT_EQ(KindOf(Handshake(client)), ssl::ErrorKind::kVerification);
}

TEST_F(LiveTrustTest, OutlivesItsRuntime) {
  const ContextPtr client = Make(Request());
  runtime_.reset();
  Replace(Cert("other_root.pem"));
  EXPECT_EQ(KindOf(Handshake(client)), ssl::ErrorKind::kVerification);
}

TEST_F(LiveTrustTest, RefusesWhatCannotChange) {
  Start();
  ContextRequest bytes = Request();
  bytes.ca_certs = CaBytes{Cert("ca.pem")};
  EXPECT_EQ(KindOf(runtime_->CreateContext(bytes, {}).status()),
            ssl::ErrorKind::kInvalidArgument);
  ContextRequest store = Request();
  store.ca_certs = TestTrustStore();
  EXPECT_EQ(KindOf(runtime_->CreateContext(store, {}).status()),
            ssl::ErrorKind::kInvalidArgument);
  ssl::ContextOptions own;
  own.trust_store = TestTrustStore();
  ContextRequest none = Request();
  none.ca_certs = CaCerts();
  EXPECT_EQ(KindOf(runtime_->CreateContext(none, std::move(own)).status()),
            ssl::ErrorKind::kInvalidArgument);
  ContextRequest missing = Request();
  missing.ca_certs = CaPath{"/none", /*must_be_trusted=*/false};
  EXPECT_EQ(KindOf(runtime_->CreateContext(missing, {}).status()),
            ssl::ErrorKind::kTrustStore);
  // The policy decides about bundles, so a Runtime takes no source.
  ssl::ContextOptions source;
  source.trust_source = *ssl::TrustSource::Create(TestTrustStore());
  ContextRequest plain;
  EXPECT_EQ(KindOf(runtime_->CreateContext(plain, std::move(source)).status()),
            ssl::ErrorKind::kInvalidArgument);
}

}  // namespace
}  // namespace airlock::platform
