// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/trust_source.h"

#include <utility>

#include "ssl/error.h"
#include "ssl/internal/source_updates.h"

namespace airlock::ssl {
namespace {

absl::Status IsNull() {
  return MakeStatus(
      ErrorKind::kInvalidArgument,
      ErrorParts{"trust_source", "the trust store is null", "pass one."});
}

}  // namespace

TrustSource::TrustSource(TrustSourceOptions options)
    : refresh_(std::move(options.refresh)),
      updates_(std::make_unique<internal::SourceUpdates<TrustSourceState>>(
          std::move(options.changed))) {}

TrustSource::~TrustSource() = default;

absl::StatusOr<std::shared_ptr<TrustSource>> TrustSource::Create(
    std::shared_ptr<const TrustStore> store, TrustSourceOptions options) {
  if (store == nullptr) return IsNull();
  std::shared_ptr<TrustSource> source(new TrustSource(std::move(options)));
  const absl::MutexLock lock(&source->mutex_);
  source->current_ = std::move(store);
  source->state_.generation = 1;
  return source;
}

absl::Status TrustSource::Update(std::shared_ptr<const TrustStore> store,
                                 std::optional<absl::Time> now) {
  if (store == nullptr) {
    Fail(IsNull());
    return IsNull();
  }
  TrustSourceState state;
  {
    const absl::MutexLock lock(&mutex_);
    if (store->content_hash() == current_->content_hash()) {
      updates_->Succeed(&state_);
      return absl::OkStatus();
    }
    updates_->Replace(now, &state_);
    state = state_;
    // The old one, which may be the last reference, ends outside the lock.
    current_.swap(store);
  }
  updates_->Tell(state);
  return absl::OkStatus();
}

void TrustSource::Fail(const absl::Status& why) {
  TrustSourceState state;
  {
    const absl::MutexLock lock(&mutex_);
    if (!updates_->Fail(why, &state_)) return;
    state = state_;
  }
  updates_->Tell(state);
}

std::shared_ptr<const TrustStore> TrustSource::current() const {
  const absl::MutexLock lock(&mutex_);
  return current_;
}

std::shared_ptr<const SourceCounts> TrustSource::counts() const {
  return updates_->counts();
}

TrustSourceState TrustSource::state() const {
  const absl::MutexLock lock(&mutex_);
  return state_;
}

std::shared_ptr<const TrustStore> TrustSource::Take() {
  internal::Refresh(refresh_, this);
  return current();
}

}  // namespace airlock::ssl
