// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One call of a client, from its first request to the final response.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_CALL_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_CALL_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/http/event_loop.h"
#include "platform/http/internal/connection.h"
#include "platform/http/internal/connection_pool.h"
#include "platform/http/internal/connector.h"
#include "platform/http/internal/hop.h"
#include "platform/http/internal/http1_exchange.h"
#include "platform/http/internal/request_body.h"
#include "platform/http/internal/response_body.h"
#include "platform/http/message.h"
#include "platform/http/proxy.h"
#include "platform/http/resolver.h"
#include "platform/runtime.h"
#include "platform/wrap_options.h"

namespace airlock::http::internal {

// What the calls of a client share. Immutable, except the pool and the
// resolver, which are thread-safe.
struct CallEnvironment {
  platform::Runtime* runtime = nullptr;
  absl::StatusOr<ProxyRules> proxies;
  std::string user_agent;
  std::unique_ptr<Resolver> resolver;
  std::unique_ptr<ConnectionPool> pool;
};

// For the thread of its loop. It keeps itself alive until it is done.
class Call : public std::enable_shared_from_this<Call> {
 public:
  using Done = std::function<void(absl::StatusOr<Response>)>;

  // Calls `done` once, from the loop, never within Start.
  static std::shared_ptr<Call> Start(
      EventLoop* loop, std::shared_ptr<const CallEnvironment> environment,
      Request request, Done done);

  Call(EventLoop* loop, std::shared_ptr<const CallEnvironment> environment,
       Request request, Done done);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Ends the call with `status`, unless it is done.
  void Abort(absl::Status status) { Finish(std::move(status)); }

 private:
  void Begin();
  // Finds or makes a connection for `hop_`; `fresh`: not a kept one.
  void BeginHop(bool fresh);
  void Connect(std::shared_ptr<const Proxy> proxy, platform::WrapOptions wrap);
  void OnConnected(absl::StatusOr<std::unique_ptr<Connection>> connection);
  void BeginExchange();
  void Advance();
  absl::Status OnHead(const ResponseHead& head);
  absl::Status MakeBody(const ResponseHead& head);
  void EndExchange();
  void FollowRedirect();
  // The exchange failed.
  void OnBroken(absl::Status status);
  // Takes the connection off the loop.
  void Unwatch();
  void Finish(absl::StatusOr<Response> result);
  void OnDeadline();
  absl::Duration Since(EventLoop::Time time) const;

  EventLoop* const loop_;
  const std::shared_ptr<const CallEnvironment> environment_;
  Request request_;
  Done done_;
  const EventLoop::Time start_;
  EventLoop::Time deadline_ = EventLoop::Time::max();
  EventLoop::TimerId timer_ = 0;

  Hop hop_;
  RequestBody body_;
  int redirects_ = 0;
  std::string key_;                       // Of the connection, in the pool.
  absl::optional<std::string> location_;  // Of a redirect to follow.
  int redirect_status_ = 0;
  uint64_t discarded_ = 0;  // Of a redirect's body.

  std::shared_ptr<Call> self_;  // Until it is done.
  // One of these at a time.
  std::shared_ptr<Connector> connector_;
  std::unique_ptr<Http1Exchange> exchange_;

  std::unique_ptr<Connection> connection_;
  bool reused_ = false;
  std::unique_ptr<ResponseBody> response_body_;
  Response response_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_CALL_H_
