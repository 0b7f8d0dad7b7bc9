// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The ticket keys that a keyring makes for itself.
#ifndef AIRLOCK_SSL_INTERNAL_OWN_TICKET_KEYS_H_
#define AIRLOCK_SSL_INTERNAL_OWN_TICKET_KEYS_H_

#include <array>
#include <vector>

#include "absl/time/time.h"
#include "ssl/internal/key_memory.h"
#include "ssl/ticket_keyring.h"

namespace airlock::ssl::internal {

// Each key comes from a chain of hashes, and its link is wiped: processes that
// fork at any time go on to the same next key, and no process can compute a key
// that it has dropped. Not thread-safe.
class OwnTicketKeys : public InKeyMemory {
 public:
  // The first key seals from `now`.
  OwnTicketKeys(absl::Duration period, absl::Time now);
  ~OwnTicketKeys();
  OwnTicketKeys(const OwnTicketKeys&) = delete;
  OwnTicketKeys& operator=(const OwnTicketKeys&) = delete;

  // The keys that are due by `now`, at most the last TicketKeyring::kMostKeys.
  // If the clock WasSetBack, the next key is due now.
  std::vector<TicketKey> Advance(absl::Time now);
  // The next key, which seals from `now`.
  TicketKey Rotate(absl::Time now);
  // When Advance makes the next key.
  absl::Time due() const { return due_; }
  // Whether the clock was set back to before the newest key began, by more than
  // a correction: that key would seal for too long.
  bool WasSetBack(absl::Time now) const;
  // From then on it was not.
  absl::Time earliest() const;

 private:
  TicketKey Step(absl::Time from, absl::Time until);

  const absl::Duration period_;
  absl::Time due_;
  std::array<char, 32> link_ = {};  // What the next key is derived from.
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_OWN_TICKET_KEYS_H_
