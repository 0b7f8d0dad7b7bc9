// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Calls with Encrypted Client Hello.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "ssl/ech.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "tests/platform/http/test_server.h"

namespace airlock::http::testing {
namespace {

using ssl::EchStatus;

std::shared_ptr<const ssl::EchKeys> NewKeys() {
  ssl::EchKeyRequest request;
  request.public_name = "server.test";
  std::vector<ssl::EchKey> keys;
  keys.push_back(*ssl::NewEchKey(request));
  return *ssl::EchKeys::Create(keys);
}

// "/to/URL" redirects.
void Answer(Peer& peer, const SeenRequest& request) {
  if (!absl::StartsWith(request.target, "/to/")) {
    peer.Respond("200 OK", "", "ok");
    return;
  }
  peer.Respond("307 Moved",
               absl::StrCat("Location: ", request.target.substr(4), "\r\n"),
               "");
}

class ClientEchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
    keys_ = NewKeys();
    TestServerOptions options;
    options.ech_keys = keys_;
    server_ = std::make_unique<TestServer>(Always(Answer), options);
  }
  void TearDown() override { client_.CloseIdle(); }

  // What a server with `keys` publishes.
  static std::shared_ptr<const ssl::EchConfigs> Published(
      const std::shared_ptr<const ssl::EchKeys>& keys) {
    return *ssl::EchConfigs::Parse(keys->config_list());
  }

  absl::StatusOr<Response> Fetch(
      const std::string& url, std::shared_ptr<const ssl::EchConfigs> configs) {
    auto tls = std::make_shared<TlsOptions>();
    tls->ech_configs = std::move(configs);
    Request request;
    request.url = url;
    request.tls = std::move(tls);
    return client_.Fetch(std::move(request));
  }

  // What became of it on the last connection of a call.
  EchStatus Ech(const std::string& url) {
    const auto response = Fetch(url, Published(keys_));
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->connection.tls.ech : EchStatus::kGrease;
  }

  std::string ByAddress(const std::string& path) const {
    return absl::StrCat("https://127.0.0.1:", server_->port(), path);
  }

  std::unique_ptr<platform::Runtime> runtime_ = MakeRuntime();
  Client client_{runtime_.get(), Direct()};
  std::shared_ptr<const ssl::EchKeys> keys_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(ClientEchTest, HidesTheName) {
  EXPECT_EQ(Ech(server_->Url()), EchStatus::kAccepted);
  EXPECT_EQ(Ech(server_->Url()), EchStatus::kAccepted);
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(ClientEchTest, ConnectionsAreNotSharedWithOthers) {
  for (const auto& configs : {Published(keys_), {}, Published(keys_)}) {
    const auto response = Fetch(server_->Url(), configs);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->connection.tls.ech, configs == nullptr
                                                ? EchStatus::kNotOffered
                                                : EchStatus::kAccepted);
  }
  EXPECT_EQ(server_->connections(), 2);
  EXPECT_EQ(server_->resumed(), 0);
  // A kept connection does not serve a call with other configurations.
  EXPECT_FALSE(Fetch(server_->Url(), Published(NewKeys())).ok());
}

TEST_F(ClientEchTest, ConfigurationsAreForTheHostOfTheUrl) {
  EXPECT_EQ(Ech(server_->Url(absl::StrCat("/to/", server_->Url("/end")))),
            EchStatus::kAccepted);
  EXPECT_EQ(Ech(server_->Url(absl::StrCat("/to/", ByAddress("/end")))),
            EchStatus::kNotOffered);
  // Back at the host, its name is hidden again.
  EXPECT_EQ(
      Ech(server_->Url(absl::StrCat(
          "/to/", ByAddress(absl::StrCat("/to/", server_->Url("/end")))))),
      EchStatus::kAccepted);
}

TEST_F(ClientEchTest, ARejectionIsAnErrorWithConfigurations) {
  const auto response = Fetch(server_->Url(), Published(NewKeys()));
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(FailureOf(response.status()), Failure::kTls);
  const auto error = ssl::GetError(response.status());
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->ech_retry_configs, keys_->config_list());
}

}  // namespace
}  // namespace airlock::http::testing
