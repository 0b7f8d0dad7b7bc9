// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a ticket key must be like.
#ifndef AIRLOCK_SSL_INTERNAL_CHECK_TICKET_KEYS_H_
#define AIRLOCK_SSL_INTERNAL_CHECK_TICKET_KEYS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/ticket_keyring.h"

namespace airlock::ssl::internal {

// What is compared with a new key.
struct KnownTicketKey {
  absl::string_view name;
  absl::string_view secret;
};

// Checks keys that take the place of `known`. Errors: as in
// TicketKeyring::Update. Thread-safe.
absl::Status CheckTicketKeys(absl::Span<const TicketKey> keys,
                             absl::Span<const KnownTicketKey> known);

// Checks the options. Errors: as in TicketKeyring::Create. Thread-safe.
absl::Status CheckTicketKeyringOptions(const TicketKeyringOptions& options);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CHECK_TICKET_KEYS_H_
