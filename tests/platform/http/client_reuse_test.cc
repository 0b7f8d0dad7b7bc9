// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which calls share connections and sessions, and which do not.

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "platform/http/error.h"
#include "ssl/credential_source.h"
#include "ssl/error.h"
#include "tests/platform/http/test_server.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::http::testing {
namespace {

using airlock::testing::ReadTestdata;

Request Get(const TestServer& server, const std::string& path = "/") {
  Request request;
  request.url = server.Url(path);
  return request;
}

void Ok(Peer& peer, const SeenRequest&) { peer.Respond("200 OK", "", "ok"); }

std::shared_ptr<const TlsOptions> As(const std::string& name) {
  auto tls = std::make_shared<TlsOptions>();
  tls->certificate =
      ssl::Secret(ReadTestdata(absl::StrCat("certs/", name, ".pem")));
  tls->private_key =
      ssl::Secret(ReadTestdata(absl::StrCat("certs/", name, ".key")));
  return tls;
}

class ClientReuseTest : public ::testing::Test {
 protected:
  std::unique_ptr<platform::Runtime> runtime_ = MakeRuntime();
  Client client_{runtime_.get(), Direct()};
};

TEST_F(ClientReuseTest, ConnectionsAreKept) {
  const TestServer server(Always(Ok));
  for (int i = 0; i < 10; ++i) {
    const auto response = client_.Fetch(Get(server));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->connection.reused, i > 0);
    EXPECT_EQ(response->timing.secured.has_value(), i == 0);
  }
  EXPECT_EQ(server.connections(), 1);
  client_.CloseIdle();
}

TEST_F(ClientReuseTest, ThreadsShareThePool) {
  const TestServer server(Always(Ok));
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 25; ++j) {
        const auto response = client_.Fetch(Get(server));
        ASSERT_TRUE(response.ok()) << response.status();
        EXPECT_EQ(response->body, "ok");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(server.connections(), kThreads);
  client_.CloseIdle();
}

TEST_F(ClientReuseTest, ConnectionsThatEndAreNotKept) {
  const TestServer server([](Peer& peer) {
    if (!peer.ReadRequest()) return;
    peer.Respond("200 OK", "Connection: close\r\n", "ok");
  });
  for (int i = 0; i < 3; ++i) {
    const auto response = client_.Fetch(Get(server));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_FALSE(response->connection.reused);
  }
  EXPECT_EQ(server.connections(), 3);
}

// Bytes after a response are not the next one.
TEST_F(ClientReuseTest, ConnectionsWithLeftoverAreNotKept) {
  const TestServer server([](Peer& peer) {
    if (!peer.ReadRequest()) return;
    peer.Send(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    peer.WaitForEnd();
  });
  for (int i = 0; i < 3; ++i) {
    const auto response = client_.Fetch(Get(server));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body, "ok");
  }
  EXPECT_EQ(server.connections(), 3);
}

// A server that ends each connection after its first response, without saying
// so: what is safe is sent again.
TEST_F(ClientReuseTest, IdempotentRequestsAreRepeatedOnce) {
  for (const bool polite : {true, false}) {
    TestServerOptions options;
    options.close_notify = polite;
    const TestServer server(
        [](Peer& peer) {
          if (!peer.ReadRequest()) return;
          peer.Respond("200 OK", "", "ok");
          // The next request is read, and not answered.
          (void)peer.ReadRequest();
        },
        options);
    for (const char* method : {"GET", "PUT", "DELETE"}) {
      client_.CloseIdle();
      ASSERT_TRUE(client_.Fetch(Get(server)).ok());
      Request again = Get(server);
      again.method = method;
      const auto response = client_.Fetch(std::move(again));
      ASSERT_TRUE(response.ok()) << method << response.status();
      EXPECT_FALSE(response->connection.reused);
    }
    client_.CloseIdle();
    ASSERT_TRUE(client_.Fetch(Get(server)).ok());
    Request post = Get(server);
    post.method = "POST";
    const absl::Status status = client_.Fetch(std::move(post)).status();
    EXPECT_EQ(FailureOf(status), Failure::kTruncated) << status;
    client_.CloseIdle();
  }
}

TEST_F(ClientReuseTest, SessionsAreResumed) {
  for (const ssl::TlsVersion version :
       {ssl::TlsVersion::kTls1_2, ssl::TlsVersion::kTls1_3}) {
    TestServerOptions options;
    options.version = version;
    const TestServer server(
        [](Peer& peer) {
          if (!peer.ReadRequest()) return;
          peer.Respond("200 OK", "Connection: close\r\n", "ok");
        },
        options);
    for (int i = 0; i < 3; ++i) {
      const auto response = client_.Fetch(Get(server));
      ASSERT_TRUE(response.ok()) << response.status();
      EXPECT_EQ(response->connection.tls.session_reused, i > 0);
      EXPECT_TRUE(response->connection.verified);
    }
    EXPECT_EQ(server.resumed(), 2);
    client_.CloseIdle();
    const auto response = client_.Fetch(Get(server));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_FALSE(response->connection.tls.session_reused);
  }
}

