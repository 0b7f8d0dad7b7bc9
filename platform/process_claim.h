// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Decides which process owns a connection after fork().
#ifndef AIRLOCK_PLATFORM_PROCESS_CLAIM_H_
#define AIRLOCK_PLATFORM_PROCESS_CLAIM_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"

namespace airlock::platform {

// A fork copies a connection's keys and sequence numbers. If two processes
// wrote with them, they would encrypt different bytes with the same key and
// nonce, which reveals both texts. So the first process to use a connection
// after a fork keeps it, parent or child, and all others get an error. A server
// may accept and do the handshake in the parent and leave the connection to a
// child, and a parent may keep using a connection of which a child has an idle
// copy.
//
// Implementation: a counter in memory that parent and child share, and the
// value that this process saw last. Each use increments both, so the values
// that other processes saw become outdated. It does not depend on fork
// handlers, so clone() and vfork() are covered.
//
// Thread-compatible, like the connection.
class ProcessClaim {
 public:
  // If shared memory cannot be allocated, each Use is an error.
  ProcessClaim();
  ~ProcessClaim();
  ProcessClaim(const ProcessClaim&) = delete;
  ProcessClaim& operator=(const ProcessClaim&) = delete;

  // Call this before each read and write. An error (kInvalidArgument) if
  // another process has used the connection since the fork.
  absl::Status Use();

 private:
  class Page;
  class Pool;

  std::shared_ptr<Page> page_;  // Null: out of memory.
  std::atomic<uint64_t>* slot_ = nullptr;
  uint64_t seen_ = 0;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_PROCESS_CLAIM_H_
