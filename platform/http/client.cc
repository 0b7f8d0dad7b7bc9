// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/client.h"

#include <utility>

#include "platform/http/internal/call.h"
#include "platform/http/internal/connection_pool.h"
#include "platform/http/internal/connection_source.h"
#include "platform/process_environment.h"

namespace airlock::http {
namespace {

absl::StatusOr<ProxyRules> ProxiesOf(const ClientOptions& options) {
  if (options.proxies.has_value()) return *options.proxies;
  if (platform::IsSecureProcess()) return ProxyRules();
  return ProxyRules::FromEnvironment(platform::CurrentVariables());
}

}  // namespace

struct Client::State : internal::CallEnvironment {};

Client::Client(platform::Runtime* runtime, ClientOptions options)
    : state_(std::make_shared<State>()) {
  state_->runtime = runtime;
  state_->proxies = ProxiesOf(options);
  state_->user_agent = std::move(options.user_agent);
  state_->resolver = std::make_unique<Resolver>(std::move(options.resolve));
  state_->pool = std::make_shared<internal::ConnectionPool>(
      options.max_idle_connections, options.idle_timeout);
  state_->connections =
      std::make_unique<internal::ConnectionSource>(state_->pool);
}

Client::~Client() = default;

absl::StatusOr<Response> Client::Fetch(Request request) {
  EventLoop loop;
  std::optional<absl::StatusOr<Response>> result;
  const std::shared_ptr<internal::Call> call =
      internal::Call::Start(&loop, state_, std::move(request),
                            [&result](absl::StatusOr<Response> response) {
                              result = std::move(response);
                            });
  while (!result.has_value()) {
    absl::Status status = loop.RunOnce();
    if (!status.ok()) call->Abort(std::move(status));
  }
  return *std::move(result);
}

void Client::Start(EventLoop* loop, Request request, Done done) {
  internal::Call::Start(loop, state_, std::move(request), std::move(done));
}

void Client::CloseIdle() { state_->pool->Clear(); }

absl::StatusOr<Response> Fetch(platform::Runtime& runtime, Request request) {
  return Client(&runtime).Fetch(std::move(request));
}

}  // namespace airlock::http
