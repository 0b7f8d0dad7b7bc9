// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/http/server/server_fixture.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "platform/context_request.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/trust_store.h"
#include "tests/platform/http/test_server.h"
#include "tests/support/testdata.h"

namespace airlock::http::testing {
namespace {

using airlock::testing::ReadTestdata;

std::string Cert(absl::string_view name) {
  return ReadTestdata(absl::StrCat("certs/", name));
}

// Collects a body and answers with it.
class Collector final : public BodySink {
 public:
  Collector(std::string text, std::shared_ptr<Responder> responder)
      : text_(std::move(text)), responder_(std::move(responder)) {}

  absl::Status OnData(absl::string_view data) override {
    absl::StrAppend(&text_, data);
    return absl::OkStatus();
  }

  void OnEnd() override { responder_->Respond(TextResponse(200, text_)); }

 private:
  std::string text_;
  const std::shared_ptr<Responder> responder_;
};

}  // namespace

std::shared_ptr<Handler> EchoHandler() {
  return std::make_shared<FunctionHandler>(
      [](const ServerRequest& request, ServerConnection& /*connection*/,
         std::shared_ptr<Responder> responder) {
        return std::make_unique<Collector>(
            absl::StrCat(request.method, " ", request.target, " "),
            std::move(responder));
      });
}

void Log::Add(std::string line) {
  absl::MutexLock lock(&mutex_);
  lines_.push_back(std::move(line));
}

void Log::OnResponse(absl::string_view /*peer*/, absl::string_view method,
                     absl::string_view target, int status) {
  Add(absl::StrCat(method, " ", target, " ", status));
}

void Log::OnFailure(absl::string_view /*peer*/, const absl::Status& why) {
  Add(absl::StrCat(ssl::ErrorKindName(ssl::GetErrorKind(why)), ": ",
                   why.message()));
}

void Log::OnEnd(absl::string_view /*peer*/, End why) {
  Add(why == End::kStopping ? "ended: stopping" : "ended: made room");
}

void Log::OnShortage(const absl::Status& why) {
  Add(absl::StrCat("shortage: ", why.message()));
}

void Log::OnReloadFailure(const absl::Status& why) {
  Add(absl::StrCat("reload: ", why.message()));
}

bool Log::WaitFor(absl::string_view text) {
  absl::MutexLock lock(&mutex_);
  const auto found = [this, text]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return std::any_of(
        lines_.begin(), lines_.end(),
        [&](const std::string& line) { return absl::StrContains(line, text); });
  };
  return mutex_.AwaitWithTimeout(absl::Condition(&found), absl::Minutes(1));
}

std::vector<std::string> Log::lines() const {
  absl::MutexLock lock(&mutex_);
  return lines_;
}

RawClient::RawClient(int port, bool plain) {
  Connect(port);
  static const auto* const context =
      new std::shared_ptr<const ssl::Context>(ClientContext());
  if (!plain) Wrap(*context, nullptr);
}

RawClient::RawClient(int port, std::shared_ptr<const ssl::Context> context,
                     std::shared_ptr<const ssl::Session> session) {
  Connect(port);
  Wrap(std::move(context), std::move(session));
}

void RawClient::Connect(int port) {
  auto transport = platform::Dial("127.0.0.1", static_cast<uint16_t>(port),
                                  absl::Minutes(1));
  EXPECT_TRUE(transport.ok()) << transport.status();
  owned_ = *std::move(transport);
  owned_->set_timeout(absl::Seconds(20));
  transport_ = owned_.get();
}

void RawClient::Wrap(std::shared_ptr<const ssl::Context> context,
                     std::shared_ptr<const ssl::Session> session) {
  ssl::SocketOptions options;
  options.server_hostname = "localhost";
  options.session = std::move(session);
  auto socket = ssl::WrapSocket(std::move(context), std::move(owned_),
                                std::move(options));
  EXPECT_TRUE(socket.ok()) << socket.status();
  socket_ = *std::move(socket);
  const ssl::IoResult result = socket_->Handshake();
  if (!result.done()) end_ = std::string(result.status().message());
}

