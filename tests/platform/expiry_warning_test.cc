// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Warnings before certificates expire, and the counters that say when.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/context_request.h"
#include "platform/counters.h"
#include "platform/fake_host.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/credential_source.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::Connect;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestCredentials;
using ContextPtr = std::shared_ptr<const ssl::Context>;

class ExpiryWarningTest : public ::testing::Test {
 protected:
  ExpiryWarningTest() {
    host_->SetFile("/etc/ca-certificates.crt", ReadTestdata("certs/ca.pem"));
    host_->SetFile("/etc/airlock.yaml", "tls: {expiry_warning: 14d}\n");
  }

  void Start() { runtime_ = *Runtime::Create(host_, host_->environment()); }

  void SetTime(absl::Time time) { host_->AdvanceTime(time - host_->Now()); }

  ContextPtr Server(const char* name = "server_p256") {
    ssl::ContextOptions options;
    options.credentials = {TestCredentials(name)};
    ContextRequest request;
    request.side = ssl::Side::kServer;
    return *runtime_->CreateContext(request, std::move(options));
  }
  ContextPtr Client(ssl::ContextOptions options = {}) {
    ContextRequest request;
    request.cert_reqs = ssl::VerifyMode::kRequired;
    request.check_hostname = true;
    return *runtime_->CreateContext(request, std::move(options));
  }
  void Handshake(const ContextPtr& client, const ContextPtr& server) {
    const auto connection = Connect(client, server);
    EXPECT_TRUE(connection.ok()) << connection.client_status;
  }

  // The lines of the log with both texts.
  int Logged(absl::string_view text, absl::string_view other = "") {
    int lines = 0;
    for (const std::string& line : host_->log()) {
      if (absl::StrContains(line, text) && absl::StrContains(line, other)) {
        ++lines;
      }
    }
    return lines;
  }

  const absl::Time leaf_end_ =
      TestCredentials("server_p256")->chain().front().not_after();
  const std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::unique_ptr<Runtime> runtime_;
};

TEST_F(ExpiryWarningTest, OwnCertificateIsWarnedOfWhenItIsLoaded) {
  Start();
  SetTime(leaf_end_ - absl::Hours(24 * 15));
  const ContextPtr early = Server();
  EXPECT_EQ(Logged("expires on"), 0);
  SetTime(leaf_end_ - absl::Hours(24 * 13 + 1));
  const ContextPtr late = Server();
  EXPECT_EQ(Logged("presented to peers", "CN=server_p256"), 1);
  EXPECT_EQ(Logged("in 13 days"), Logged("expires on"));
}

TEST_F(ExpiryWarningTest, IsToldOnceADayWhateverTheNumberOfConnections) {
  Start();
  SetTime(leaf_end_ - absl::Hours(24 * 15));
  const ContextPtr server = Server();
  const ContextPtr client = Client();
  Handshake(client, server);
  EXPECT_EQ(Logged("CN=server_p256"), 0);
  SetTime(leaf_end_ - absl::Hours(24 * 10));
  for (int hour = 0; hour < 23; ++hour) {
    Handshake(client, server);
    Handshake(client, server);
    host_->AdvanceTime(absl::Hours(1));
  }
  EXPECT_EQ(Logged("presented to peers", "CN=server_p256"), 1);
  host_->AdvanceTime(absl::Hours(2));
  Handshake(client, server);
  EXPECT_EQ(Logged("presented to peers", "CN=server_p256"), 2);
}

TEST_F(ExpiryWarningTest, ACaThatVerifiedAPeerIsWarnedOf) {
  Start();
  // All of testdata's good certificates expire together.
  SetTime(leaf_end_ - absl::Hours(24 * 5));
  const ContextPtr server = Server();
  const ContextPtr client = Client();
  EXPECT_EQ(Logged("of a CA"), 0);
  Handshake(client, server);
  host_->AdvanceTime(absl::Hours(2));
  Handshake(client, server);
  const CertificateExpiry expiry = runtime_->counters().expiry;
  EXPECT_EQ(Logged("of a CA", "CN=Airlock Test Root"), 1);
  EXPECT_EQ(expiry.ca, TestCertificates("root").front().not_after());
  EXPECT_EQ(expiry.own, leaf_end_);
  EXPECT_FALSE(expiry.pinned.has_value());
}

