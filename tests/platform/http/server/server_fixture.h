// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A running Server, and clients that send it any bytes.
#ifndef AIRLOCK_TESTS_PLATFORM_HTTP_SERVER_SERVER_FIXTURE_H_
#define AIRLOCK_TESTS_PLATFORM_HTTP_SERVER_SERVER_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "platform/http/server/handler.h"
#include "platform/http/server/server.h"
#include "platform/http/server/server_options.h"
#include "platform/posix_transport.h"
#include "platform/runtime.h"
#include "platform/tcp.h"
#include "ssl/context.h"
#include "ssl/options.h"
#include "ssl/socket.h"

namespace airlock::http::testing {

// Answers with a function.
class FunctionHandler final : public Handler {
 public:
  using Function = std::function<std::unique_ptr<BodySink>(
      const ServerRequest& request, ServerConnection& connection,
      std::shared_ptr<Responder> responder)>;

  explicit FunctionHandler(Function function)
      : function_(std::move(function)) {}

  std::unique_ptr<BodySink> OnRequest(
      const ServerRequest& request, ServerConnection& connection,
      std::shared_ptr<Responder> responder) override {
    return function_(request, connection, std::move(responder));
  }

 private:
  const Function function_;
};

// Answers with "METHOD TARGET BODY", when the body is complete.
std::shared_ptr<Handler> EchoHandler();

// Collects what a server reports.
class Log final : public ServerObserver {
 public:
  void OnResponse(absl::string_view peer, absl::string_view method,
                  absl::string_view target, int status) override;
  void OnFailure(absl::string_view peer, const absl::Status& why) override;
  void OnEnd(absl::string_view peer, End why) override;
  void OnShortage(const absl::Status& why) override;
  void OnReloadFailure(const absl::Status& why) override;

  // Waits until a line contains `text`, for at most a minute.
  bool WaitFor(absl::string_view text);
  std::vector<std::string> lines() const;

 private:
  void Add(std::string line);

  mutable absl::Mutex mutex_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
};

// A client whose every byte a test decides. Waits up to 20 seconds.
class RawClient {
 public:
  // Connects, and performs the handshake unless `plain`.
  explicit RawClient(int port, bool plain = false);
  // The same with a Context of the test's.
  RawClient(int port, std::shared_ptr<const ssl::Context> context,
            std::shared_ptr<const ssl::Session> session = nullptr);

  // False if the server has gone.
  bool Send(absl::string_view bytes);
  // Waits until what was received, and not yet returned, contains `text`;
  // returns everything up to its end. Everything, if the connection ends first.
  std::string ReadUntil(absl::string_view text);
  // Everything until the connection ends.
  std::string ReadAll();
  // Sends close_notify.
  void HalfClose();
  // How the connection ended: "close_notify", "eof" or "reset"; empty before.
  const std::string& end() const { return end_; }

  platform::PosixTransport& transport() { return *transport_; }
  ssl::Socket& socket() { return *socket_; }

 private:
  void Connect(int port);
  void Wrap(std::shared_ptr<const ssl::Context> context,
            std::shared_ptr<const ssl::Session> session);
  // False at the end.
  bool Fill();

  std::unique_ptr<platform::PosixTransport> owned_;  // Until it is wrapped.
  platform::PosixTransport* transport_ = nullptr;
  std::unique_ptr<ssl::Socket> socket_;
  std::string received_;
  std::string end_;
};

// A client's Context that trusts testdata's ca.pem.
std::shared_ptr<const ssl::Context> ClientContext(
    std::function<void(ssl::ContextOptions*)> change = nullptr);

// A server's Context options with testdata's server_p256_chain.
ssl::ContextOptions ServerContextOptions();

// A server on a free port of 127.0.0.1, which runs on a thread of its own.
class RunningServer {
 public:
  // Sets `context`, unless it is set, and `observer`.
  explicit RunningServer(ServerOptions options);
  // Stops it.
  ~RunningServer();

  int port() const { return listener_->port(); }
  Server& server() { return *server_; }
  Log& log() { return *log_; }
  platform::Runtime& runtime() { return *runtime_; }

  // Sends `bytes` on a connection of its own; returns all that comes back.
  std::string Ask(absl::string_view bytes);
  void Stop();

 private:
  const std::unique_ptr<platform::Runtime> runtime_;
  const std::shared_ptr<Log> log_;
  std::unique_ptr<platform::TcpListener> listener_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

// A server with `handler` and the default limits.
ServerOptions WithHandler(std::shared_ptr<Handler> handler);

}  // namespace airlock::http::testing

#endif  // AIRLOCK_TESTS_PLATFORM_HTTP_SERVER_SERVER_FIXTURE_H_