// Connections and sessions stay with the credentials, the trust and the name
// that they were made with.
TEST_F(ClientReuseTest, CredentialsShareNothing) {
  TestServerOptions options;
  options.client_certificate = true;
  bool close = true;
  const TestServer server(
      [&close](Peer& peer) {
        while (peer.ReadRequest()) {
          peer.Respond("200 OK", close ? "Connection: close\r\n" : "",
                       peer.socket().peer_certificate()->subject());
          if (close) return;
        }
      },
      options);
  for (const bool ending : {true, false}) {
    close = ending;
    for (int i = 0; i < 2; ++i) {
      for (const char* name : {"client_p256", "client_rsa"}) {
        Request request = Get(server);
        request.tls = As(name);
        const auto response = client_.Fetch(std::move(request));
        ASSERT_TRUE(response.ok()) << response.status();
        EXPECT_THAT(response->body, ::testing::HasSubstr(name));
        EXPECT_EQ(response->connection.reused, !ending && i > 0);
        if (ending) {
          EXPECT_EQ(response->connection.tls.session_reused, i > 0);
        }
      }
    }
    client_.CloseIdle();
  }
}

TEST_F(ClientReuseTest, ASourceIdentifiesTheClient) {
  TestServerOptions options;
  options.client_certificate = true;
  const TestServer server(
      [](Peer& peer) {
        if (!peer.ReadRequest()) return;
        peer.Respond("200 OK", "Connection: close\r\n",
                     peer.socket().peer_certificate()->subject());
      },
      options);
  const auto source = [](const char* name) {
    return *ssl::CredentialSource::Create(
        {airlock::testing::TestCredentials(name)});
  };
  const auto with = [](std::shared_ptr<ssl::CredentialSource> of) {
    auto tls = std::make_shared<TlsOptions>();
    tls->credential_source = std::move(of);
    return tls;
  };
  const auto first = source("client_p256");
  const auto fetch = [&](std::shared_ptr<const TlsOptions> tls,
                         const char* subject, bool resumed) {
    Request request = Get(server);
    request.tls = std::move(tls);
    const auto response = client_.Fetch(std::move(request));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_THAT(response->body, ::testing::HasSubstr(subject));
    EXPECT_EQ(response->connection.tls.session_reused, resumed);
  };
  fetch(with(first), "client_p256", false);
  fetch(with(first), "client_p256", true);
  // Another source shares nothing, though its certificate is the same.
  fetch(with(source("client_p256")), "client_p256", false);
  ASSERT_TRUE(first
                  ->Update({airlock::testing::TestCredentials("client_rsa")},
                           runtime_->host().Now())
                  .ok());
  fetch(with(first), "client_rsa", false);
  fetch(with(first), "client_rsa", true);
  auto both = std::make_shared<TlsOptions>();
  both->credential_source = first;
  both->certificate = ssl::Secret(ReadTestdata("certs/client_p256.pem"));
  Request request = Get(server);
  request.tls = both;
  EXPECT_EQ(FailureOf(client_.Fetch(std::move(request)).status()),
            Failure::kInvalidRequest);
}

TEST_F(ClientReuseTest, OtherTrustNamesAndOriginsShareNothing) {
  const TestServer server(Always(Ok));
  ASSERT_TRUE(client_.Fetch(Get(server)).ok());
  const auto fresh = [&](Request request) {
    const auto response = client_.Fetch(std::move(request));
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() && !response->connection.reused &&
           !response->connection.tls.session_reused;
  };
  Request by_address = Get(server);
  by_address.url = absl::StrCat("https://127.0.0.1:", server.port());
  EXPECT_TRUE(fresh(std::move(by_address)));

  const auto with = [&](const std::function<void(TlsOptions&)>& change) {
    auto tls = std::make_shared<TlsOptions>();
    change(*tls);
    Request request = Get(server);
    request.tls = tls;
    return request;
  };
  EXPECT_TRUE(fresh(with([](TlsOptions& tls) {
    tls.ca_certs = platform::CaBytes{ReadTestdata("certs/root.pem")};
  })));
  EXPECT_TRUE(fresh(with([](TlsOptions& tls) {
    tls.verification.minimum_version = ssl::TlsVersion::kTls1_3;
  })));
  EXPECT_TRUE(
      fresh(with([](TlsOptions& tls) { tls.validate_certificate = false; })));
  EXPECT_TRUE(fresh(with([](TlsOptions& tls) {
    tls.certificate = ssl::Secret(ReadTestdata("certs/client_rsa.pem"));
    tls.private_key = ssl::Secret(ReadTestdata("certs/client_rsa.key"));
  })));
  // Equal content is the same.
  EXPECT_FALSE(fresh(with([](TlsOptions& tls) {
    tls.ca_certs = platform::CaBytes{ReadTestdata("certs/root.pem")};
  })));
  client_.CloseIdle();
}

TEST_F(ClientReuseTest, TheLimitsOfThePoolHold) {
  const TestServer server(Always(Ok));
  ClientOptions options = Direct();
  options.max_idle_connections = 0;
  Client none(runtime_.get(), std::move(options));
  options = Direct();
  options.idle_timeout = absl::ZeroDuration();
  Client at_once(runtime_.get(), std::move(options));
  for (Client* client : {&none, &at_once}) {
    for (int i = 0; i < 2; ++i) {
      const auto response = client->Fetch(Get(server));
      ASSERT_TRUE(response.ok()) << response.status();
      EXPECT_FALSE(response->connection.reused);
    }
  }
}

}  // namespace
}  // namespace airlock::http::testing
