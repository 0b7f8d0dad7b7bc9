// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Serves each connection in a thread, and stops in an orderly way.
#ifndef AIRLOCK_PLATFORM_CLI_CONNECTION_POOL_H_
#define AIRLOCK_PLATFORM_CLI_CONNECTION_POOL_H_

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "platform/cli/connection_place.h"
#include "platform/internal/fd_wait.h"
#include "platform/internal/unique_fd.h"
#include "platform/posix_transport.h"
#include "platform/tcp.h"

namespace airlock::cli {

// Accepts connections and runs each in its own thread, up to a maximum. If
// all places are taken, or the system is short of descriptors, and another
// client waits, it ends the connection that has waited longest for its own
// client, if that has waited for some time. Run is for one thread.
class ConnectionPool {
 public:
  // Serves one connection, on its own thread. Its transport stops waiting
  // when the connection must give up its place; the handler must then return
  // soon.
  using Handler = std::function<void(std::unique_ptr<platform::PosixTransport>,
                                     ConnectionPlace*)>;

  // Blocks SIGINT, SIGTERM and SIGHUP in this thread and the threads that it
  // starts, so that Run gets them: call it before there are other threads. On
  // the thread of Run, SIGHUP calls `on_hangup`. The first connection that
  // fails for lack of descriptors, memory or threads calls `on_shortage`.
  static absl::StatusOr<std::unique_ptr<ConnectionPool>> Create(
      size_t max_connections, Handler handler, std::function<void()> on_hangup,
      std::function<void(const absl::Status&)> on_shortage);

  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // Serves until SIGINT or SIGTERM. Then ends the connections that wait for
  // their client at once, gives the others a few seconds to finish, and waits
  // for their threads.
  absl::Status Run(const platform::TcpListener& listener);

 private:
  struct Connection {
    explicit Connection(platform::internal::UniqueFd interrupt)
        : place(std::move(interrupt)) {}
    ConnectionPlace place;
    std::thread thread;
    bool finished = false;
  };

  ConnectionPool(size_t max_connections, Handler handler,
                 std::function<void()> on_hangup,
                 std::function<void(const absl::Status&)> on_shortage)
      : max_connections_(max_connections),
        handler_(std::move(handler)),
        on_hangup_(std::move(on_hangup)),
        on_shortage_(std::move(on_shortage)) {}

  // Accepts and starts one; also ok if the client has gone.
  absl::Status AcceptOne(const platform::TcpListener& listener);
  absl::Status Start(std::unique_ptr<platform::PosixTransport> transport,
                     platform::internal::UniqueFd interrupt);
  // Ends the connection that has waited longest for its client. Returns when to
  // try again: unset if one is ending.
  platform::internal::Until MakeRoom();
  // Joins the finished threads; returns the number of others.
  size_t Reap();
  void EndAll();

  const size_t max_connections_;
  const Handler handler_;
  const std::function<void()> on_hangup_;
  const std::function<void(const absl::Status&)> on_shortage_;
  platform::internal::UniqueFd signals_;   // Readable after a signal.
  platform::internal::UniqueFd finished_;  // Readable when a thread is done.

  absl::Mutex mutex_;
  std::list<Connection> connections_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_CONNECTION_POOL_H_
