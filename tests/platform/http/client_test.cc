// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/client.h"

#include <sys/resource.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/platform/http/test_server.h"
#include "tests/support/testdata.h"

namespace airlock::http::testing {
namespace {

using airlock::testing::ReadTestdata;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Cert(absl::string_view name) {
  return ReadTestdata(absl::StrCat("certs/", name));
}

Request Get(std::string url) {
  Request request;
  request.url = std::move(url);
  return request;
}

// Sends back what the server saw.
void Echo(Peer& peer, const SeenRequest& request) {
  peer.Respond("200 OK", "X-Echo: yes\r\n",
               request.method == "HEAD"
                   ? ""
                   : absl::StrCat(request.method, " ", request.target, " ",
                                  request.body));
}

// Gives a text in small parts.
class TextReader : public BodyReader {
 public:
  TextReader(std::string text, bool sized)
      : text_(std::move(text)), sized_(sized) {}
  absl::StatusOr<size_t> Read(absl::Span<char> into) override {
    const size_t size =
        std::min<size_t>({into.size(), 1000, text_.size() - offset_});
    text_.copy(into.data(), size, offset_);
    offset_ += size;
    return size;
  }
  std::optional<uint64_t> size() const override {
    if (!sized_) return std::nullopt;
    return text_.size();
  }

 private:
  const std::string text_;
  const bool sized_;
  size_t offset_ = 0;
};

class ClientTest : public ::testing::Test {
 protected:
  std::unique_ptr<platform::Runtime> runtime_ = MakeRuntime();
  Client client_{runtime_.get(), Direct()};
};

TEST_F(ClientTest, EachMethodArrives) {
  const TestServer server(Always(Echo));
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH"}) {
    Request request = Get(server.Url("/a?b"));
    request.method = method;
    const bool has_body = request.method[0] == 'P';
    if (has_body) request.body = "text";
    const auto response = client_.Fetch(std::move(request));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->reason, "OK");
    EXPECT_EQ(response->body,
              absl::StrCat(method, " /a?b ", has_body ? "text" : ""));
    EXPECT_EQ(*response->headers.Get("x-echo"), "yes");
  }
  Request head = Get(server.Url());
  head.method = "HEAD";
  const auto response = client_.Fetch(std::move(head));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(server.connections(), 1);
  client_.CloseIdle();
}

TEST_F(ClientTest, SaysWhatItIsAndWhatItTakes) {
  SeenRequest seen;
  const TestServer server(Always([&](Peer& peer, const SeenRequest& request) {
    seen = request;
    Echo(peer, request);
  }));
  ASSERT_TRUE(client_.Fetch(Get(server.Url())).ok());
  EXPECT_EQ(seen.Header("Host"), absl::StrCat("localhost:", server.port()));
  EXPECT_EQ(seen.Header("User-Agent"), "airlock");
  EXPECT_EQ(seen.Header("Accept-Encoding"), "gzip");
  EXPECT_THAT(seen.head, Not(HasSubstr("Content-Length")));
  Request post = Get(server.Url());
  post.method = "POST";
  post.headers = {{"User-Agent", "mine"}, {"X-A", "1"}, {"X-A", "2"}};
  post.decompress = false;
  ASSERT_TRUE(client_.Fetch(std::move(post)).ok());
  EXPECT_EQ(seen.Header("User-Agent"), "mine");
  EXPECT_EQ(seen.Header("Content-Length"), "0");
  EXPECT_THAT(seen.head, AllOf(HasSubstr("X-A: 1\r\nX-A: 2\r\n"),
                               Not(HasSubstr("Accept-Encoding"))));
  client_.CloseIdle();
}

TEST_F(ClientTest, ResponsesTellOfTheConnection) {
  const TestServer server(Always(Echo));
  const auto response = client_.Fetch(Get(server.Url("/x")));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->url, server.Url("/x"));
  EXPECT_EQ(response->connection.address,
            absl::StrCat("127.0.0.1:", server.port()));
  EXPECT_TRUE(response->connection.verified);
  EXPECT_EQ(response->connection.tls.version, ssl::TlsVersion::kTls1_3);
  EXPECT_EQ(response->connection.tls.alpn, "http/1.1");
  EXPECT_FALSE(response->connection.presented_chain.empty());
  const Timing& timing = response->timing;
  EXPECT_LE(*timing.resolved, *timing.connected);
  EXPECT_LE(*timing.connected, *timing.secured);
  EXPECT_LE(*timing.secured, timing.first_byte);
  EXPECT_LE(timing.first_byte, timing.total);
  client_.CloseIdle();
}

