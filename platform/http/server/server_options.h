// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The options of a Server.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_SERVER_OPTIONS_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_SERVER_OPTIONS_H_

#include <cstddef>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/http/server/handler.h"
#include "platform/http/server/limits.h"
#include "ssl/context.h"
#include "ssl/socket.h"

namespace airlock::http {

// Learns what a server does, for logs. Called by all its threads, so that it
// must be thread-safe, and should return soon. `peer` is as in
// ServerConnection.
class ServerObserver {
 public:
  enum class End {
    kStopping,  // The server stops.
    kMadeRoom,  // It waited longest for its client, and others were waiting.
  };

  virtual ~ServerObserver() = default;

  // A response begins. Method and target are as the client sent them, and empty
  // if it sent no valid ones.
  virtual void OnResponse(absl::string_view /*peer*/,
                          absl::string_view /*method*/,
                          absl::string_view /*target*/, int /*status*/) {}
  // A handshake or a connection failed; the server continues.
  virtual void OnFailure(absl::string_view /*peer*/,
                         const absl::Status& /*why*/) {}
  // The server ended a connection.
  virtual void OnEnd(absl::string_view /*peer*/, End /*why*/) {}
  // The first time that a connection cannot be accepted, such as for lack of
  // descriptors. Further ones are not reported.
  virtual void OnShortage(const absl::Status& /*why*/) {}
  // The context could not be renewed; the old one stays in force. Repeated with
  // each attempt whose error differs.
  virtual void OnReloadFailure(const absl::Status& /*why*/) {}
};

// Where the answers arrive that callbacks of a context give later
// (ssl::Later()). A loop waits until `fd` is readable, and calls `dispatch`,
// after which it is not; then the handshakes that wait go on.
struct LateAnswers {
  int fd = -1;  // Negative: none. Outlives the server.
  std::function<void()> dispatch;
};

struct ServerOptions {
  // Answers the requests. Null: the server is no HTTP server, and sends back
  // what its clients send.
  std::shared_ptr<Handler> handler;

  // Makes the context of new connections, for servers: see
  // Runtime::CreateContext. Called by Create, by Reload, and when
  // `context_changed` says so; not by two threads at once. An error leaves the
  // old one in force. Required.
  std::function<absl::StatusOr<std::shared_ptr<const ssl::Context>>()> context;
  // Whether `context` would make another one, because a file or the policy has
  // changed. Called when a client connects, at most once in `check_interval`;
  // costs time on a loop's thread, as stat(2) does. If `context` then fails, it
  // is called again at the next check. Null: never.
  std::function<bool()> context_changed;
  absl::Duration check_interval = absl::Seconds(1);

  // Whether a client may come in, after its handshake. An error refuses it: its
  // requests are answered with 403 and the error's message, and a server
  // without a handler closes the connection. Null: all may.
  std::function<absl::Status(const ssl::Socket&)> admit;

  // For handshakes whose context has such callbacks. They also go on twice a
  // second, so that deadlines of the callbacks have an effect.
  LateAnswers late;

  ServerLimits limits;
  // How many threads serve connections. Each connection stays on one.
  size_t loops = 1;
  std::shared_ptr<ServerObserver> observer;  // Null: none.
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_SERVER_OPTIONS_H_
