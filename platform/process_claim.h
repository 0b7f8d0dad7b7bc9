// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which process a connection belongs to after fork().
#ifndef AIRLOCK_PLATFORM_PROCESS_CLAIM_H_
#define AIRLOCK_PLATFORM_PROCESS_CLAIM_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"

namespace airlock::platform {

// A fork copies a connection's keys and sequence numbers. Two processes that
// write with them would encrypt different bytes with the same key and nonce,
// which gives both texts away. So the process that uses a connection first
// after a fork keeps it, be it the parent or the child, and all others are
// refused: a server may accept and shake hands in the parent and leave the
// connection to a child, and a parent may go on with a connection of which a
// child has an idle copy.
//
// How: a counter in memory that parent and child share, and what this process
// saw of it last. Each use moves both on by one, so what another process has
// seen is out of date from then on. No handler at fork takes part in it, so
// clone() and vfork() are covered.
//
// Thread-compatible, as the connection is.
class ProcessClaim {
 public:
  // Without memory to share, each Use is an error.
  ProcessClaim();
  ~ProcessClaim();
  ProcessClaim(const ProcessClaim&) = delete;
  ProcessClaim& operator=(const ProcessClaim&) = delete;

  // To be called before each read and write. An error (kInvalidArgument) where
  // another process has used the connection since the fork.
  absl::Status Use();

 private:
  class Page;
  class Pool;

  std::shared_ptr<Page> page_;  // Null: there was no memory.
  std::atomic<uint64_t>* slot_ = nullptr;
  uint64_t seen_ = 0;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_PROCESS_CLAIM_H_
