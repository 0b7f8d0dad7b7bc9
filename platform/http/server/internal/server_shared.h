// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the loops of a server share.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_SERVER_SHARED_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_SERVER_SHARED_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "platform/http/server/server_options.h"
#include "platform/http/server/stats.h"
#include "ssl/context.h"

namespace airlock::http::internal {

// Thread-safe.
class ServerShared {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit ServerShared(ServerOptions options);

  const ServerOptions& options() const { return options_; }
  ServerObserver& observer() { return *options_.observer; }
  ServerStatSet& stats() { return stats_; }
  uint64_t NextId() { return ++last_id_; }

  // Makes the context; an error leaves the old one in force.
  absl::Status Renew();
  // The one for a connection that was accepted at `now`; renewed first if it
  // has changed.
  std::shared_ptr<const ssl::Context> Context(Time now);

  // Takes one of max_connections; false if all are taken.
  bool TakePlace();
  void ReturnPlace() { --places_taken_; }
  bool full() const {
    return places_taken_.load() >= options_.limits.max_connections;
  }

  // Reports the first shortage only.
  void ReportShortage(const absl::Status& why);

 private:
  absl::Status RenewLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ServerOptions options_;
  ServerStatSet stats_;
  std::atomic<uint64_t> last_id_{0};
  std::atomic<size_t> places_taken_{0};
  std::atomic<bool> shortage_reported_{false};

  absl::Mutex mutex_;
  std::shared_ptr<const ssl::Context> context_ ABSL_GUARDED_BY(mutex_);
  Time next_check_ ABSL_GUARDED_BY(mutex_);
  // The last one, so that it is not repeated.
  std::string failure_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_SERVER_SHARED_H_
