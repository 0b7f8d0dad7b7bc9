// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The HTTPS client against nginx.

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "ssl/error.h"
#include "tests/interop/nginx.h"
#include "tests/interop/peers.h"
#include "tests/support/testdata.h"

namespace airlock::interop {
namespace {

using http::Request;
using ::testing::HasSubstr;
using testing::ReadTestdata;

// Compressed files are sent in chunks, and "/old" is a
// redirect. "/who" needs a client certificate.
constexpr char kSite[] = R"(
  server {
    listen 127.0.0.1:$PORT ssl$HTTP2;
    root $DIR;
    gzip on;
    gzip_types *;
    gzip_min_length 1;
    ssl_verify_client optional;
    location = /old { return 307 /big; }
    location = /who {
      if ($ssl_client_verify != SUCCESS) { return 403; }
      return 200 "$ssl_client_s_dn";
    }
    location = /session { return 200 "$ssl_session_reused|$connection_requests"; }
    location = /last { keepalive_timeout 0; return 200 "$ssl_session_reused"; }
)";

// The parameter: whether nginx speaks HTTP/2.
class HttpsClientTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    auto server = StartNginx(absl::StrCat(
        absl::StrReplaceAll(kSite, {{"$HTTP2", GetParam() ? " http2" : ""}}),
        NginxIdentity("server_p256"), "\n  }"));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    auto runtime =
        platform::Runtime::Create(std::make_shared<platform::PosixHost>(),
                                  platform::ProcessEnvironment());
    ASSERT_TRUE(runtime.ok()) << runtime.status();
    runtime_ = *std::move(runtime);
    http::ClientOptions options;
    options.proxies = http::ProxyRules();
    client_ = std::make_unique<http::Client>(runtime_.get(), options);
    auto tls = std::make_shared<http::TlsOptions>();
    tls->ca_certs = platform::CaBytes{ReadTestdata("certs/ca.pem")};
    tls_ = tls;
  }

  Request Get(const std::string& path) const {
    Request request;
    request.url = absl::StrCat("https://localhost:", server_.port, path);
    request.tls = tls_;
    return request;
  }

  Server server_;
  std::unique_ptr<platform::Runtime> runtime_;
  std::unique_ptr<http::Client> client_;
  std::shared_ptr<const http::TlsOptions> tls_;
};

TEST_P(HttpsClientTest, CompressedChunksAndRedirectsArrive) {
  std::string text;
  while (text.size() < (1 << 20)) absl::StrAppend(&text, text.size(), "\n");
  ASSERT_TRUE(ScratchFile("big", text).ok());
  const auto response = client_->Fetch(Get("/old"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->redirects, 1);
  EXPECT_TRUE(response->decoded);
  EXPECT_EQ(response->version,
            GetParam() ? http::Version::kHttp2 : http::Version::kHttp1_1);
  EXPECT_EQ(response->headers.Has("Transfer-Encoding"), !GetParam());
  EXPECT_LT(response->body_bytes_received, text.size());
  EXPECT_TRUE(response->body == text);

  Request range = Get("/big");
  range.headers.Add("Range", "bytes=2-4");
  range.decompress = false;
  const auto part = client_->Fetch(std::move(range));
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->status, 206);
  EXPECT_EQ(part->body, text.substr(2, 3));

  Request head = Get("/big");
  head.method = "HEAD";
  const auto none = client_->Fetch(std::move(head));
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(none->status, 200);
  EXPECT_EQ(none->body, "");
}

TEST_P(HttpsClientTest, ConnectionsAndSessionsAreReused) {
  for (int i = 1; i <= 3; ++i) {
    const auto response = client_->Fetch(Get("/session"));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body, absl::StrCat(".|", i));
  }
  // In HTTP/2, nginx does not end the connection here.
  if (GetParam()) return;
  ASSERT_TRUE(client_->Fetch(Get("/last")).ok());  // Ends the connection.
  const auto response = client_->Fetch(Get("/last"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "r");
  EXPECT_TRUE(response->connection.tls.session_reused);
}

TEST_P(HttpsClientTest, ManyCallsRunAtOnce) {
  ASSERT_TRUE(ScratchFile("part", std::string(300000, 'x')).ok());
  auto loop = http::EventLoop::Create();
  ASSERT_TRUE(loop.ok()) << loop.status();
  // More than nginx allows at once on a connection in HTTP/2.
  constexpr int kCalls = 200;
  int finished = 0;
  int fresh = 0;
  for (int i = 0; i < kCalls; ++i) {
    Request request = Get("/part");
    request.decompress = false;
    client_->Start(loop->get(), std::move(request),
                   [&](absl::StatusOr<http::Response> response) {
                     ++finished;
                     ASSERT_TRUE(response.ok()) << response.status();
                     EXPECT_EQ(response->body.size(), 300000u);
                     if (!response->connection.reused) ++fresh;
                   });
  }
  while (finished < kCalls) ASSERT_TRUE((*loop)->RunOnce().ok());
  EXPECT_TRUE(!GetParam() || fresh == 1) << fresh;
}

TEST_P(HttpsClientTest, ClientCertificatesAreShown) {
  const auto anonymous = client_->Fetch(Get("/who"));
  ASSERT_TRUE(anonymous.ok()) << anonymous.status();
  EXPECT_EQ(anonymous->status, 403);
  auto tls = std::make_shared<http::TlsOptions>();
  tls->ca_certs = tls_->ca_certs;
  tls->certificate = ssl::Secret(ReadTestdata("certs/client_p256.pem"));
  tls->private_key = ssl::Secret(ReadTestdata("certs/client_p256.key"));
  Request request = Get("/who");
  request.tls = tls;
  const auto response = client_->Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->body, HasSubstr("OU=client_p256"));
}

INSTANTIATE_TEST_SUITE_P(Versions, HttpsClientTest, ::testing::Bool());

}  // namespace
}  // namespace airlock::interop
