// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An HTTPS server on event loops.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_SERVER_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_SERVER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/http/server/server_options.h"
#include "platform/http/server/stats.h"
#include "platform/tcp.h"

namespace airlock::http {

// Serves the connections of a listener over TLS: HTTP/1.1, HTTP/2 for clients
// that choose "h2" by ALPN, if the context offers it. Thread-safe, except where
// said otherwise.
class Server {
 public:
  // Makes the first context, and the loops. Errors: kInvalidArgument for
  // invalid options; those of `context`; a lack of descriptors.
  static absl::StatusOr<std::unique_ptr<Server>> Create(ServerOptions options);

  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves until Stop, on this thread and `loops` - 1 others. Call it once.
  // Errors: kUnavailable if a thread cannot be started; those of epoll.
  absl::Status Run(const platform::TcpListener& listener);

  // Accepts no more connections, ends those without a request, and lets the
  // requests that have begun finish, for at most five seconds. Then Run
  // returns. Needs no descriptor.
  void Stop();

  // Renews the context for later connections.
  void Reload();

  ServerStats stats() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_SERVER_H_