// A megabyte each way, as the transport's buffers do not hold it.
TEST_F(ClientTest, BodiesComeFromReaders) {
  const TestServer server(Always(Echo));
  std::string text;
  while (text.size() < (1 << 20)) absl::StrAppend(&text, text.size(), "\n");
  for (const bool sized : {true, false}) {
    Request request = Get(server.Url("/"));
    request.method = "PUT";
    request.body_reader = std::make_unique<TextReader>(text, sized);
    const auto response = client_.Fetch(std::move(request));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_TRUE(response->body == absl::StrCat("PUT / ", text));
  }
  client_.CloseIdle();
}

TEST_F(ClientTest, AFailingReaderEndsTheCall) {
  class Failing : public BodyReader {
    absl::StatusOr<size_t> Read(absl::Span<char>) override {
      return absl::DataLossError("the disk is gone");
    }
  };
  class Short : public BodyReader {
    absl::StatusOr<size_t> Read(absl::Span<char>) override { return 0; }
    std::optional<uint64_t> size() const override { return 10; }
  };
  const TestServer server(Always(Echo));
  Request request = Get(server.Url("/"));
  request.method = "PUT";
  request.body_reader = std::make_unique<Failing>();
  absl::Status status = client_.Fetch(std::move(request)).status();
  EXPECT_EQ(FailureOf(status), Failure::kBody);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the disk is gone"));
  request = Get(server.Url("/"));
  request.method = "PUT";
  request.body_reader = std::make_unique<Short>();
  status = client_.Fetch(std::move(request)).status();
  EXPECT_EQ(FailureOf(status), Failure::kBody);
  EXPECT_THAT(std::string(status.message()), HasSubstr("fewer"));
}

TEST_F(ClientTest, ResponsesAreStreamed) {
  const TestServer server([](Peer& peer) {
    if (!peer.ReadRequest()) return;
    peer.Send(
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 1000; ++i) peer.Send("3\r\nabc\r\n");
    peer.Send("0\r\n\r\n");
    peer.WaitForEnd();
  });
  Request request = Get(server.Url());
  std::string data;
  int heads = 0;
  request.on_head = [&](const Response& head) {
    ++heads;
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(data, "");
    return absl::OkStatus();
  };
  request.on_data = [&](absl::string_view part) {
    EXPECT_EQ(heads, 1);
    data.append(part.data(), part.size());
    return absl::OkStatus();
  };
  const auto response = client_.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(response->body_bytes_received, 3000u);
  EXPECT_EQ(data.size(), 3000u);
  EXPECT_EQ(heads, 1);

  Request failing = Get(server.Url());
  failing.on_data = [](absl::string_view) -> absl::Status {
    throw std::runtime_error("the callback's own");
  };
  client_.CloseIdle();
  const absl::Status status = client_.Fetch(std::move(failing)).status();
  EXPECT_EQ(FailureOf(status), Failure::kBody);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the callback's own"));
  client_.CloseIdle();
}

TEST_F(ClientTest, GzipIsDecoded) {
  const std::string text(100000, 'a');
  const std::string packed = Gzip(text) + Gzip("b");
  const TestServer server(Always([&](Peer& peer, const SeenRequest& request) {
    peer.Respond("200 OK",
                 request.target == "/twice" ? "Content-Encoding: gzip, gzip\r\n"
                                            : "Content-Encoding: gzip\r\n",
                 request.target == "/cut"    ? packed.substr(0, 50)
                 : request.target == "/bad"  ? "not gzip"
                 : request.target == "/none" ? ""
                                             : absl::string_view(packed));
  }));
  auto response = client_.Fetch(Get(server.Url()));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->body == text + "b");
  EXPECT_TRUE(response->decoded);
  EXPECT_EQ(response->body_bytes_received, packed.size());

  // As it came, where that was asked for or is not understood.
  Request raw = Get(server.Url());
  raw.headers.Add("Accept-Encoding", "gzip");
  response = client_.Fetch(std::move(raw));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->body == packed);
  response = client_.Fetch(Get(server.Url("/twice")));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->body == packed);
  EXPECT_FALSE(response->decoded);

  response = client_.Fetch(Get(server.Url("/none")));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(FailureOf(client_.Fetch(Get(server.Url("/cut"))).status()),
            Failure::kTruncated);
  EXPECT_EQ(FailureOf(client_.Fetch(Get(server.Url("/bad"))).status()),
            Failure::kProtocol);
  client_.CloseIdle();
}

