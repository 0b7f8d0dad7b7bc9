// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A server's own keys of session tickets.
#ifndef AIRLOCK_PLATFORM_CLI_TICKET_RING_H_
#define AIRLOCK_PLATFORM_CLI_TICKET_RING_H_

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ssl/secret.h"

namespace airlock::cli {

// A key that encrypts new tickets, and the one before it, which still decrypts
// old ones: the tickets of a key are accepted until the second rotation after
// it was made. Keys exist only in memory. Thread-safe.
class TicketRing {
 public:
  // Rotates after each `interval`; infinite: only on request. `now`: the time.
  TicketRing(absl::Duration interval, absl::Time now);

  void Rotate(absl::Time now);
  // Rotates if that is due. Returns whether it did.
  bool RotateIfDue(absl::Time now);

  // For ssl::ContextOptions::ticket_keys.
  std::vector<std::shared_ptr<const ssl::Secret>> keys() const;

 private:
  void RotateLocked(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const absl::Duration interval_;
  mutable absl::Mutex mutex_;
  absl::Time rotated_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const ssl::Secret>> keys_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_TICKET_RING_H_
