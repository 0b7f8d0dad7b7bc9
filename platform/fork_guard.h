// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keeps fork() from copying a lock that another thread holds.
#ifndef AIRLOCK_PLATFORM_FORK_GUARD_H_
#define AIRLOCK_PLATFORM_FORK_GUARD_H_

#include <cstdint>

namespace airlock::platform {

// While one exists, fork() in another thread waits, for five seconds at the
// most. In the child of a fork that did so, no lock of Airlock's or BoringSSL's
// is held. The interfaces for C and Python enter one in each call, and leave it
// while they wait and call back. A C++ program that forks while other threads
// use Airlock enters one around each use of its own that does not wait. They
// nest; a thread that is in one itself may fork. Thread-safe.
class ForkGuard {
 public:
  ForkGuard();
  ~ForkGuard();
  ForkGuard(const ForkGuard&) = delete;
  ForkGuard& operator=(const ForkGuard&) = delete;
};

// While one exists, this thread is in no ForkGuard: to wait, or to call what
// may wait. No lock may be held meanwhile.
class ForkPause {
 public:
  ForkPause();
  ~ForkPause();
  ForkPause(const ForkPause&) = delete;
  ForkPause& operator=(const ForkPause&) = delete;

 private:
  const int depth_;
};

// How many forks lie between this process and the one that loaded Airlock.
// Differs from what it was exactly in a child. Thread-safe.
uint64_t ForkGeneration();

// How many times this process or the ones before it have forked: a number that
// changes in the parent, too. Thread-safe.
uint64_t ForkCount();

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_FORK_GUARD_H_
