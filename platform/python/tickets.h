// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Ticket keys that the contexts of a process share.
#ifndef AIRLOCK_PLATFORM_PYTHON_TICKETS_H_
#define AIRLOCK_PLATFORM_PYTHON_TICKETS_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "platform/python/python_compat.h"
#include "platform/tickets/ticket_refresher.h"
#include "ssl/ticket_keyring.h"

namespace airlock::python {

// A keyring and what keeps it up to date. Has no thread, which a child of a
// fork would not have: a server's handshakes look. Thread-safe.
class SharedTickets {
 public:
  // `refresher` is null if the keyring needs none.
  SharedTickets(std::shared_ptr<ssl::TicketKeyring> keyring,
                std::unique_ptr<platform::TicketRefresher> refresher)
      : keyring_(std::move(keyring)), refresher_(std::move(refresher)) {}

  const std::shared_ptr<ssl::TicketKeyring>& keyring() const {
    return keyring_;
  }

  // Looks for other keys, at most once a second. Failures are logged, and the
  // keyring goes on with the keys that it has.
  void Look(absl::Time now);

 private:
  const std::shared_ptr<ssl::TicketKeyring> keyring_;
  const std::unique_ptr<platform::TicketRefresher> refresher_;
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
