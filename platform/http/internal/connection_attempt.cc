// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/connection_attempt.h"

#include <algorithm>
#include <utility>

#include "platform/http/internal/http1_exchange.h"

namespace airlock::http::internal {

ConnectionWait::~ConnectionWait() {
  if (attempt_ == nullptr) return;
  std::vector<ConnectionWait*>& waits = attempt_->waits_;
  waits.erase(std::remove(waits.begin(), waits.end(), this), waits.end());
}

std::string ConnectionWait::stage() const {
  return attempt_->connector_ == nullptr ? "a connection"
                                         : attempt_->connector_->stage();
}

const ConnectorTimes& ConnectionWait::times() const { return attempt_->times_; }

std::shared_ptr<ConnectionAttempt> ConnectionAttempt::Start(
    ConnectionWait* first, OnEnd on_end) {
  // Not make_shared: the constructor is private.
  std::shared_ptr<ConnectionAttempt> attempt(
      new ConnectionAttempt(std::move(on_end)));
  attempt->Join(first);
  attempt->Connect(&first->wanted_);
  return attempt;
}

ConnectionAttempt::~ConnectionAttempt() { End(nullptr); }

void ConnectionAttempt::Join(ConnectionWait* wait) {
  waits_.push_back(wait);
  wait->attempt_ = shared_from_this();
}

void ConnectionAttempt::End(std::shared_ptr<Http2Link> link) {
  const OnEnd on_end = std::exchange(on_end_, nullptr);
  if (on_end != nullptr) on_end(std::move(link));
}

void ConnectionAttempt::Connect(WantedConnection* wanted) {
  loop_ = wanted->loop;
  pool_ = wanted->pool;
  ConnectorOptions options = std::move(wanted->options);
  options.wrap = std::move(wanted->plan.options);
  options.wrap.session = pool_->FindSession(wanted->plan.key);
  plan_ = std::move(wanted->plan);
  connector_ = Connector::Start(loop_, std::move(options),
                                [weak = weak_from_this()](Result result) {
                                  const auto self = weak.lock();
                                  if (self != nullptr) {
                                    self->OnConnected(std::move(result));
                                  }
                                });
}

void ConnectionAttempt::OnConnected(Result result) {
  const auto self = shared_from_this();
  times_ = connector_->times();
  connector_.reset();
  std::vector<std::weak_ptr<ConnectionWait>> waits;
  for (ConnectionWait* const wait : waits_) {
    waits.push_back(wait->weak_from_this());
  }
  std::shared_ptr<Http2Link> link;
  std::shared_ptr<Exchange> exchange;
  bool shared = false;
  if (result.ok()) {
    std::unique_ptr<Connection> connection = *std::move(result);
    const bool http1 = connection->http2() == nullptr;
    ConnectionHome home;
    // Otherwise it is for the first call only.
    if (plan_.Describes(connection->socket())) {
      home = {pool_, plan_.key};
      pool_->NoteVersion(plan_.key, http1);
      shared = !http1;
    }
    if (http1) {
      exchange = std::make_shared<Http1Exchange>(loop_, std::move(connection),
                                                 std::move(home));
    } else {
      link = std::make_shared<Http2Link>(loop_, std::move(connection),
                                         std::move(home));
      exchange = link->NewExchange();
    }
  }
  End(shared ? link : nullptr);
  for (const std::weak_ptr<ConnectionWait>& weak : waits) {
    // An earlier call may have ended this one.
    const std::shared_ptr<ConnectionWait> wait = weak.lock();
    if (wait == nullptr) continue;
    if (!result.ok()) {
      wait->done_(result.status());
    } else if (exchange != nullptr) {
      wait->done_(std::exchange(exchange, nullptr));
    } else if (shared) {
      wait->done_(link->NewExchange());
    } else {
      Start(wait.get(), nullptr);
    }
  }
}

}  // namespace airlock::http::internal
