// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Ticket keys in a form that others may store.
#ifndef AIRLOCK_SSL_FLEET_KEY_H_
#define AIRLOCK_SSL_FLEET_KEY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/secret.h"
#include "ssl/ticket_keyring.h"

namespace airlock::ssl {

// The key of an operator under which the ticket keys of a fleet are encrypted,
// so that where they are stored, no one can read, change or make one. Uses
// AES-256-GCM, with a key derived for each ticket key as in XAES-256-GCM
// (https://c2sp.org/XAES-256-GCM); the name of the ticket key and its times are
// the additional data. Thread-safe.
class FleetKey {
 public:
  static constexpr size_t kSize = 32;

  // `secret`: 32 random bytes, or their 64 hexadecimal digits; white space
  // around the digits is ignored. Errors: kInvalidArgument for another size, or
  // if one byte is repeated throughout.
  static absl::StatusOr<FleetKey> Create(const Secret& secret);

  FleetKey(FleetKey&&) noexcept;
  FleetKey& operator=(FleetKey&&) noexcept;
  ~FleetKey();

  // What identifies it without revealing it: 16 hexadecimal digits.
  const std::string& id() const;

  // One line of text, without newline, for `key`. Its times lose fractions of a
  // second.
  std::string Wrap(const TicketKey& key) const;

  // The key of a line from Wrap. Errors: kInvalidArgument if it is not such a
  // line, was made with another fleet key, or was changed.
  absl::StatusOr<TicketKey> Unwrap(absl::string_view line) const;

 private:
  struct Impl;
  explicit FleetKey(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_FLEET_KEY_H_
