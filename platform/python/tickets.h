// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Ticket keys that the contexts of a process share.
#ifndef AIRLOCK_PLATFORM_PYTHON_TICKETS_H_
#define AIRLOCK_PLATFORM_PYTHON_TICKETS_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "platform/python/python_compat.h"
#include "platform/tickets/redis_refresher.h"
#include "platform/tickets/ticket_refresher.h"
#include "ssl/ticket_keyring.h"

namespace airlock::python {

// A keyring and what keeps it up to date when a server's handshake looks. A
// file is read then. Redis, which may be slow, has a thread. Thread-safe.
class SharedTickets {
 public:
  // One that needs no updates.
  explicit SharedTickets(std::shared_ptr<ssl::TicketKeyring> keyring)
      : keyring_(std::move(keyring)) {}
  // With keys from a file.
  SharedTickets(std::shared_ptr<ssl::TicketKeyring> keyring,
                std::unique_ptr<platform::TicketRefresher> refresher)
      : keyring_(std::move(keyring)), refresher_(std::move(refresher)) {}
  // With keys from Redis.
  SharedTickets(std::shared_ptr<ssl::TicketKeyring> keyring,
                std::unique_ptr<platform::RedisRefresher> redis)
      : keyring_(std::move(keyring)), redis_(std::move(redis)) {}

  const std::shared_ptr<ssl::TicketKeyring>& keyring() const {
    return keyring_;
  }

  // Looks for other keys, at most once a second. Failures are logged, and the
  // keyring goes on with the keys that it has. Does not wait for Redis.
  void Look(absl::Time now);

  // Why the last look failed; empty if it did not. Does not wait for Redis.
  std::string failure() const;

 private:
  const std::shared_ptr<ssl::TicketKeyring> keyring_;
  const std::unique_ptr<platform::TicketRefresher> refresher_;  // Or null.
  const std::unique_ptr<platform::RedisRefresher> redis_;       // Or null.
  absl::Mutex mutex_;
  absl::Time looked_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// Functions of the module, for airlock.TicketKeyring. The object that the first
// returns is an argument of the others.
PyObject* NewTickets(PyObject* module, PyObject* args);
PyObject* TicketsState(PyObject* module, PyObject* tickets);
PyObject* RotateTickets(PyObject* module, PyObject* tickets);

// The method of a context that takes such an object.
PyObject* UseTickets(PyObject* self, PyObject* tickets);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_TICKETS_H_
