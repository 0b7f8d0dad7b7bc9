// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A transport that its owner can break.
#ifndef AIRLOCK_PLATFORM_PYTHON_BREAKABLE_TRANSPORT_H_
#define AIRLOCK_PLATFORM_PYTHON_BREAKABLE_TRANSPORT_H_

#include <utility>

#include "absl/status/status.h"
#include "platform/process_claim.h"
#include "ssl/transport.h"

namespace airlock::python {

// After a fork, it belongs to the process that uses it first; in others each
// Read and Write returns an error (see platform::ProcessClaim).
// Thread-compatible.
class BreakableTransport : public ssl::Transport {
 public:
  // Whether it failed because memory ran out.
  bool out_of_memory() const { return out_of_memory_; }

  // From now on, every Read and Write returns this error, which is not OK.
  void Break(absl::Status why) { broken_ = std::move(why); }

 protected:
  // The error for a lack of memory.
  absl::Status OutOfMemory() {
    out_of_memory_ = true;
    return absl::ResourceExhaustedError("out of memory");
  }

  // OK unless it is broken, or belongs to another process. Call before each
  // use.
  absl::Status Usable() { return broken_.ok() ? claim_.Use() : broken_; }

 private:
  absl::Status broken_;
  platform::ProcessClaim claim_;
  bool out_of_memory_ = false;
};

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_BREAKABLE_TRANSPORT_H_
