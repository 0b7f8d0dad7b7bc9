// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Tunnels through a CONNECT proxy.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "platform/posix_transport.h"
#include "ssl/error.h"
#include "tests/platform/http/test_server.h"

namespace airlock::http::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

ClientOptions Through(const TestProxy& proxy,
                      const std::string& credentials = "") {
  ClientOptions options;
  options.proxies = *ProxyRules::Create(
      absl::StrCat("http://", credentials, "127.0.0.1:", proxy.port()),
      "direct.test");
  return options;
}

Request Get(const std::string& url) {
  Request request;
  request.url = url;
  request.headers.Add("Authorization", "for the server");
  return request;
}

void Ok(Peer& peer, const SeenRequest&) { peer.Respond("200 OK", "", "ok"); }

TEST(ClientProxyTest, TheServerIsReachedThroughIt) {
  const auto runtime = MakeRuntime();
  const TestServer server(Always(Ok));
  const TestProxy proxy;
  // The proxy looks up the name: this machine does not know it.
  const std::string url =
      absl::StrCat("https://server.test:", server.port(), "/path");
  Client client(runtime.get(), Through(proxy, "user:secret@"));
  for (int i = 0; i < 2; ++i) {
    const auto response = client.Fetch(Get(url));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body, "ok");
    EXPECT_TRUE(response->connection.verified);
    EXPECT_EQ(response->connection.proxy,
              absl::StrCat("127.0.0.1:", proxy.port()));
    EXPECT_EQ(response->connection.reused, i > 0);
  }
  ASSERT_THAT(proxy.requests(), SizeIs(1));
  const std::string head = proxy.requests()[0];
  EXPECT_THAT(head, HasSubstr(absl::StrCat("CONNECT server.test:",
                                           server.port(), " HTTP/1.1\r\n")));
  EXPECT_THAT(head, HasSubstr(absl::StrCat("Host: server.test:", server.port(),
                                           "\r\n")));
  EXPECT_THAT(head,
              HasSubstr("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("for the server")));
  client.CloseIdle();
}

TEST(ClientProxyTest, TheNameOfTheServerIsChecked) {
  const auto runtime = MakeRuntime();
  TestServerOptions options;
  options.certificate = "wrong_host";
  const TestServer server(Always(Ok), options);
  const TestProxy proxy;
  Client client(runtime.get(), Through(proxy));
  const absl::Status status = client.Fetch(Get(server.Url())).status();
  EXPECT_EQ(ssl::GetErrorKind(status), ssl::ErrorKind::kHostname) << status;
}

TEST(ClientProxyTest, ItsRefusalIsNotTheServers) {
  const auto runtime = MakeRuntime();
  for (const std::string answer :
       {"407 Proxy Authentication Required", "403 Forbidden",
        "302 Found\r\nLocation: https://elsewhere/",
        "200 OK\r\nX: y\r\n\r\nHTTP/1.1 200 OK"}) {
    const TestServer server(Always(Ok));
    const TestProxy proxy(answer);
    Client client(runtime.get(), Through(proxy, "user:secret@"));
    const absl::Status status = client.Fetch(Get(server.Url())).status();
    EXPECT_EQ(FailureOf(status), Failure::kProxy) << status;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
}

TEST(ClientProxyTest, ASilentOneEndsAtTheDeadline) {
  const auto runtime = MakeRuntime();
  const Listener silent([](std::unique_ptr<platform::PosixTransport> client) {
    std::array<uint8_t, 1024> part;
    while (client->Read(absl::MakeSpan(part)).done()) {
    }
  });
  ClientOptions options;
  options.proxies =
      *ProxyRules::Create(absl::StrCat("http://127.0.0.1:", silent.port()), "");
  Client client(runtime.get(), std::move(options));
  Request request = Get("https://server.test/");
  request.timeout = absl::Milliseconds(200);
  const absl::Status status = client.Fetch(std::move(request)).status();
  EXPECT_EQ(FailureOf(status), Failure::kTimeout) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("the tunnel of the proxy 127.0.0.1:"));
}

TEST(ClientProxyTest, OneThatIsAwayIsNamed) {
  const auto runtime = MakeRuntime();
  ClientOptions options;
  {
    const TestProxy gone;
    options = Through(gone);
  }
  Client client(runtime.get(), options);
  const absl::Status status =
      client.Fetch(Get("https://server.test/")).status();
  EXPECT_EQ(FailureOf(status), Failure::kConnect) << status;
}

TEST(ClientProxyTest, ExceptionsAvoidIt) {
  const auto runtime = MakeRuntime();
  const TestProxy proxy;
  ClientOptions options = Through(proxy);
  options.resolve = [](const std::string& host,
                       uint16_t) -> absl::StatusOr<std::vector<Endpoint>> {
    return MakeFailure(Failure::kResolve, "asked for " + host);
  };
  Client client(runtime.get(), std::move(options));
  const absl::Status status =
      client.Fetch(Get("https://a.direct.test/")).status();
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("asked for a.direct.test"));
  EXPECT_THAT(proxy.requests(), ElementsAre());
}

}  // namespace
}  // namespace airlock::http::testing
