// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How CredentialSource and TrustSource tell what became of updates.
#ifndef AIRLOCK_SSL_INTERNAL_SOURCE_UPDATES_H_
#define AIRLOCK_SSL_INTERNAL_SOURCE_UPDATES_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ssl/guarded.h"
#include "ssl/source_counts.h"

namespace airlock::ssl::internal {

// Of a source whose state is a `State`, which its owner guards with a lock.
template <typename State>
class SourceUpdates {
 public:
  using Changed = std::function<void(const State&)>;

  explicit SourceUpdates(Changed changed) : changed_(std::move(changed)) {}
  ~SourceUpdates() { counts_->ended.store(true, std::memory_order_relaxed); }
  SourceUpdates(const SourceUpdates&) = delete;
  SourceUpdates& operator=(const SourceUpdates&) = delete;

  // Holding the lock: an update succeeded.
  void Succeed(State* state) {
    state->error = absl::OkStatus();
    counts_->failing.store(false, std::memory_order_relaxed);
  }

  // Holding the lock: an update replaced what was in force.
  void Replace(std::optional<absl::Time> now, State* state) {
    Succeed(state);
    ++state->generation;
    state->updated = now;
    counts_->updates.fetch_add(1, std::memory_order_relaxed);
  }

  // Holding the lock: an update failed. Returns whether to Tell, since the
  // reason is new.
  bool Fail(const absl::Status& why, State* state) {
    ++state->failures;
    counts_->failures.fetch_add(1, std::memory_order_relaxed);
    counts_->failing.store(true, std::memory_order_relaxed);
    const bool is_new = state->error.message() != why.message();
    state->error = why;
    return is_new;
  }

  // Without the lock. The callback only observes: its exceptions are ignored.
  void Tell(const State& state) const {
    if (changed_ == nullptr) return;
    Guarded("changed callback", [&] {
      changed_(state);
      return absl::OkStatus();
    }).IgnoreError();
  }

  const std::shared_ptr<SourceCounts>& counts() const { return counts_; }

 private:
  const Changed changed_;
  const std::shared_ptr<SourceCounts> counts_ =
      std::make_shared<SourceCounts>();
};

// Runs the `refresh` of `source`, whose Fail gets an exception.
template <typename Source>
void Refresh(const std::function<void(Source*)>& refresh, Source* source) {
  if (refresh == nullptr) return;
  const absl::Status status = Guarded("refresh callback", [&] {
    refresh(source);
    return absl::OkStatus();
  });
  if (!status.ok()) source->Fail(status);
}

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_SOURCE_UPDATES_H_
