// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/trust_source.h"

#include <utility>

#include "ssl/error.h"
#include "ssl/guarded.h"

namespace airlock::ssl {
namespace {

absl::Status IsNull() {
  return MakeStatus(
      ErrorKind::kInvalidArgument,
      ErrorParts{"trust_source", "the trust store is null", "pass one."});
}

}  // namespace

TrustSource::TrustSource(TrustSourceOptions options)
    : options_(std::move(options)) {}

absl::StatusOr<std::shared_ptr<TrustSource>> TrustSource::Create(
    std::shared_ptr<const TrustStore> store, TrustSourceOptions options) {
  if (store == nullptr) return IsNull();
  std::shared_ptr<TrustSource> source(new TrustSource(std::move(options)));
  const absl::MutexLock lock(&source->mutex_);
  source->current_ = std::move(store);
  source->state_.generation = 1;
  return source;
}

absl::Status TrustSource::Update(std::shared_ptr<const TrustStore> store) {
  if (store == nullptr) {
    Fail(IsNull());
    return IsNull();
  }
  TrustSourceState state;
  {
    const absl::MutexLock lock(&mutex_);
    state_.error = absl::OkStatus();
    if (store->content_hash() == current_->content_hash()) {
      return absl::OkStatus();
    }
    ++state_.generation;
    state = state_;
    // The old one, which may be the last reference, ends outside the lock.
    current_.swap(store);
  }
  Tell(state);
  return absl::OkStatus();
}

void TrustSource::Fail(const absl::Status& why) {
  TrustSourceState state;
  {
    const absl::MutexLock lock(&mutex_);
    ++state_.failures;
    const bool is_new = state_.error.message() != why.message();
    state_.error = why;
    if (!is_new) return;
    state = state_;
  }
  Tell(state);
}

void TrustSource::Tell(const TrustSourceState& state) const {
  if (options_.changed == nullptr) return;
  // The callback only observes: its exceptions are ignored.
  Guarded("changed callback", [&] {
    options_.changed(state);
    return absl::OkStatus();
  }).IgnoreError();
}

std::shared_ptr<const TrustStore> TrustSource::current() const {
  const absl::MutexLock lock(&mutex_);
  return current_;
}

TrustSourceState TrustSource::state() const {
  const absl::MutexLock lock(&mutex_);
  return state_;
}

std::shared_ptr<const TrustStore> TrustSource::Take() {
  if (options_.refresh != nullptr) {
    const absl::Status status = Guarded("refresh callback", [this] {
      options_.refresh(this);
      return absl::OkStatus();
    });
    if (!status.ok()) Fail(status);
  }
  return current();
}

}  // namespace airlock::ssl
