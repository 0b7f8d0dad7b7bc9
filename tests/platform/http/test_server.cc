// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/http/test_server.h"

#include <sys/socket.h>
#include <zlib.h>

#include <array>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "tests/support/testdata.h"

namespace airlock::http::testing {
namespace {

using airlock::testing::ReadTestdata;
using platform::PosixTransport;

std::string Cert(absl::string_view name) {
  return ReadTestdata(absl::StrCat("certs/", name));
}

absl::Span<const uint8_t> Bytes(absl::string_view text) {
  return absl::MakeSpan(reinterpret_cast<const uint8_t*>(text.data()),
                        text.size());
}

// The decrypted stream of a Socket.
class SocketStream final : public ssl::Transport {
 public:
  explicit SocketStream(ssl::Socket* socket) : socket_(socket) {}
  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    return socket_->Read(into);
  }
  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    return socket_->Write(from);
  }

 private:
  ssl::Socket* const socket_;
};

// Copies until `from` ends, and then tells `to`. Another thread may copy the
// other way: each writes with a transport of its own.
void Copy(PosixTransport* from, int to) {
  platform::PosixTransportOptions options;
  options.ownership = platform::FdOwnership::kBorrowed;
  options.timeout = absl::Minutes(1);
  const auto writer = PosixTransport::Create(to, std::move(options));
  ASSERT_TRUE(writer.ok()) << writer.status();
  std::array<uint8_t, 16 << 10> part;
  while (true) {
    const ssl::IoResult read = from->Read(absl::MakeSpan(part));
    if (!read.done()) break;
    absl::Span<const uint8_t> left(part.data(), read.bytes());
    while (!left.empty()) {
      const ssl::IoResult written = (*writer)->Write(left);
      if (!written.done()) return;
      left.remove_prefix(written.bytes());
    }
  }
  shutdown(to, SHUT_WR);
}

}  // namespace

std::unique_ptr<platform::Runtime> MakeRuntime(const std::string& verify) {
  const auto host = std::make_shared<platform::FakeHost>();
  host->SetFile("/etc/ca-certificates.crt", Cert("ca.pem"));
  host->AdvanceTime(absl::Hours(1));
  if (!verify.empty()) host->SetVariable("AIRLOCK_VERIFY", verify);
  auto runtime = platform::Runtime::Create(host, host->environment());
  EXPECT_TRUE(runtime.ok()) << runtime.status();
  return *std::move(runtime);
}

ClientOptions Direct() {
  ClientOptions options;
  options.proxies = ProxyRules();
  return options;
}

std::string SeenRequest::Header(absl::string_view name) const {
  for (absl::string_view line : absl::StrSplit(head, "\r\n")) {
    if (absl::StartsWithIgnoreCase(line, absl::StrCat(name, ": "))) {
      return std::string(line.substr(name.size() + 2));
    }
  }
  return "";
}

bool Peer::Fill() {
  std::array<uint8_t, 16 << 10> part;
  const ssl::IoResult result = stream_->Read(absl::MakeSpan(part));
  if (!result.done()) return false;
  received_.append(reinterpret_cast<const char*>(part.data()), result.bytes());
  return true;
}

std::optional<SeenRequest> Peer::ReadRequest() {
  size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return std::nullopt;
  }
  SeenRequest request;
  request.head = received_.substr(0, end + 2);
  received_.erase(0, end + 4);
  const std::vector<std::string> words =
      absl::StrSplit(request.head.substr(0, request.head.find('\r')), ' ');
  request.method = words[0];
  if (words.size() > 1) request.target = words[1];
  size_t size = 0;
  if (absl::SimpleAtoi(request.Header("Content-Length"), &size)) {
    while (received_.size() < size) {
      if (!Fill()) return std::nullopt;
    }
    request.body = received_.substr(0, size);
    received_.erase(0, size);
  }
  while (request.Header("Transfer-Encoding") == "chunked") {
    size_t line = 0;
    while ((line = received_.find("\r\n")) == std::string::npos) {
      if (!Fill()) return std::nullopt;
    }
    uint32_t chunk = 0;
    if (!absl::SimpleHexAtoi(received_.substr(0, line), &chunk)) {
      return std::nullopt;
    }
    while (received_.size() < line + 4 + chunk) {
      if (!Fill()) return std::nullopt;
    }
    request.body += received_.substr(line + 2, chunk);
    received_.erase(0, line + 4 + chunk);
    if (chunk == 0) break;
  }
  return request;
}

bool Peer::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssl::IoResult result = stream_->Write(Bytes(bytes));
    if (!result.done()) return false;
    bytes.remove_prefix(result.bytes());
  }
  return true;
}

bool Peer::Respond(absl::string_view status, absl::string_view headers,
                   absl::string_view body) {
  return Send(absl::StrCat("HTTP/1.1 ", status, "\r\n", headers,
                           "Content-Length: ", body.size(), "\r\n\r\n", body));
}

std::optional<std::string> Peer::Read(size_t size) {
  while (received_.size() < size) {
    if (!Fill()) return std::nullopt;
  }
  std::string bytes = received_.substr(0, size);
  received_.erase(0, size);
  return bytes;
}

void Peer::WaitForEnd() {
  while (Fill()) {
  }
}

