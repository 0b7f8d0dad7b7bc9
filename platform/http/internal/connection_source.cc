// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/connection_source.h"

#include <iterator>
#include <utility>

#include "absl/algorithm/container.h"
#include "platform/http/internal/http1_exchange.h"

namespace airlock::http::internal {

void ConnectionSource::AddLink(const Place& place,
                               const std::shared_ptr<Http2Link>& link) {
  const absl::MutexLock lock(&mutex_);
  for (auto it = links_.begin(); it != links_.end();) {
    it = it->second.expired() ? links_.erase(it) : std::next(it);
  }
  links_[place] = link;
}

std::shared_ptr<Exchange> ConnectionSource::Find(EventLoop* loop,
                                                 const std::string& key) {
  const Place place(loop, key);
  std::shared_ptr<Http2Link> link;
  {
    const absl::MutexLock lock(&mutex_);
    const auto found = links_.find(place);
    if (found != links_.end()) link = found->second.lock();
  }
  if (link != nullptr && link->accepts()) return link->NewExchange();
  std::unique_ptr<Connection> connection = pool_->Take(key);
  if (connection == nullptr) return nullptr;
  const ConnectionHome home = {pool_, key};
  if (connection->http2() == nullptr) {
    return std::make_shared<Http1Exchange>(loop, std::move(connection), home);
  }
  link = std::make_shared<Http2Link>(loop, std::move(connection), home);
  AddLink(place, link);
  return link->NewExchange();
}

std::shared_ptr<ConnectionWait> ConnectionSource::Connect(
    EventLoop* loop, ConnectorOptions options, ConnectionPlan plan,
    ConnectionWait::Done done) {
  const Place place(loop, plan.key);
  // Only HTTP/2 is worth waiting for.
  const bool alone =
      !absl::c_linear_search(plan.options.alpn_protocols, "h2") ||
      pool_->PrefersHttp1(plan.key);
  auto wait = std::make_shared<ConnectionWait>(
      WantedConnection{loop, pool_, std::move(options), std::move(plan)},
      std::move(done));
  if (alone) {
    ConnectionAttempt::Start(wait.get(), nullptr);
    return wait;
  }
  std::shared_ptr<ConnectionAttempt> attempt;
  {
    const absl::MutexLock lock(&mutex_);
    const auto found = attempts_.find(place);
    if (found != attempts_.end()) attempt = found->second.lock();
  }
  if (attempt != nullptr) {
    attempt->Join(wait.get());
    return wait;
  }
  attempt = ConnectionAttempt::Start(
      wait.get(), [this, place](const std::shared_ptr<Http2Link>& link) {
        if (link != nullptr) AddLink(place, link);
        const absl::MutexLock lock(&mutex_);
        attempts_.erase(place);
      });
  const absl::MutexLock lock(&mutex_);
  attempts_[place] = attempt;
  return wait;
}

}  // namespace airlock::http::internal
