// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Decides which thread may use a connection's descriptor while several wait.
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

// Threads that share a connection read and write one stream of records: during
// the handshake, a send() waits for the same bytes as a recv() does. If both
// polled the descriptor, one would take the bytes, and the other would wait
// forever for something that is already done.
//
// So a thread that is about to poll for a direction takes its turn, and until
// it has used the descriptor, no other thread uses it in that direction. The
// other threads sleep until the connection has made progress, and then try
// again. A record in progress is a turn, too: it must be finished before the
// next one.
//
// A single thread needs no system call for this, and no descriptor.
//
// Guarded by the connection's mutex, except Sleep, which must be called without
// it.
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

  // Whether `caller` may now do the operation of `kind`. A call in a signal
  // handler may do the same as the call that it interrupts, which cannot end
  // before it.
  bool May(Kind kind, const Caller& caller) const;

  // Takes the turn; false if another thread has it.
  bool Take(Kind kind, const Caller& caller);

  // Gives up `caller`'s turn, if it has it, and wakes the others.
  void GiveUp(Kind kind, const Caller& caller);

  // Records that the connection has made progress.
  void Progress();

  // The number of Progress calls. Wraps around.
  uint32_t progress() const { return progress_; }

  // Waits until progress() is no longer `seen`, `until` has passed, or a signal
  // arrived.
  WaitResult Sleep(uint32_t seen, platform::internal::Until until);

 private:
  std::array<const Caller*, 3> holders_ = {};
  std::atomic<uint32_t> progress_{0};
  std::atomic<int> sleepers_{0};
};

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_TURNS_H_
