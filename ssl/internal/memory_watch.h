// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Tells whether BoringSSL ran out of memory in a longer piece of work.
#ifndef AIRLOCK_SSL_INTERNAL_MEMORY_WATCH_H_
#define AIRLOCK_SSL_INTERNAL_MEMORY_WATCH_H_

#include <cstdint>

namespace airlock::ssl::internal {

// Notices each failed allocation that is found in this thread's error queue
// when it is drained or emptied (error_queue.h). What BoringSSL says of a
// certificate may be wrong if it could not allocate memory, and the parts of a
// verification empty the queue one after another.
class MemoryWatch {
 public:
  MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;

  // Since the construction. Does not look at what the queue still holds.
  bool ran_out() const;

  // For error_queue.cc: an allocation failed.
  static void Note();

 private:
  const uint64_t before_;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_MEMORY_WATCH_H_
