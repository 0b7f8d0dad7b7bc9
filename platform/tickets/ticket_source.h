// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Where the ticket keys of a fleet come from.
#ifndef AIRLOCK_PLATFORM_TICKETS_TICKET_SOURCE_H_
#define AIRLOCK_PLATFORM_TICKETS_TICKET_SOURCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ssl/ticket_keyring.h"

namespace airlock::platform {

// A place that has ticket keys. Thread-compatible: one call at a time.
class TicketSource {
 public:
  TicketSource() = default;
  TicketSource(const TicketSource&) = delete;
  TicketSource& operator=(const TicketSource&) = delete;
  virtual ~TicketSource() = default;

  // All keys at `now`, the time of day; unset: the same as last time. May wait
  // for a few seconds. Errors name the source and the reason, without secrets.
  virtual absl::StatusOr<std::optional<std::vector<ssl::TicketKey>>> Fetch(
      absl::Time now) = 0;

  // How often to call Fetch.
  virtual absl::Duration interval() const = 0;

  // For messages, without secrets.
  virtual const std::string& name() const = 0;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_TICKETS_TICKET_SOURCE_H_