TEST_F(ExpiryWarningTest, APinnedCertificateIsWarnedOf) {
  Start();
  SetTime(leaf_end_ - absl::Hours(24 * 3));
  ssl::ContextOptions options;
  options.verification.pins = {
      TestCertificates("server_p256").front().SpkiSha256()};
  const ContextPtr client = Client(std::move(options));
  // Another runtime's, so that it is not this one's own.
  const ContextPtr server = testing::MakeContext([this] {
    ssl::ContextOptions own = testing::ServerOptions();
    own.clock = [host = host_] { return host->Now(); };
    return own;
  }());
  Handshake(client, server);
  host_->AdvanceTime(absl::Hours(2));
  Handshake(client, server);
  EXPECT_EQ(Logged("whose key is pinned", "CN=server_p256"), 1);
  const CertificateExpiry expiry = runtime_->counters().expiry;
  EXPECT_EQ(expiry.pinned, leaf_end_);
  EXPECT_FALSE(expiry.own.has_value());
}

TEST_F(ExpiryWarningTest, AnExpiredCertificateThatIsPresentedIsWarnedOf) {
  Start();
  const ContextPtr server = Server();
  SetTime(leaf_end_ + absl::Hours(1));
  Connect(testing::MakeContext(testing::ClientOptions()), server);
  EXPECT_EQ(Logged("CN=server_p256", "expired on"), 1);
  EXPECT_LE(*runtime_->counters().expiry.own, leaf_end_);
}

TEST_F(ExpiryWarningTest, LiveCredentialsAreWarnedOf) {
  Start();
  SetTime(leaf_end_ - absl::Hours(24 * 3));
  const auto source =
      *ssl::CredentialSource::Create({TestCredentials("server_p256")});
  ssl::ContextOptions options;
  options.credential_source = source;
  ContextRequest request;
  request.side = ssl::Side::kServer;
  const auto server = runtime_->CreateContext(request, std::move(options));
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(Logged("CN=server_p256", "expires on"), 1);
}

TEST_F(ExpiryWarningTest, SocketsOfWrapSocketAreWarnedOf) {
  Start();
  SetTime(leaf_end_ - absl::Hours(24 * 3));
  WrapOptions options;
  options.server_side = true;
  options.certfile = ssl::Secret(ReadTestdata("certs/server_p256_chain.pem"));
  options.keyfile = ssl::Secret(ReadTestdata("certs/server_p256.key"));
  options.do_handshake_on_connect = false;
  auto ends = MakeMemoryTransports();
  const auto socket =
      runtime_->WrapSocket(std::move(ends.first), std::move(options));
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_EQ(Logged("CN=server_p256", "expires on"), 1);
}

TEST_F(ExpiryWarningTest, WithoutALimitNothingIsLogged) {
  host_->RemoveFile("/etc/airlock.yaml");
  Start();
  SetTime(leaf_end_ - absl::Hours(1));
  const ContextPtr server = Server();
  Handshake(Client(), server);
  EXPECT_EQ(Logged("expire"), 0);
  // But it is counted.
  const Counters counters = runtime_->counters();
  ASSERT_TRUE(counters.expiry.own.has_value());
  EXPECT_TRUE(absl::StrContains(
      counters.ToPrometheus(),
      absl::StrCat("airlock_certificate_expire_timestamp_seconds{use=\"own\"} ",
                   absl::ToUnixSeconds(*counters.expiry.own), "\n")));
}

TEST_F(ExpiryWarningTest, AReloadedPolicyHasAnotherLimit) {
  Start();
  SetTime(leaf_end_ - absl::Hours(24 * 20));
  const ContextPtr server = Server();
  const ContextPtr client = Client();
  Handshake(client, server);
  EXPECT_EQ(Logged("presented to peers"), 0);
  host_->SetFile("/etc/airlock.yaml", "tls: {expiry_warning: 30d}\n");
  ASSERT_TRUE(runtime_->ReloadPolicy().ok());
  host_->AdvanceTime(absl::Hours(2));
  Handshake(client, server);
  EXPECT_GE(Logged("presented to peers"), 1);
}

TEST_F(ExpiryWarningTest, ContextsThatAreGoneDoNotCount) {
  Start();
  for (int i = 0; i < 100; ++i) Server();
  EXPECT_FALSE(runtime_->counters().expiry.own.has_value());
  const ContextPtr server = Server();
  EXPECT_TRUE(runtime_->counters().expiry.own.has_value());
}

}  // namespace
}  // namespace airlock::platform
