// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Replaces certificates as docs/live-credentials.md says.

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/credentials/credential_files.h"
#include "platform/fake_host.h"
#include "platform/host.h"
#include "ssl/context.h"
#include "ssl/credential_source.h"
#include "ssl/credentials.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock {
namespace {

#include "tests/examples/live_credentials.inc"

std::string Chain(const std::string& name) {
  return testing::ReadTestdata(absl::StrCat("certs/", name, "_chain.pem"));
}
std::string Key(const std::string& name) {
  return testing::ReadTestdata(absl::StrCat("certs/", name, ".key"));
}

// Whom a client meets.
std::string Met(const std::shared_ptr<const ssl::Context>& server) {
  testing::Connection c =
      testing::Connect(testing::MakeContext(testing::ClientOptions()), server);
  EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
  return c.ok() ? c.client->peer_certificate()->subject() : "";
}

TEST(LiveCredentialsTest, ThePageWorks) {
  const auto host = std::make_shared<platform::FakeHost>();
  host->SetFile("/c", Chain("server_p256"));
  host->SetFile("/k", Key("server_p256"));
  host->AdvanceTime(absl::Minutes(1));
  const auto files = WatchFiles(host, "/c", "/k");
  ASSERT_TRUE(files.ok()) << files.status();
  ssl::ContextOptions options = testing::ServerOptions();
  options.credentials.clear();
  const auto context = MakeLiveContext(std::move(options), (*files)->source());
  ASSERT_TRUE(context.ok()) << context.status();
  EXPECT_EQ(Met(*context), "CN=server_p256,O=Airlock Test");

  host->SetFile("/c", Chain("server_rsa"));
  host->SetFile("/k", Key("server_rsa"));
  host->AdvanceTime(absl::Minutes(1));
  EXPECT_EQ(Met(*context), "CN=server_rsa,O=Airlock Test");

  ssl::CredentialSource* source = (*files)->source().get();
  EXPECT_FALSE(Renew(source, ssl::Secret(Chain("server_p384")),
                     ssl::Secret(Key("server_rsa")))
                   .ok());
  EXPECT_EQ(source->state().failures, 1u);
  EXPECT_EQ(Met(*context), "CN=server_rsa,O=Airlock Test");
  EXPECT_TRUE(Renew(source, ssl::Secret(Chain("server_p384")),
                    ssl::Secret(Key("server_p384")))
                  .ok());
  EXPECT_EQ(Met(*context), "CN=server_p384,O=Airlock Test");
}

}  // namespace
}  // namespace airlock
