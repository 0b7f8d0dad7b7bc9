// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/server_shared.h"

#include <utility>

#include "absl/status/statusor.h"
#include "platform/http/server/internal/time_after.h"
#include "ssl/guarded.h"

namespace airlock::http::internal {
namespace {

ServerOptions Completed(ServerOptions options) {
  if (options.observer == nullptr) {
    options.observer = std::make_shared<ServerObserver>();
  }
  return options;
}

}  // namespace

ServerShared::ServerShared(ServerOptions options)
    : options_(Completed(std::move(options))) {}

absl::Status ServerShared::Renew() {
  absl::MutexLock lock(&mutex_);
  return RenewLocked();
}

absl::Status ServerShared::RenewLocked() {
  auto made = ssl::Guarded("context callback", options_.context);
  if (made.ok() && *made == nullptr) {
    made = absl::InvalidArgumentError("the server has no context");
  }
  if (made.ok()) {
    context_ = *std::move(made);
    failure_.clear();
    return absl::OkStatus();
  }
  const std::string text = made.status().ToString();
  if (context_ != nullptr && text != failure_) {
    failure_ = text;
    options_.observer->OnReloadFailure(made.status());
  }
  return made.status();
}

std::shared_ptr<const ssl::Context> ServerShared::Context(Time now) {
  absl::MutexLock lock(&mutex_);
  if (options_.context_changed != nullptr && now >= next_check_) {
    next_check_ = TimeAfter(now, options_.check_interval);
    bool changed = false;
    const absl::Status checked = ssl::Guarded("context_changed callback", [&] {
      changed = options_.context_changed();
      return absl::OkStatus();
    });
    // A renewal that failed is tried again: the cause may have been temporary,
    // such as a lack of descriptors.
    if ((checked.ok() && changed) || !failure_.empty()) {
      RenewLocked().IgnoreError();
    }
  }
  return context_;
}

bool ServerShared::TakePlace() {
  size_t taken = places_taken_.load();
  do {
    if (taken >= options_.limits.max_connections) return false;
  } while (!places_taken_.compare_exchange_weak(taken, taken + 1));
  return true;
}

void ServerShared::ReportShortage(const absl::Status& why) {
  if (!shortage_reported_.exchange(true)) options_.observer->OnShortage(why);
}

}  // namespace airlock::http::internal
