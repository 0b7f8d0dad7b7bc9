// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/fork_guard.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <utility>

namespace airlock::platform {
namespace {

// A thread that stays in a guard longer is stuck; waiting on would also block
// the process that forks.
constexpr std::chrono::seconds kPatience{5};

struct Gate {
  std::atomic<int> inside{0};
  std::atomic<bool> forking{false};
  std::mutex mutex;
  std::condition_variable changed;
};

// The child makes a new one: threads that do not exist in the child may have
// been waiting in the old one.
alignas(Gate) unsigned char gate_storage[sizeof(Gate)];
Gate* gate = nullptr;
std::atomic<uint64_t> generation{0};
std::atomic<uint64_t> forks{0};

thread_local int depth = 0;

void Enter() {
  while (true) {
    gate->inside.fetch_add(1);
    if (!gate->forking.load()) return;
    if (gate->inside.fetch_sub(1) == 1) {
      const std::lock_guard<std::mutex> lock(gate->mutex);
      gate->changed.notify_all();
    }
    std::unique_lock<std::mutex> lock(gate->mutex);
    gate->changed.wait(lock, [] { return !gate->forking.load(); });
  }
}

void Leave() {
  gate->inside.fetch_sub(1);
  if (!gate->forking.load()) return;
  const std::lock_guard<std::mutex> lock(gate->mutex);
  gate->changed.notify_all();
}

// How many of those inside belong to the forking thread.
int Own() { return depth > 0 ? 1 : 0; }

void BeforeFork() {
  std::unique_lock<std::mutex> lock(gate->mutex);
  gate->forking.store(true);
  gate->changed.wait_for(lock, kPatience,
                         [] { return gate->inside.load() <= Own(); });
  lock.release();  // Held until the fork is over.
}

void AfterForkInParent() {
  forks.fetch_add(1);
  gate->forking.store(false);
  gate->changed.notify_all();
  gate->mutex.unlock();
}

void AfterForkInChild() {
  forks.fetch_add(1);
  generation.fetch_add(1);
  gate = new (gate_storage) Gate;
  gate->inside.store(Own());
}

void EnsureGate() {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, [] {
    gate = new (gate_storage) Gate;
    // Fails only if out of memory. Then fork() works without the gate.
    pthread_atfork(BeforeFork, AfterForkInParent, AfterForkInChild);
  });
}

}  // namespace

ForkGuard::ForkGuard() {
  if (depth > 0) {
    ++depth;
    return;
  }
  EnsureGate();
  Enter();
  depth = 1;
}

ForkGuard::~ForkGuard() {
  if (--depth == 0) Leave();
}

ForkPause::ForkPause() : depth_(std::exchange(depth, 0)) {
  if (depth_ > 0) Leave();
}

ForkPause::~ForkPause() {
  if (depth_ > 0) Enter();
  depth = depth_;
}

// Whoever asks compares the answer with a later one.
uint64_t ForkGeneration() {
  EnsureGate();
  return generation.load();
}

uint64_t ForkCount() {
  EnsureGate();
  return forks.load();
}

}  // namespace airlock::platform