bool RawClient::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const absl::Span<const uint8_t> span(
        reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    const ssl::IoResult result =
        socket_ == nullptr ? transport_->Write(span) : socket_->Write(span);
    if (!result.done()) return false;
    bytes.remove_prefix(result.bytes());
  }
  return true;
}

bool RawClient::Fill() {
  std::array<uint8_t, 16 << 10> part;
  const ssl::IoResult result = socket_ == nullptr
                                   ? transport_->Read(absl::MakeSpan(part))
                                   : socket_->Read(absl::MakeSpan(part));
  if (result.done()) {
    received_.append(reinterpret_cast<const char*>(part.data()),
                     result.bytes());
    return true;
  }
  if (result.closed()) {
    end_ = socket_ == nullptr ? "eof" : "close_notify";
  } else if (ssl::GetErrorKind(result.status()) ==
             ssl::ErrorKind::kUnexpectedEof) {
    end_ = "eof";
  } else {
    end_ = absl::StrCat("reset: ", result.status().message());
  }
  return false;
}

std::string RawClient::ReadUntil(absl::string_view text) {
  size_t at = 0;
  while ((at = received_.find(std::string(text))) == std::string::npos) {
    if (!Fill()) return std::exchange(received_, {});
  }
  std::string result = received_.substr(0, at + text.size());
  received_.erase(0, at + text.size());
  return result;
}

std::string RawClient::ReadAll() {
  while (Fill()) {
  }
  return std::exchange(received_, {});
}

void RawClient::HalfClose() { EXPECT_TRUE(socket_->Shutdown().done()); }

std::shared_ptr<const ssl::Context> ClientContext(
    std::function<void(ssl::ContextOptions*)> change) {
  ssl::ContextOptions options;
  auto store = ssl::TrustStore::Create(Cert("ca.pem"), "ca.pem");
  EXPECT_TRUE(store.ok()) << store.status();
  options.trust_store = *std::move(store);
  const absl::Time now = MakeRuntime()->host().Now();
  options.clock = [now] { return now; };
  if (change != nullptr) change(&options);
  auto context = ssl::Context::Create(std::move(options));
  EXPECT_TRUE(context.ok()) << context.status();
  return *std::move(context);
}

ssl::ContextOptions ServerContextOptions() {
  ssl::CredentialsOptions credentials;
  credentials.certfile = ssl::Secret(Cert("server_p256_chain.pem"));
  credentials.keyfile = ssl::Material(ssl::Secret(Cert("server_p256.key")));
  auto made = ssl::Credentials::Create(std::move(credentials));
  EXPECT_TRUE(made.ok()) << made.status();
  ssl::ContextOptions options;
  options.credentials = {*std::move(made)};
  options.verification.mode = ssl::VerifyMode::kNone;
  return options;
}

RunningServer::RunningServer(ServerOptions options)
    : runtime_(MakeRuntime()), log_(std::make_shared<Log>()) {
  options.observer = log_;
  if (options.context == nullptr) {
    options.context = [this] {
      platform::ContextRequest request;
      request.side = ssl::Side::kServer;
      request.cert_reqs = ssl::VerifyMode::kNone;
      return runtime_->CreateContext(request, ServerContextOptions());
    };
  }
  auto listener = platform::TcpListener::Listen("127.0.0.1", 0);
  EXPECT_TRUE(listener.ok()) << listener.status();
  listener_ = std::make_unique<platform::TcpListener>(*std::move(listener));
  auto server = Server::Create(std::move(options));
  EXPECT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  thread_ = std::thread([this] {
    const absl::Status ran = server_->Run(*listener_);
    EXPECT_TRUE(ran.ok()) << ran;
  });
}

RunningServer::~RunningServer() { Stop(); }

void RunningServer::Stop() {
  if (!thread_.joinable()) return;
  server_->Stop();
  thread_.join();
}

std::string RunningServer::Ask(absl::string_view bytes) {
  RawClient client(port());
  client.Send(bytes);
  return client.ReadAll();
}

ServerOptions WithHandler(std::shared_ptr<Handler> handler) {
  ServerOptions options;
  options.handler = std::move(handler);
  return options;
}

}  // namespace airlock::http::testing
