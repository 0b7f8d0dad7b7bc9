// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The keys of a context's session tickets.
#ifndef AIRLOCK_PLATFORM_PYTHON_TICKET_KEYS_H_
#define AIRLOCK_PLATFORM_PYTHON_TICKET_KEYS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "ssl/secret.h"

namespace airlock::python {

// Keys that exist as soon as the Python context does, as with OpenSSL, so that
// the processes that a server forks accept each other's tickets. Every two days
// a key replaces the one before, which decrypts for two more days.
//
// Each key comes from a chain of hashes, and its link is wiped: processes that
// fork at any time go on to the same next key, and no process can compute a key
// that it has dropped.
//
// Guarded by the GIL.
class TicketKeys {
 public:
  explicit TicketKeys(absl::Time now);

  // Goes on to the keys at `now`. Returns whether they changed. A clock that is
  // set back changes nothing.
  bool Advance(absl::Time now);

  // For ssl::ContextOptions::ticket_keys.
  const std::vector<std::shared_ptr<const ssl::Secret>>& keys() const {
    return keys_;
  }

 private:
  void Step();

  const absl::Time made_;
  int64_t period_ = 0;  // Since `made_`.
  ssl::Secret link_;    // What the next key is derived from.
  std::vector<std::shared_ptr<const ssl::Secret>> keys_;
};

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_TICKET_KEYS_H_
