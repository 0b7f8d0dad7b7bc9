// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Finds or makes the connections for the calls of a client.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_SOURCE_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_SOURCE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "platform/http/event_loop.h"
#include "platform/http/internal/connection_attempt.h"
#include "platform/http/internal/connection_plan.h"
#include "platform/http/internal/connection_pool.h"
#include "platform/http/internal/connector.h"
#include "platform/http/internal/exchange.h"
#include "platform/http/internal/http2_link.h"

namespace airlock::http::internal {

// Tracks the idle connections, the HTTP/2 connections in use, and the attempts
// to connect. Calls of one loop share a connection in HTTP/2, and wait for one
// attempt until the server has chosen a version. Calls of different loops never
// use the same connection at the same time. Thread-safe.
class ConnectionSource {
 public:
  explicit ConnectionSource(std::shared_ptr<ConnectionPool> pool)
      : pool_(std::move(pool)) {}
  ConnectionSource(const ConnectionSource&) = delete;
  ConnectionSource& operator=(const ConnectionSource&) = delete;

  // An exchange on an existing connection; null if none can be used. Call it,
  // and Connect, on the thread of `loop`.
  std::shared_ptr<Exchange> Find(EventLoop* loop, const std::string& key);

  // Makes a connection as `plan` says, or waits for one. `options` are without
  // `wrap`. This must outlive the result.
  std::shared_ptr<ConnectionWait> Connect(EventLoop* loop,
                                          ConnectorOptions options,
                                          ConnectionPlan plan,
                                          ConnectionWait::Done done);

 private:
  // The key of a connection, on a loop. What is there belongs to its thread.
  using Place = std::pair<EventLoop*, std::string>;

  void AddLink(const Place& place, const std::shared_ptr<Http2Link>& link);

  const std::shared_ptr<ConnectionPool> pool_;
  absl::Mutex mutex_;
  std::map<Place, std::weak_ptr<Http2Link>> links_ ABSL_GUARDED_BY(mutex_);
  std::map<Place, std::weak_ptr<ConnectionAttempt>> attempts_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_SOURCE_H_
