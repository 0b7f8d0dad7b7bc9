// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Prevents SIGPIPE when writing to a closed pipe.
#ifndef AIRLOCK_PLATFORM_INTERNAL_SIGPIPE_BLOCK_H_
#define AIRLOCK_PLATFORM_INTERNAL_SIGPIPE_BLOCK_H_

#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace airlock::platform::internal {

// While one exists, this thread's writes do not raise SIGPIPE in the process,
// whose signal handler we must not change. Preserves errno.
class SigpipeBlock {
 public:
  SigpipeBlock() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  ~SigpipeBlock() {
    const int error = errno;
    const timespec now = {};
    if (!was_pending_) sigtimedwait(&sigpipe_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }
  SigpipeBlock(const SigpipeBlock&) = delete;
  SigpipeBlock& operator=(const SigpipeBlock&) = delete;

 private:
  sigset_t sigpipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_SIGPIPE_BLOCK_H_
