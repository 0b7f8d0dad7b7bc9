// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Connections are kept for calls that trust what they were verified by.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/http/client.h"
#include "tests/platform/http/client_http2_fixture.h"
#include "tests/platform/http/http2_peer.h"
#include "tests/platform/http/test_server.h"
#include "tests/support/testdata.h"

namespace airlock::http::testing {
namespace {

using airlock::testing::ReadTestdata;

// The CAs change while a connection is being made, and back: it was verified by
// others than those that its call, and the next one, found.
TEST(ConnectionTrustTest, ConnectionsVerifiedByOthersAreNotKept) {
  const std::string bundle = "/etc/ca-certificates.crt";
  const std::string root = ReadTestdata("certs/ca.pem");
  const std::string more = root + ReadTestdata("certs/other_root.pem");
  for (const char* protocol : {"h2", "http/1.1"}) {
    TestServerOptions server_options;
    server_options.alpn = {protocol};
    const TestServer server(
        [](Peer& peer) {
          if (peer.socket().info()->alpn == "h2") {
            return AlwaysHttp2(Echo)(peer);
          }
          while (peer.ReadRequest()) peer.Respond("200 OK", "", "");
        },
        server_options);
    const auto host = std::make_shared<platform::FakeHost>();
    host->SetFile(bundle, root);
    host->AdvanceTime(absl::Hours(1));
    auto runtime = platform::Runtime::Create(host, host->environment());
    ASSERT_TRUE(runtime.ok()) << runtime.status();
    bool change = true;
    ClientOptions options = Direct();
    options.resolve = [&](const std::string& name, uint16_t port) {
      if (change) host->SetFile(bundle, more);
      return ResolveWithSystem(name, port);
    };
    Client client(runtime->get(), std::move(options));
    ASSERT_TRUE(client.Fetch(Get(server)).ok());
    host->SetFile(bundle, root);
    change = false;
    for (const bool reused : {false, true}) {
      const auto response = client.Fetch(Get(server));
      ASSERT_TRUE(response.ok()) << response.status();
      EXPECT_EQ(response->connection.reused, reused) << protocol;
      EXPECT_FALSE(response->connection.tls.session_reused);
    }
    client.CloseIdle();
  }
}

}  // namespace
}  // namespace airlock::http::testing
