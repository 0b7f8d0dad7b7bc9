// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keeps fork() from copying a lock that another thread holds.
#ifndef AIRLOCK_PLATFORM_FORK_GUARD_H_
#define AIRLOCK_PLATFORM_FORK_GUARD_H_

#include <cstdint>

namespace airlock::platform {

// While a ForkGuard exists, fork() in another thread waits for it, at most five
// seconds. After such a fork, the child holds no lock of Airlock or BoringSSL.
// The interfaces for C and Python enter a guard in each call, and leave it
// while they wait and in callbacks. A C++ program that forks while other
// threads use Airlock enters one around each call of Airlock that does not
// wait. Guards nest; a thread inside a guard may fork. Thread-safe.
class ForkGuard {
 public:
  ForkGuard();
  ~ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
};

// While a ForkPause exists, this thread is outside its ForkGuards, so that it
// can wait. It must not hold a lock meanwhile.
class ForkPause {
 public:
  ForkPause();
  ~ForkPause();
  ForkPause(const ForkPause&) = delete;
  ForkPause& operator=(const ForkPause&) = delete;

 private:
  const int depth_;
};

// How many forks lie between this process and the one that first used a function
// or class of this header. It changes only in a child. Thread-safe.
uint64_t ForkGeneration();

// How many times this process and its ancestors have forked; it changes in the
// parent, too. Thread-safe.
uint64_t ForkCount();

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_FORK_GUARD_H_
