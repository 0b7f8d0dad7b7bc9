// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keeps a keyring up to date with Redis, in processes that fork.
#ifndef AIRLOCK_PLATFORM_TICKETS_REDIS_REFRESHER_H_
#define AIRLOCK_PLATFORM_TICKETS_REDIS_REFRESHER_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "platform/tickets/redis_ticket_source.h"
#include "platform/tickets/ticket_refresher.h"
#include "ssl/ticket_keyring.h"

namespace airlock::platform {

// Does what TicketRefresher does, with these differences:
//
// - Each process has a thread of its own, from its first call of Look on. So a
//   process that only forks workers has none. A child begins with the keys that
//   its parent knew.
// - No connection is kept between two looks: a child would share it. Those of a
//   look should have InChildren::kClosed.
// - The destructor does not wait. The thread ends after the look that it is at,
//   and uses the functions of the options until then.
//
// The thread blocks all signals. It is inside a ForkGuard except while it
// waits. If memory runs out, functions throw std::bad_alloc and can be called
// again; the thread goes on. Thread-safe.
class RedisRefresher {
 public:
  RedisRefresher(const RedisTicketSource& source,
                 std::shared_ptr<ssl::TicketKeyring> keyring,
                 TicketRefresherOptions options);
  // Needs no memory.
  ~RedisRefresher();
  RedisRefresher(const RedisRefresher&) = delete;
  RedisRefresher& operator=(const RedisRefresher&) = delete;

  // Fetches now, and waits for Redis. Errors: those of
  // TicketRefresher::Refresh.
  absl::Status Refresh();

  // Starts the thread of this process, which fetches at once and then every
  // TicketSource::interval(). If that fails, failure() says why, and the next
  // call tries again. Does not wait.
  void Look();

  // Why the last look failed; empty if it did not.
  std::string failure();

 private:
  class Known;
  class Copy;
  struct Worker;

  static void Run(const std::shared_ptr<Worker>& worker);
  void LeakThatOfTheParent() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // That of this process, which may not run yet.
  std::shared_ptr<Worker> OfThisProcess() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const TicketRefresherOptions options_;
  const std::shared_ptr<ssl::TicketKeyring> keyring_;
  const std::shared_ptr<Known> known_;
  absl::Mutex mutex_;
  std::shared_ptr<Worker> worker_ ABSL_GUARDED_BY(mutex_);
  std::string not_started_ ABSL_GUARDED_BY(mutex_);  // Why; or empty.
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_TICKETS_REDIS_REFRESHER_H_
