// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Who may use a connection's descriptor while several threads wait for it.
#ifndef AIRLOCK_PLATFORM_PYTHON_TURNS_H_
#define AIRLOCK_PLATFORM_PYTHON_TURNS_H_

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "platform/internal/fd_wait.h"
#include "platform/python/fd_transport.h"

namespace airlock::python {

// Threads that share a connection read and write one stream of records: while
// the handshake runs, a send() waits for the same bytes as a recv() does. Were
// both to poll the descriptor, one would take the bytes, and the other would
// wait for ever for what has already been done.
//
// So a thread that is about to poll for a direction takes its turn, and until
// it has used the descriptor, no other thread does in that direction. Those
// sleep until the connection has made progress, and then try again. A record
// that is under way is a turn, too: it has to be finished before the next one.
//
// One thread alone needs no system call for it, and no descriptor.
//
// Guarded by the connection's mutex, but for Sleep, which must be called
// without it.
class Turns {
 public:
  enum Kind { kRead, kWrite, kRecord };

  // A call of a thread on the connection. It must outlive its turns.
  struct Caller {
    const pthread_t thread = pthread_self();
  };

  Turns() = default;
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  // Whether `caller` may do what `kind` says now. A signal handler's call may
  // do what the call that it interrupts may: that one cannot end before it.
  bool May(Kind kind, const Caller& caller) const;

  // Takes the turn; false where another thread has it.
  bool Take(Kind kind, const Caller& caller);

  // Gives up `caller`'s turn, if it has it. Others try again.
  void GiveUp(Kind kind, const Caller& caller);

  // Says that the connection has moved on.
  void Progress();

  // Counts how often it did. Wraps around.
  uint32_t progress() const { return progress_; }

  // Waits until progress() is no longer `seen`, `until` has passed, or a signal
  // came.
  WaitResult Sleep(uint32_t seen, platform::internal::Until until);

 private:
  std::array<const Caller*, 3> holders_ = {};
  std::atomic<uint32_t> progress_{0};
  std::atomic<int> sleepers_{0};
};

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_TURNS_H_
