// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tickets/ticket_refresher.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace airlock::platform {

TicketRefresher::TicketRefresher(std::unique_ptr<TicketSource> source,
                                 std::shared_ptr<ssl::TicketKeyring> keyring,
                                 TicketRefresherOptions options)
    : options_(std::move(options)),
      keyring_(std::move(keyring)),
      source_(std::move(source)) {}

TicketRefresher::~TicketRefresher() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status TicketRefresher::Refresh() {
  const absl::MutexLock lock(&fetching_);
  const absl::Time now = options_.clock();
  auto keys = source_->Fetch(now);
  absl::Status status = keys.status();
  if (status.ok() && keys->has_value()) {
    status = keyring_->Update(**std::move(keys), now);
    if (!status.ok()) {
      status = absl::Status(
          status.code(), absl::StrCat(source_->name(), ": ", status.message()));
    }
  }
  Report(status);
  return status;
}

void TicketRefresher::Report(const absl::Status& status) {
  const std::string failure(status.message());
  {
    const absl::MutexLock lock(&mutex_);
    if (failure == failure_) return;
    failure_ = failure;
  }
  if (failure.empty()) {
    options_.log("The keys of session tickets can be fetched again.");
  } else {
    options_.log(absl::StrCat(
        "The keys of session tickets cannot be fetched; those that are known "
        "stay in use until they end. ",
        failure));
  }
}

std::string TicketRefresher::failure() const {
  const absl::MutexLock lock(&mutex_);
  return failure_;
}

void TicketRefresher::Start() {
  thread_ = std::thread([this] { Run(); });
}

void TicketRefresher::Run() {
  absl::Duration interval;
  {
    const absl::MutexLock lock(&fetching_);
    interval = source_->interval();
  }
  while (true) {
    {
      const absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval)) {
        return;
      }
    }
    // Report has logged it.
    Refresh().IgnoreError();
  }
}

}  // namespace airlock::platform
