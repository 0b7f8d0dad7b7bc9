// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Idle connections and sessions of a client.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_POOL_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_POOL_H_

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "platform/http/internal/connection.h"
#include "ssl/session.h"
#include "ssl/socket.h"

namespace airlock::http::internal {

// Keeps each connection and session under a key. Requests share them if their
// keys are equal; see ConnectionPlan::key. A full pool drops the least recently
// used. Thread-safe.
class ConnectionPool {
 public:
  // How many sessions it keeps, and for how many servers it knows the version.
  static constexpr size_t kMaxSessions = 256;

  ConnectionPool(size_t max_idle, absl::Duration idle_timeout);

  // An idle connection that still works, the most recently used, or null.
  std::unique_ptr<Connection> Take(const std::string& key);
  void Put(const std::string& key, std::unique_ptr<Connection> connection);

  // The latest session, or null.
  std::shared_ptr<const ssl::Session> FindSession(const std::string& key);
  void PutSession(const std::string& key,
                  std::shared_ptr<const ssl::Session> session);

  // Whether the last server under that key chose HTTP/1.1. False if nothing is
  // known.
  bool PrefersHttp1(const std::string& key);
  void NoteVersion(const std::string& key, bool http1);

  // Closes the idle connections and drops the sessions.
  void Clear();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Idle {
    std::string key;
    std::unique_ptr<Connection> connection;
    Time until;
  };
  struct Http1Server {
    std::string key;
  };
  struct Resumable {
    std::string key;
    std::shared_ptr<const ssl::Session> session;
  };

  // Moves the expired connections, and those beyond the limit, to `ended`.
  void Trim(std::list<Idle>* ended) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_idle_;
  const std::chrono::nanoseconds idle_timeout_;
  absl::Mutex mutex_;
  // The most recently used first.
  std::list<Idle> idle_ ABSL_GUARDED_BY(mutex_);
  std::list<Resumable> sessions_ ABSL_GUARDED_BY(mutex_);
  std::list<Http1Server> http1_servers_ ABSL_GUARDED_BY(mutex_);
};

// Where a connection and its sessions may be kept.
struct ConnectionHome {
  std::shared_ptr<ConnectionPool> pool;  // Null: they are not kept.
  std::string key;

  void Keep(std::unique_ptr<Connection> connection) const;
  void KeepSession(const ssl::Socket& socket) const;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_POOL_H_
