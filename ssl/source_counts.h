// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What happens to live credentials and bundles, in numbers.
#ifndef AIRLOCK_SSL_SOURCE_COUNTS_H_
#define AIRLOCK_SSL_SOURCE_COUNTS_H_

#include <atomic>
#include <cstdint>

namespace airlock::ssl {

// The numbers of one CredentialSource or TrustSource, for metrics: they exist
// as long as someone holds them, also after the source. Thread-safe, without
// locks.
struct SourceCounts {
  std::atomic<uint64_t> updates{0};   // Updates that replaced something.
  std::atomic<uint64_t> failures{0};  // Updates that failed.
  std::atomic<bool> failing{false};   // Whether the last update failed.
  std::atomic<bool> ended{false};     // Whether the source is gone.
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SOURCE_COUNTS_H_
