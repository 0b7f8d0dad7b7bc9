// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The making of one connection, which one or several calls wait for.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_ATTEMPT_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_ATTEMPT_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "platform/http/event_loop.h"
#include "platform/http/internal/connection.h"
#include "platform/http/internal/connection_plan.h"
#include "platform/http/internal/connection_pool.h"
#include "platform/http/internal/connector.h"
#include "platform/http/internal/exchange.h"
#include "platform/http/internal/http2_link.h"

namespace airlock::http::internal {

class ConnectionAttempt;

// What a call wants.
struct WantedConnection {
  EventLoop* loop = nullptr;
  std::shared_ptr<ConnectionPool> pool;
  ConnectorOptions options;  // Without `wrap`, which is in `plan`.
  ConnectionPlan plan;
};

// A call that waits for a connection. For the thread of its loop. Destroying it
// ends the wait, and the attempt if no other call waits for it.
class ConnectionWait : public std::enable_shared_from_this<ConnectionWait> {
 public:
  // Called once, from the loop; it may destroy the wait.
  using Done = std::function<void(absl::StatusOr<std::shared_ptr<Exchange>>)>;

  ConnectionWait(WantedConnection wanted, Done done)
      : wanted_(std::move(wanted)), done_(std::move(done)) {}
  ~ConnectionWait();
  ConnectionWait(const ConnectionWait&) = delete;
  ConnectionWait& operator=(const ConnectionWait&) = delete;

  // What it waits for: "the handshake with example.com".
  std::string stage() const;
  const ConnectorTimes& times() const;

 private:
  friend class ConnectionAttempt;

  WantedConnection wanted_;
  Done done_;
  std::shared_ptr<ConnectionAttempt> attempt_;
};

// For the thread of its loop. Its waits own it.
class ConnectionAttempt
    : public std::enable_shared_from_this<ConnectionAttempt> {
 public:
  // Runs once, when no more waits may join: with a connection in HTTP/2 that
  // other calls can use, or null.
  using OnEnd = std::function<void(std::shared_ptr<Http2Link>)>;

  // Begins to connect as `first` wants.
  static std::shared_ptr<ConnectionAttempt> Start(ConnectionWait* first,
                                                  OnEnd on_end);

  ~ConnectionAttempt();
  ConnectionAttempt(const ConnectionAttempt&) = delete;
  ConnectionAttempt& operator=(const ConnectionAttempt&) = delete;

  // `wait` has the same key and loop as the first one. If the server chooses
  // HTTP/1.1, it then connects for itself.
  void Join(ConnectionWait* wait);

 private:
  friend class ConnectionWait;
  using Result = absl::StatusOr<std::unique_ptr<Connection>>;

  explicit ConnectionAttempt(OnEnd on_end) : on_end_(std::move(on_end)) {}

  void Connect(WantedConnection* wanted);
  void OnConnected(Result result);
  void End(std::shared_ptr<Http2Link> link);

  OnEnd on_end_;
  EventLoop* loop_ = nullptr;
  std::shared_ptr<ConnectionPool> pool_;
  ConnectionPlan plan_;  // Without options.
  std::shared_ptr<Connector> connector_;
  ConnectorTimes times_;
  std::vector<ConnectionWait*> waits_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_ATTEMPT_H_
