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
#include "platform/http/internal/connection_attempt.h"
#include "platform/http/internal/connection_plan.h"
#include "platform/http/internal/connection_pool.h"
#include "platform/http/internal/connection_source.h"
#include "platform/http/internal/connector.h"
#include "platform/http/internal/exchange.h"
#include "platform/http/internal/hop.h"
#include "platform/http/internal/request_body.h"
#include "platform/http/internal/response_body.h"
#include "platform/http/message.h"
#include "platform/http/proxy.h"
#include "platform/http/resolver.h"
#include "platform/runtime.h"

namespace airlock::http::internal {

// What the calls of a client share. Immutable, except the last three, which are
// thread-safe.
struct CallEnvironment {
  platform::Runtime* runtime = nullptr;
  absl::StatusOr<ProxyRules> proxies;
  std::string user_agent;
  std::unique_ptr<Resolver> resolver;
  std::shared_ptr<ConnectionPool> pool;
  std::unique_ptr<ConnectionSource> connections;
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
  // Finds or makes a connection for `hop_`; `fresh`: makes one.
  void BeginHop(bool fresh);
  void Connect(std::shared_ptr<const Proxy> proxy, ConnectionPlan plan);
  void OnConnected(absl::StatusOr<std::shared_ptr<Exchange>> exchange);
  void BeginExchange(std::shared_ptr<Exchange> exchange);
  void OnExchanged(absl::Status status);
  absl::Status OnHead(const ResponseHead& head);
  absl::Status MakeBody(const ResponseHead& head);
  void EndExchange();
  void FollowRedirect();
  // The exchange failed: sends the request again if that is safe.
  void OnBroken(absl::Status status);
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
  HttpVersions versions_;                // For this hop.
  bool repeated_ = false;                // This hop was sent twice.
  std::optional<std::string> location_;  // Of a redirect to follow.
  int redirect_status_ = 0;
  uint64_t discarded_ = 0;  // Of a redirect's body.

  std::shared_ptr<Call> self_;  // Until it is done.
  // One of these at a time.
  std::shared_ptr<ConnectionWait> wait_;
  std::shared_ptr<Exchange> exchange_;

  std::unique_ptr<ResponseBody> response_body_;
  Response response_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_CALL_H_
