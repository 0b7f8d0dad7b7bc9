// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Redirects: methods, bodies, and what another origin gets to see.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/client.h"
#include "ssl/credential_source.h"
#include "ssl/error.h"
#include "tests/platform/http/test_server.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::http::testing {
namespace {

using airlock::testing::ReadTestdata;
using ::testing::HasSubstr;

// "/STATUS/LOCATION" redirects; "/end" shows the request.
class Redirector {
 public:
  explicit Redirector(TestServerOptions options = {})
      : server_(Always([this](Peer& peer, const SeenRequest& request) {
                  Answer(peer, request);
                }),
                options) {}

  const TestServer& server() const { return server_; }
  SeenRequest last() const {
    const absl::MutexLock lock(&mutex_);
    return last_;
  }

 private:
  void Answer(Peer& peer, const SeenRequest& request) {
    {
      const absl::MutexLock lock(&mutex_);
      last_ = request;
    }
    int status = 0;
    if (!absl::SimpleAtoi(request.target.substr(1, 3), &status)) {
      peer.Respond("200 OK", "",
                   absl::StrCat(request.method, " ", request.body));
      return;
    }
    peer.Respond(absl::StrCat(status, " Moved"),
                 absl::StrCat("Location: ", request.target.substr(5), "\r\n"),
                 "this is not the page");
  }

  mutable absl::Mutex mutex_;
  SeenRequest last_ ABSL_GUARDED_BY(mutex_);
  TestServer server_;
};

class ClientRedirectTest : public ::testing::Test {
 protected:
  // Sends `method` to a redirect of `status`, with a body if it takes one.
  absl::StatusOr<Response> Fetch(const Redirector& to, int status,
                                 const std::string& method,
                                 const std::string& location = "/end") {
    Request request;
    request.url = to.server().Url(absl::StrCat("/", status, "/", location));
    request.method = method;
    if (method[0] == 'P') {
      request.body = "body";
      request.headers.Add("Content-Type", "text/plain");
    }
    return client_.Fetch(std::move(request));
  }

  std::unique_ptr<platform::Runtime> runtime_ = MakeRuntime();
  Client client_{runtime_.get(), Direct()};
};

TEST_F(ClientRedirectTest, MethodsChangeAsTheStandardSays) {
  const Redirector redirector;
  for (const int status : {301, 302, 303, 307, 308}) {
    for (const std::string method : {"GET", "POST", "PUT", "DELETE", "PATCH"}) {
      const auto response = Fetch(redirector, status, method);
      ASSERT_TRUE(response.ok()) << response.status();
      const bool to_get = status == 303 || (status < 303 && method == "POST");
      const bool has_body = method[0] == 'P' && !to_get;
      EXPECT_EQ(response->body, absl::StrCat(to_get ? "GET" : method, " ",
                                             has_body ? "body" : ""))
          << status << method;
      EXPECT_EQ(redirector.last().Header("Content-Type").empty(), !has_body);
      EXPECT_EQ(response->redirects, 1);
      EXPECT_EQ(response->url, redirector.server().Url("/end"));
    }
    const auto head = Fetch(redirector, status, "HEAD");
    ASSERT_TRUE(head.ok()) << head.status();
    EXPECT_EQ(redirector.last().method, "HEAD");
    client_.CloseIdle();
  }
}

TEST_F(ClientRedirectTest, FiveAreFollowed) {
  const Redirector redirector;
  std::string five = "/end";
  for (int i = 0; i < 4; ++i) five = absl::StrCat("/302/", five);
  const auto response = Fetch(redirector, 302, "GET", five);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->redirects, 5);
  const absl::Status status =
      Fetch(redirector, 302, "GET", absl::StrCat("/302/", five)).status();
  EXPECT_EQ(FailureOf(status), Failure::kRedirect) << status;
  // An endless one.
  EXPECT_EQ(FailureOf(Fetch(redirector, 302, "GET", "").status()),
            Failure::kRedirect);
  client_.CloseIdle();
}

// Nobody reads the body of a redirect.
TEST_F(ClientRedirectTest, ARedirectNeedsNoWholeBody) {
  for (const bool polite : {true, false}) {
    TestServerOptions options;
    options.close_notify = polite;
    const TestServer server(
        [](Peer& peer) {
          const std::optional<SeenRequest> request = peer.ReadRequest();
          if (request.has_value() && request->target == "/end") {
            peer.Respond("200 OK", "Connection: close\r\n",
                         absl::StrCat(request->method, " ", request->body));
          } else {
            peer.Send(
                "HTTP/1.1 307 Moved\r\nLocation: /end\r\n"
                "Content-Length: 9999\r\n\r\na part of it");
          }
        },
        options);
    Request request;
    request.url = server.Url("/cut");
    request.method = "POST";
    request.body = "body";
    const absl::StatusOr<Response> response = client_.Fetch(std::move(request));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body, "POST body");
    EXPECT_EQ(response->redirects, 1);
  }
}