TEST_F(ClientTest, InvalidRequestsConnectNowhere) {
  const TestServer server(Always(Echo));
  const std::string url = server.Url();
  std::vector<Request> requests;
  const auto add = [&](const std::function<void(Request&)>& change) {
    requests.push_back(Get(url));
    change(requests.back());
  };
  add([](Request& r) { r.method = "GET / HTTP/1.1\r\nX: y\r\n\r\nGET"; });
  add([](Request& r) { r.method = ""; });
  add([](Request& r) { r.method = "CONNECT"; });
  add([](Request& r) { r.url += "\r\nX: y"; });
  add([](Request& r) { r.url += " HTTP/1.1"; });
  add([](Request& r) { r.headers.Add("X: y\r\nZ", "a"); });
  add([](Request& r) { r.headers.Add("X", "a\r\nY: b"); });
  add([](Request& r) { r.headers.Add("X", "a\n"); });
  add([](Request& r) { r.headers.Add("Content-Length", "1"); });
  add([](Request& r) { r.headers.Add("transfer-encoding", "chunked"); });
  add([](Request& r) { r.headers.Add("Host", "other"); });
  add([](Request& r) { r.headers.Add("Connection", "close"); });
  add([](Request& r) { r.headers.Add("Proxy-Authorization", "x"); });
  add([](Request& r) { r.timeout = absl::ZeroDuration(); });
  add([](Request& r) { r.max_redirects = 6; });
  add([](Request& r) {
    r.body = "x";
    r.body_reader = std::make_unique<TextReader>("x", true);
  });
  add([](Request& r) {
    auto tls = std::make_shared<TlsOptions>();
    tls->private_key = ssl::Secret("x");
    r.tls = tls;
  });
  for (size_t i = 0; i < requests.size(); ++i) {
    const absl::Status status = client_.Fetch(std::move(requests[i])).status();
    ASSERT_FALSE(status.ok()) << i;
    EXPECT_EQ(FailureOf(status), Failure::kInvalidRequest) << i << status;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(ClientTest, TheServerIsVerified) {
  const auto status_with = [this](const std::string& certificate) {
    TestServerOptions options;
    options.certificate = certificate;
    const TestServer server(Always(Echo), options);
    return client_.Fetch(Get(server.Url())).status();
  };
  const absl::Status untrusted = status_with("server_other");
  EXPECT_EQ(FailureOf(untrusted), Failure::kTls);
  const std::optional<ssl::Error> error = ssl::GetError(untrusted);
  ASSERT_TRUE(error.has_value()) << untrusted;
  EXPECT_EQ(error->kind, ssl::ErrorKind::kVerification);
  EXPECT_EQ(error->verify_code, 20);
  EXPECT_EQ(error->depth, 0);
  EXPECT_THAT(error->subject, HasSubstr("server_other"));
  EXPECT_EQ(ssl::GetErrorKind(status_with("wrong_host")),
            ssl::ErrorKind::kHostname);
  EXPECT_EQ(ssl::GetErrorKind(status_with("expired")),
            ssl::ErrorKind::kVerification);
}

TEST_F(ClientTest, VerificationIsOffOnlyWhereThePolicyLetsIt) {
  TestServerOptions options;
  options.certificate = "server_other";
  const TestServer server(Always(Echo), options);
  const auto fetch = [&](Client& client) {
    Request request = Get(server.Url());
    auto tls = std::make_shared<TlsOptions>();
    tls->validate_certificate = false;
    request.tls = tls;
    return client.Fetch(std::move(request));
  };
  const auto allowed = fetch(client_);
  ASSERT_TRUE(allowed.ok()) << allowed.status();
  EXPECT_FALSE(allowed->connection.verified);
  // A call that verifies does not get that connection.
  EXPECT_EQ(ssl::GetErrorKind(client_.Fetch(Get(server.Url())).status()),
            ssl::ErrorKind::kVerification);
  client_.CloseIdle();

  const auto strict = MakeRuntime("enforce");
  Client enforced(strict.get(), Direct());
  const int before = server.connections();
  const absl::Status refused = fetch(enforced).status();
  EXPECT_EQ(FailureOf(refused), Failure::kTls);
  EXPECT_EQ(ssl::GetErrorKind(refused), ssl::ErrorKind::kPolicy) << refused;
  EXPECT_EQ(server.connections(), before);
  EXPECT_EQ(strict->counters().refusals, 1u);
}

TEST_F(ClientTest, EachRequestHasItsTrust) {
  TestServerOptions options;
  options.certificate = "server_other";
  const TestServer server(Always(Echo), options);
  auto own = std::make_shared<TlsOptions>();
  own->ca_certs = platform::CaBytes{Cert("other_root.pem")};
  Request request = Get(server.Url());
  request.tls = own;
  auto response = client_.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  // The kept connection belongs to that trust.
  EXPECT_FALSE(client_.Fetch(Get(server.Url())).ok());

  auto pinned = std::make_shared<TlsOptions>();
  pinned->ca_certs = platform::CaBytes{Cert("other_root.pem")};
  pinned->verification.pins = {std::string(32, 'x')};
  request = Get(server.Url());
  request.tls = pinned;
  EXPECT_EQ(ssl::GetErrorKind(client_.Fetch(std::move(request)).status()),
            ssl::ErrorKind::kVerification);
  pinned = std::make_shared<TlsOptions>();
  pinned->ca_certs = own->ca_certs;
  pinned->verification.pins = {
      response->connection.presented_chain[0].SpkiSha256()};
  request = Get(server.Url());
  request.tls = pinned;
  response = client_.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_FALSE(response->connection.reused);
  client_.CloseIdle();
}

TEST_F(ClientTest, ClientCertificatesComeFromStrings) {
  TestServerOptions options;
  options.client_certificate = true;
  const TestServer server(
      Always([](Peer& peer, const SeenRequest&) {
        peer.Respond("200 OK", "", peer.socket().peer_certificate()->subject());
      }),
      options);
  auto tls = std::make_shared<TlsOptions>();
  tls->certificate = ssl::Secret(Cert("client_p256.pem"));
  tls->private_key = ssl::Secret(Cert("client_p256.key"));
  Request request = Get(server.Url());
  request.tls = tls;
  const auto response = client_.Fetch(std::move(request));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->body, HasSubstr("OU=client_p256"));
  // Without one; and no other call gets the connection of the one that had it.
  const absl::Status refused = client_.Fetch(Get(server.Url())).status();
  EXPECT_EQ(ssl::GetErrorKind(refused), ssl::ErrorKind::kPeerAlert) << refused;
  client_.CloseIdle();
}

TEST_F(ClientTest, UnknownHostsAndClosedPortsSaySo) {
  const absl::Status unknown =
      client_.Fetch(Get("https://no-such-host.invalid/")).status();
  EXPECT_EQ(FailureOf(unknown), Failure::kResolve) << unknown;
  EXPECT_THAT(std::string(unknown.message()),
              HasSubstr("no-such-host.invalid"));
  int port = 0;
  {
    const TestServer gone(Always(Echo));
    port = gone.port();
  }
  const absl::Status closed =
      client_.Fetch(Get(absl::StrCat("https://127.0.0.1:", port))).status();
  EXPECT_EQ(FailureOf(closed), Failure::kConnect) << closed;
  EXPECT_THAT(std::string(closed.message()),
              HasSubstr(absl::StrCat("127.0.0.1:", port)));
}

TEST_F(ClientTest, OneDeadlineLimitsTheLookup) {
  // The lookup may outlive the test.
  const auto done = std::make_shared<absl::Notification>();
  ClientOptions options = Direct();
  options.resolve = [done](const std::string& host, uint16_t port) {
    done->WaitForNotification();
    return ResolveWithSystem(host, port);
  };
  {
    Client client(runtime_.get(), std::move(options));
    Request request = Get("https://localhost/");
    request.timeout = absl::Milliseconds(100);
    const absl::Status status = client.Fetch(std::move(request)).status();
    EXPECT_EQ(FailureOf(status), Failure::kTimeout);
    EXPECT_THAT(std::string(status.message()), HasSubstr("the address of"));
  }
  done->Notify();
}

TEST_F(ClientTest, ManyCallsRunOnOneThread) {
  const TestServer server(Always(Echo));
  auto loop = EventLoop::Create();
  ASSERT_TRUE(loop.ok()) << loop.status();
  constexpr int kCalls = 100;
  int finished = 0;
  for (int i = 0; i < kCalls; ++i) {
    client_.Start(loop->get(), Get(server.Url(absl::StrCat("/", i))),
                  [&finished, i](absl::StatusOr<Response> response) {
                    ASSERT_TRUE(response.ok()) << response.status();
                    EXPECT_EQ(response->body, absl::StrCat("GET /", i, " "));
                    ++finished;
                  });
  }
  EXPECT_EQ(finished, 0);
  while (finished < kCalls) ASSERT_TRUE((*loop)->RunOnce().ok());
  client_.CloseIdle();
}

// At whatever step the descriptors run out, the error says so.
TEST_F(ClientTest, ALackOfDescriptorsIsAnError) {
  const TestServer server(Always(Echo));
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const int next = dup(STDERR_FILENO);
  ASSERT_GE(next, 0);
  close(next);
  // The first needs no descriptor of its own, the second connects.
  for (const rlim_t more : {0, 1}) {
    rlimit low = limit;
    low.rlim_cur = next + more;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
    const auto response = client_.Fetch(Get(server.Url()));
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ASSERT_FALSE(response.ok());
    EXPECT_EQ(response.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(response.status().message(), HasSubstr("Too many open files"));
  }
  const auto response = client_.Fetch(Get(server.Url()));
  EXPECT_TRUE(response.ok()) << response.status();
  client_.CloseIdle();
}

}  // namespace
}  // namespace airlock::http::testing
