// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/turns.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>

namespace airlock::python {
namespace {

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t) &&
              std::atomic<uint32_t>::is_always_lock_free);

// A condition variable would continue to wait after a signal, but Python runs
// its handlers only after the interrupted call has returned.
long Futex(std::atomic<uint32_t>* word, int operation, uint32_t value,
           const timespec* timeout) {
  return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value,
                 timeout, nullptr, 0);
}

}  // namespace

bool Turns::May(Kind kind, const Caller& caller) const {
  const Caller* holder = holders_[kind];
  return holder == nullptr || holder == &caller ||
         pthread_equal(holder->thread, caller.thread) != 0;
}

bool Turns::Take(Kind kind, const Caller& caller) {
  if (!May(kind, caller)) return false;
  if (holders_[kind] == nullptr) holders_[kind] = &caller;
  return true;
}

void Turns::GiveUp(Kind kind, const Caller& caller) {
  if (holders_[kind] != &caller) return;
  holders_[kind] = nullptr;
  Progress();
}

void Turns::Progress() {
  ++progress_;
  if (sleepers_ > 0) Futex(&progress_, FUTEX_WAKE, INT_MAX, nullptr);
}

WaitResult Turns::Sleep(uint32_t seen, platform::internal::Until until) {
  // With a timeout, the kernel does not restart the wait after a signal
  // handler.
  timespec timeout = {3600, 0};
  bool last = false;
  if (until.has_value()) {
    const timespec left = platform::internal::TimeLeft(*until);
    if (left.tv_sec < timeout.tv_sec) {
      timeout = left;
      last = true;
    }
  }
  ++sleepers_;
  const long result = Futex(&progress_, FUTEX_WAIT, seen, &timeout);
  const int error = result == 0 ? 0 : errno;
  --sleepers_;
  if (error == ETIMEDOUT && last) return WaitResult::kTimeout;
  return error == EINTR ? WaitResult::kInterrupted : WaitResult::kReady;
}

}  // namespace airlock::python
