// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Warns before certificates in use expire.
#ifndef AIRLOCK_PLATFORM_INTERNAL_EXPIRY_WATCH_H_
#define AIRLOCK_PLATFORM_INTERNAL_EXPIRY_WATCH_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "config/policy.h"
#include "platform/counters.h"
#include "platform/host.h"
#include "ssl/context.h"

namespace airlock::platform::internal {

// Knows the Contexts of a Runtime as long as they exist, and when the
// certificates that they use expire. Thread-safe; waits for no handshake.
class ExpiryWatch {
 public:
  explicit ExpiryWatch(std::shared_ptr<Host> host) : host_(std::move(host)) {}
  ExpiryWatch(const ExpiryWatch&) = delete;
  ExpiryWatch& operator=(const ExpiryWatch&) = delete;

  // Adds a new Context, and warns of its own certificates.
  void Add(const std::shared_ptr<const ssl::Context>& context);

  // How long before it expires to warn of a certificate; unset: never.
  void SetLimit(const std::optional<config::Days>& limit);

  // After a handshake: warns if an hour has passed since the last look. Without
  // a limit, that costs a load.
  void Poll() {
    if (limit_ns_.load(std::memory_order_relaxed) != 0) Look();
  }

  // When the first certificate of each use expires, except CAs and pinned ones
  // that have expired: no peer is verified with these any more.
  CertificateExpiry Read();

 private:
  void Look();
  void Warn(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<std::shared_ptr<const ssl::Context>> Alive();

  const std::shared_ptr<Host> host_;
  std::atomic<int64_t> limit_ns_{0};  // 0: never.
  std::atomic<int64_t> next_look_ns_{0};

  absl::Mutex contexts_mutex_;
  std::vector<std::weak_ptr<const ssl::Context>> contexts_
      ABSL_GUARDED_BY(contexts_mutex_);
  // When to drop those that are gone.
  size_t full_ ABSL_GUARDED_BY(contexts_mutex_) = 16;

  absl::Mutex mutex_;  // One thread warns.
  // When the log was told, by fingerprint.
  std::map<std::string, absl::Time> told_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_EXPIRY_WATCH_H_