Listener::Listener(Serve serve)
    : serve_(std::move(serve)),
      listener_(platform::TcpListener::Listen("127.0.0.1", 0)) {
  if (!listener_.ok()) {
    ADD_FAILURE() << listener_.status();
    return;
  }
  acceptor_ = std::thread([this] { Accept(); });
}

Listener::~Listener() {
  stopping_ = true;
  // Wakes the acceptor.
  if (listener_.ok()) {
    platform::Dial("127.0.0.1", listener_->port(), absl::Minutes(1))
        .status()
        .IgnoreError();
    acceptor_.join();
  }
  std::vector<std::thread> threads;
  {
    const absl::MutexLock lock(&mutex_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

void Listener::Accept() {
  while (true) {
    auto transport = listener_->Accept(absl::Minutes(5));
    if (stopping_) return;
    // A test may lower the limit for descriptors at any moment.
    if (absl::IsResourceExhausted(transport.status())) {
      std::this_thread::yield();
      continue;
    }
    if (!transport.ok()) return;
    (*transport)->set_timeout(absl::Minutes(1));
    ++connections_;
    const absl::MutexLock lock(&mutex_);
    threads_.emplace_back([this, moved = *std::move(transport)]() mutable {
      serve_(std::move(moved));
    });
  }
}

TestServer::TestServer(Script script, TestServerOptions options)
    : script_(std::move(script)),
      options_(std::move(options)),
      runtime_(MakeRuntime()),
      listener_(std::make_unique<Listener>(
          [this](std::unique_ptr<PosixTransport> transport) {
            Serve(std::move(transport));
          })) {}

std::string TestServer::Url(absl::string_view path) const {
  return absl::StrCat("https://localhost:", port(), path);
}

void TestServer::Serve(std::unique_ptr<PosixTransport> transport) {
  platform::WrapOptions wrap;
  wrap.server_side = true;
  const std::string& name = options_.certificate;
  wrap.certfile = ssl::Secret(Cert(absl::StrCat(name, ".pem")));
  wrap.keyfile = ssl::Secret(
      Cert(absl::StrCat(name.substr(0, name.find("_chain")), ".key")));
  wrap.alpn_protocols = options_.alpn;
  wrap.ech_keys = options_.ech_keys;
  wrap.do_handshake_on_connect = false;
  if (options_.client_certificate) {
    wrap.cert_reqs = ssl::VerifyMode::kRequired;
    wrap.ca_certs = platform::CaBytes{Cert("ca.pem")};
  }
  wrap.verification.minimum_version = options_.version;
  wrap.verification.maximum_version = options_.version;
  PosixTransport* const raw = transport.get();
  auto socket = runtime_->WrapSocket(std::move(transport), std::move(wrap));
  ASSERT_TRUE(socket.ok()) << socket.status();
  // A client may refuse the server; the test sees that at the client.
  if (!(*socket)->Handshake().done()) return;
  if ((*socket)->session_reused()) ++resumed_;
  SocketStream stream(socket->get());
  Peer peer(&stream, socket->get());
  script_(peer);
  if (options_.close_notify) (void)(*socket)->Shutdown();
  // Closing with unread data would reset the connection.
  shutdown(raw->fd(), SHUT_WR);
  std::array<uint8_t, 4096> rest;
  while (raw->Read(absl::MakeSpan(rest)).done()) {
  }
}

TestServer::Script Always(
    std::function<void(Peer& peer, const SeenRequest& request)> answer) {
  return [answer = std::move(answer)](Peer& peer) {
    while (const std::optional<SeenRequest> request = peer.ReadRequest()) {
      answer(peer, *request);
    }
  };
}

TestProxy::TestProxy(std::string status)
    : status_(std::move(status)),
      listener_(std::make_unique<Listener>(
          [this](std::unique_ptr<PosixTransport> transport) {
            Serve(std::move(transport));
          })) {}

std::vector<std::string> TestProxy::requests() const {
  const absl::MutexLock lock(&mutex_);
  return requests_;
}

void TestProxy::Serve(std::unique_ptr<PosixTransport> transport) {
  Peer peer(transport.get(), nullptr);
  const std::optional<SeenRequest> request = peer.ReadRequest();
  if (!request.has_value()) return;
  {
    const absl::MutexLock lock(&mutex_);
    requests_.push_back(request->head);
  }
  if (!peer.Send(absl::StrCat("HTTP/1.1 ", status_, "\r\n\r\n"))) return;
  if (!absl::StartsWith(status_, "200")) return;
  const std::vector<std::string> parts = absl::StrSplit(request->target, ':');
  uint32_t port = 0;
  ASSERT_TRUE(absl::SimpleAtoi(parts.back(), &port));
  // Whatever the name is: the server is here.
  auto target = platform::Dial("127.0.0.1", static_cast<uint16_t>(port),
                               absl::Minutes(1));
  ASSERT_TRUE(target.ok()) << target.status();
  (*target)->set_timeout(absl::Minutes(1));
  std::thread back([&] { Copy(target->get(), transport->fd()); });
  Copy(transport.get(), (*target)->fd());
  back.join();
}

std::string Gzip(absl::string_view text) {
  z_stream stream = {};
  EXPECT_EQ(
      deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(&packed[0]);
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace airlock::http::testing
