// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A thread for each connection of a server, and an orderly end.
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

// Accepts connections and runs each in a thread of its own, up to a number.
// When all places are taken, or the system is short of descriptors, and another
// client waits, the connection that has waited longest for its own client is
// ended, once it has waited for a while. Run is for one thread.
class ConnectionPool {
 public:
  // Serves one connection, on a thread of its own. Its transport's waits end
  // when the place is to be given up; the handler then returns soon.
  using Handler = std::function<void(std::unique_ptr<platform::PosixTransport>,
                                     ConnectionPlace*)>;

  // Holds SIGINT, SIGTERM and SIGHUP back from this thread and those that it
  // starts, so that Run gets them: to be made before there are other threads.
  // On the thread of Run, SIGHUP calls `on_hangup`; and the first connection
  // that descriptors, memory or threads did not suffice for, `on_shortage`.
  static absl::StatusOr<std::unique_ptr<ConnectionPool>> Create(
      size_t max_connections, Handler handler, std::function<void()> on_hangup,
      std::function<void(const absl::Status&)> on_shortage);

  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // Serves until SIGINT or SIGTERM comes. Then ends the connections that wait
  // for their client at once, gives the others a few seconds to finish, and
  // waits for their threads.
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

  // Accepts and starts one; ok also where the client has gone.
  absl::Status AcceptOne(const platform::TcpListener& listener);
  absl::Status Start(std::unique_ptr<platform::PosixTransport> transport,
                     platform::internal::UniqueFd interrupt);
  // Ends the connection that has waited longest for its client. Gives when to
  // try again: unset once one is ending.
  platform::internal::Until MakeRoom();
  // Joins the threads that have finished; how many there still are.
  size_t Reap();
  void EndAll();

  const size_t max_connections_;
  const Handler handler_;
  const std::function<void()> on_hangup_;
  const std::function<void(const absl::Status&)> on_shortage_;
  platform::internal::UniqueFd signals_;   // Readable once a signal has come.
  platform::internal::UniqueFd finished_;  // Readable once a thread is done.

  absl::Mutex mutex_;
  std::list<Connection> connections_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_CONNECTION_POOL_H_
