// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keeps a keyring up to date with a source.
#ifndef AIRLOCK_PLATFORM_TICKETS_TICKET_REFRESHER_H_
#define AIRLOCK_PLATFORM_TICKETS_TICKET_REFRESHER_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>  // NOLINT(build/c++11)

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "platform/tickets/ticket_source.h"
#include "ssl/ticket_keyring.h"

namespace airlock::platform {

struct TicketRefresherOptions {
  std::function<absl::Time()> clock;  // The time of day.
  // Logs a line without secrets. Must be thread-safe.
  std::function<void(absl::string_view)> log;
};

// Asks the source for keys, at first when Refresh is called and then, once
// Start was called, on its own thread every TicketSource::interval(). Failures
// are logged when they begin, change and end; the keyring goes on with the keys
// that it has. Thread-safe.
class TicketRefresher {
 public:
  TicketRefresher(std::unique_ptr<TicketSource> source,
                  std::shared_ptr<ssl::TicketKeyring> keyring,
                  TicketRefresherOptions options);
  // Waits for the thread, which may be in TicketSource::Fetch.
  ~TicketRefresher();
  TicketRefresher(const TicketRefresher&) = delete;
  TicketRefresher& operator=(const TicketRefresher&) = delete;

  // Fetches now. Errors: those of the source, and of TicketKeyring::Update.
  absl::Status Refresh();

  // Why the last Refresh failed; empty if it did not.
  std::string failure() const;

  // Starts the thread; once.
  void Start();

 private:
  void Run();
  void Report(const absl::Status& status);

  const TicketRefresherOptions options_;
  const std::shared_ptr<ssl::TicketKeyring> keyring_;
  absl::Mutex fetching_;
  const std::unique_ptr<TicketSource> source_ ABSL_PT_GUARDED_BY(fetching_);
  mutable absl::Mutex mutex_;
  std::string failure_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_TICKETS_TICKET_REFRESHER_H_
