// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/unshared_fd.h"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>

namespace airlock::platform::internal {
namespace {

constexpr size_t kMost = 64;

// Each has a descriptor plus one, or 0 if it is free. No lock guards them,
// since a fork would copy it while another thread holds it.
std::array<std::atomic<int>, kMost> slots;

void CloseInChild() {
  for (std::atomic<int>& slot : slots) {
    const int used = slot.exchange(0);
    if (used > 0) close(used - 1);
  }
}

void EnsureHandler() {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, [] {
    // Fails only if out of memory. Then children inherit the descriptors.
    pthread_atfork(nullptr, nullptr, CloseInChild);
  });
}

}  // namespace

UnsharedFd::UnsharedFd(int fd) {
  EnsureHandler();
  for (std::atomic<int>& slot : slots) {
    int free = 0;
    if (slot.compare_exchange_strong(free, fd + 1)) {
      slot_ = &slot;
      return;
    }
  }
}

UnsharedFd::~UnsharedFd() {
  if (slot_ != nullptr) slot_->store(0);
}

}  // namespace airlock::platform::internal
