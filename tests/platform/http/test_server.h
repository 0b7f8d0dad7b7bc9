// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An HTTPS server whose every byte a test decides, and a CONNECT proxy.
#ifndef AIRLOCK_TESTS_PLATFORM_HTTP_TEST_SERVER_H_
#define AIRLOCK_TESTS_PLATFORM_HTTP_TEST_SERVER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "platform/fake_host.h"
#include "platform/http/client.h"
#include "platform/posix_transport.h"
#include "platform/runtime.h"
#include "platform/tcp.h"
#include "ssl/ech.h"
#include "ssl/socket.h"
#include "ssl/transport.h"

namespace airlock::http::testing {

// A host that trusts testdata's ca.pem, and a Runtime with AIRLOCK_VERIFY set
// to `verify`; empty: not set.
std::unique_ptr<platform::Runtime> MakeRuntime(const std::string& verify = "");

// Does not use the environment's proxy.
ClientOptions Direct();

// A request as a server got it.
struct SeenRequest {
  std::string method;
  std::string target;
  std::string head;  // With the request line; lines end with CRLF.
  std::string body;  // Without chunk headers.

  // The value of a header; empty if it is missing.
  std::string Header(absl::string_view name) const;
};

// The server's end of one connection. Waits up to a minute, then fails.
class Peer {
 public:
  Peer(ssl::Transport* stream, ssl::Socket* socket)
      : stream_(stream), socket_(socket) {}

  // Unset: the client has closed, or the connection broke.
  std::optional<SeenRequest> ReadRequest();
  // False if the client does not read any more.
  bool Send(absl::string_view bytes);
  // A complete response with Content-Length.
  bool Respond(absl::string_view status, absl::string_view headers,
               absl::string_view body);
  // The next `size` bytes; unset if the stream ends before.
  std::optional<std::string> Read(size_t size);
  // Waits until the client closes.
  void WaitForEnd();

  ssl::Socket& socket() { return *socket_; }

 private:
  bool Fill();

  ssl::Transport* const stream_;
  ssl::Socket* const socket_;  // Null: plain.
  std::string received_;
};

// Listens at a free port of 127.0.0.1. Serves each connection on a thread.
class Listener {
 public:
  using Serve =
      std::function<void(std::unique_ptr<platform::PosixTransport> transport)>;

  explicit Listener(Serve serve);
  // Waits for the connections to end.
  ~Listener();

  int port() const { return listener_->port(); }
  int connections() const { return connections_; }

 private:
  void Accept();

  const Serve serve_;
  absl::StatusOr<platform::TcpListener> listener_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  absl::Mutex mutex_;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  std::thread acceptor_;
};

struct TestServerOptions {
  std::string certificate = "server_p256_chain";
  // The client must present a certificate of ca.pem.
  bool client_certificate = false;
  std::optional<ssl::TlsVersion> version;
  std::vector<std::string> alpn = {"http/1.1"};
  std::shared_ptr<const ssl::EchKeys> ech_keys;
  // Ends connections with close_notify.
  bool close_notify = true;
};

class TestServer {
 public:
  // `script` serves one connection after its handshake; the connection then
  // ends.
  using Script = std::function<void(Peer& peer)>;

  explicit TestServer(Script script, TestServerOptions options = {});

  // "https://localhost:PORT" and `path`.
  std::string Url(absl::string_view path = "/") const;
  int port() const { return listener_->port(); }
  int connections() const { return listener_->connections(); }
  // How many handshakes resumed a session.
  int resumed() const { return resumed_; }

 private:
  void Serve(std::unique_ptr<platform::PosixTransport> transport);

  const Script script_;
  const TestServerOptions options_;
  const std::unique_ptr<platform::Runtime> runtime_;
  std::atomic<int> resumed_{0};
  std::unique_ptr<Listener> listener_;  // Last: its threads use the rest.
};

// Answers every request with `answer` until the client closes.
TestServer::Script Always(
    std::function<void(Peer& peer, const SeenRequest& request)> answer);

// A proxy that makes tunnels, and remembers the heads of the requests.
class TestProxy {
 public:
  // `status`: what it answers; other than 200 makes no tunnel.
  explicit TestProxy(std::string status = "200 Connection established");

  int port() const { return listener_->port(); }
  std::vector<std::string> requests() const;

 private:
  void Serve(std::unique_ptr<platform::PosixTransport> transport);

  const std::string status_;
  mutable absl::Mutex mutex_;
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Listener> listener_;  // Last: its threads use the rest.
};

// `text` as gzip.
std::string Gzip(absl::string_view text);

}  // namespace airlock::http::testing

#endif  // AIRLOCK_TESTS_PLATFORM_HTTP_TEST_SERVER_H_
