// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/connection_pool.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace airlock::http::internal {
namespace {

template <typename List>
auto FindKey(List& list, const std::string& key) {
  return std::find_if(list.begin(), list.end(),
                      [&key](const auto& item) { return item.key == key; });
}

}  // namespace

ConnectionPool::ConnectionPool(size_t max_idle, absl::Duration idle_timeout)
    : max_idle_(max_idle),
      // Long enough to be no limit, and short enough not to overflow.
      idle_timeout_(absl::ToChronoNanoseconds(
          std::clamp(idle_timeout, absl::ZeroDuration(), absl::Hours(24)))) {}

void ConnectionPool::Trim(std::list<Idle>* ended) {
  const Time now = std::chrono::steady_clock::now();
  for (auto it = idle_.begin(); it != idle_.end();) {
    const auto next = std::next(it);
    if (it->until <= now) ended->splice(ended->end(), idle_, it);
    it = next;
  }
  while (idle_.size() > max_idle_) {
    ended->splice(ended->end(), idle_, std::prev(idle_.end()));
  }
}

std::unique_ptr<Connection> ConnectionPool::Take(const std::string& key) {
  // Connections are used and closed without the lock.
  std::list<Idle> ended;
  while (true) {
    std::unique_ptr<Connection> connection;
    {
      const absl::MutexLock lock(&mutex_);
      Trim(&ended);
      const auto found = FindKey(idle_, key);
      if (found == idle_.end()) return nullptr;
      connection = std::move(found->connection);
      idle_.erase(found);
    }
    connection->Ready();
    if (connection->IsIdle()) return connection;
  }
}

void ConnectionPool::Put(const std::string& key,
                         std::unique_ptr<Connection> connection) {
  connection->Rest();
  std::list<Idle> ended;
  const absl::MutexLock lock(&mutex_);
  idle_.push_front({key, std::move(connection),
                    std::chrono::steady_clock::now() + idle_timeout_});
  Trim(&ended);
}

std::shared_ptr<const ssl::Session> ConnectionPool::FindSession(
    const std::string& key) {
  const absl::MutexLock lock(&mutex_);
  const auto found = FindKey(sessions_, key);
  return found == sessions_.end() ? nullptr : found->session;
}

void ConnectionPool::PutSession(const std::string& key,
                                std::shared_ptr<const ssl::Session> session) {
  if (session == nullptr) return;
  const absl::MutexLock lock(&mutex_);
  const auto found = FindKey(sessions_, key);
  if (found != sessions_.end()) sessions_.erase(found);
  sessions_.push_front({key, std::move(session)});
  if (sessions_.size() > kMaxSessions) sessions_.pop_back();
}

bool ConnectionPool::PrefersHttp1(const std::string& key) {
  const absl::MutexLock lock(&mutex_);
  return FindKey(http1_servers_, key) != http1_servers_.end();
}

void ConnectionPool::NoteVersion(const std::string& key, bool http1) {
  const absl::MutexLock lock(&mutex_);
  const auto found = FindKey(http1_servers_, key);
  if (found != http1_servers_.end()) http1_servers_.erase(found);
  if (http1) http1_servers_.push_front({key});
  if (http1_servers_.size() > kMaxSessions) http1_servers_.pop_back();
}

void ConnectionPool::Clear() {
  std::list<Idle> ended;
  const absl::MutexLock lock(&mutex_);
  ended.swap(idle_);
  sessions_.clear();
}

void ConnectionHome::Keep(std::unique_ptr<Connection> connection) const {
  if (pool != nullptr) pool->Put(key, std::move(connection));
}

void ConnectionHome::KeepSession(const ssl::Socket& socket) const {
  if (pool != nullptr) pool->PutSession(key, socket.session());
}

}  // namespace airlock::http::internal