TEST_F(ClientRedirectTest, NoneIsFollowedUnlessAsked) {
  const Redirector redirector;
  Request request;
  request.url = redirector.server().Url("/302/http://elsewhere/");
  request.max_redirects = 0;
  const auto response = client_.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(response->body, "this is not the page");
  client_.CloseIdle();
}

TEST_F(ClientRedirectTest, OnlyHttpsIsFollowed) {
  const Redirector redirector;
  for (const char* location :
       {"http://localhost/", "file:///etc/passwd", "ftp://x/", "//u:p@x/"}) {
    const absl::Status status =
        Fetch(redirector, 302, "GET", location).status();
    EXPECT_EQ(FailureOf(status), Failure::kRedirect) << status;
  }
  client_.CloseIdle();
}

TEST_F(ClientRedirectTest, OtherOriginsGetNoSecrets) {
  const Redirector first;
  const Redirector second;
  const auto fetch = [&](const std::string& location) {
    Request request;
    request.url = first.server().Url(absl::StrCat("/307/", location));
    request.headers = {{"Authorization", "Bearer a"},
                       {"Cookie", "b=c"},
                       {"X-Api-Key", "d"},
                       {"Accept", "text/x"},
                       {"User-Agent", "mine"}};
    return client_.Fetch(std::move(request));
  };
  ASSERT_TRUE(fetch("/end").ok());
  EXPECT_EQ(first.last().Header("Authorization"), "Bearer a");
  EXPECT_EQ(first.last().Header("Cookie"), "b=c");
  EXPECT_EQ(first.last().Header("X-Api-Key"), "d");

  const auto away = fetch(second.server().Url("/end"));
  ASSERT_TRUE(away.ok()) << away.status();
  EXPECT_EQ(second.last().Header("Authorization"), "");
  EXPECT_EQ(second.last().Header("Cookie"), "");
  EXPECT_EQ(second.last().Header("X-Api-Key"), "");
  EXPECT_EQ(second.last().Header("Accept"), "text/x");
  EXPECT_EQ(second.last().Header("User-Agent"), "mine");

  // The first origin does not get them back either: the second one chose that
  // URL.
  const auto back = fetch(
      second.server().Url(absl::StrCat("/307/", first.server().Url("/end"))));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->redirects, 2);
  EXPECT_EQ(first.last().target, "/end");
  EXPECT_EQ(first.last().Header("Authorization"), "");
  client_.CloseIdle();
}

TEST_F(ClientRedirectTest, OtherOriginsGetNoClientCertificate) {
  TestServerOptions options;
  options.client_certificate = true;
  const Redirector first(options);
  const Redirector second(options);
  bool live = false;
  const auto fetch = [&](const std::string& location) {
    auto tls = std::make_shared<TlsOptions>();
    if (live) {
      tls->credential_source = *ssl::CredentialSource::Create(
          {airlock::testing::TestCredentials("client_p256")});
    } else {
      tls->certificate = ssl::Secret(ReadTestdata("certs/client_p256.pem"));
      tls->private_key = ssl::Secret(ReadTestdata("certs/client_p256.key"));
    }
    Request request;
    request.url = first.server().Url(absl::StrCat("/307/", location));
    request.tls = tls;
    return client_.Fetch(std::move(request));
  };
  for (const bool is_live : {false, true}) {
    live = is_live;
    const auto same = fetch("/end");
    ASSERT_TRUE(same.ok()) << same.status();
    // The second server refuses clients without a certificate.
    const absl::Status away = fetch(second.server().Url("/end")).status();
    EXPECT_EQ(ssl::GetErrorKind(away), ssl::ErrorKind::kPeerAlert) << away;
  }
  client_.CloseIdle();
}

// A body that cannot start again is not sent half.
TEST_F(ClientRedirectTest, BodiesAreSentAgainFromTheirBeginning) {
  class Reader : public BodyReader {
   public:
    explicit Reader(bool rewinds) : rewinds_(rewinds) {}
    absl::StatusOr<size_t> Read(absl::Span<char> into) override {
      if (offset_ == 3) return 0;
      into[0] = "abc"[offset_++];
      return 1;
    }
    absl::Status Rewind() override {
      if (!rewinds_) return BodyReader::Rewind();
      offset_ = 0;
      return absl::OkStatus();
    }

   private:
    const bool rewinds_;
    size_t offset_ = 0;
  };
  const Redirector redirector;
  for (const bool rewinds : {true, false}) {
    Request request;
    request.url = redirector.server().Url("/308//end");
    request.method = "PUT";
    request.body_reader = std::make_unique<Reader>(rewinds);
    const auto response = client_.Fetch(std::move(request));
    if (rewinds) {
      ASSERT_TRUE(response.ok()) << response.status();
      EXPECT_EQ(response->body, "PUT abc");
    } else {
      EXPECT_EQ(FailureOf(response.status()), Failure::kBody);
    }
  }
  client_.CloseIdle();
}

}  // namespace
}  // namespace airlock::http::testing
