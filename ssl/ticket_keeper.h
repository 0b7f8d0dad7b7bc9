// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Session tickets whose keys another process keeps.
#ifndef AIRLOCK_SSL_TICKET_KEEPER_H_
#define AIRLOCK_SSL_TICKET_KEEPER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/secret.h"

namespace airlock::ssl {

// What seals one ticket: a random nonce, and the key that is derived from the
// ticket key and the nonce. It opens this one ticket and no other, and the
// ticket key cannot be computed from it. A blank that seals two tickets gives
// both away, so it is used once.
struct TicketBlank {
  static constexpr size_t kNonceSize = 24;
  static constexpr size_t kKeySize = 32;

  std::string name;   // TicketKey::name, 16 bytes.
  std::string nonce;  // 24 bytes.
  Secret key;         // 32 bytes.
};

// The way to a process that keeps the keys: it hands out blanks, since
// BoringSSL cannot wait while it seals, and opens tickets. A failure never
// fails a handshake: the connection gets no ticket, or does not resume.
// Implementations are thread-safe.
class TicketKeeper {
 public:
  virtual ~TicketKeeper() = default;

  // `count` blanks, which no other call gets. Errors: Later(); anything else:
  // there are none now.
  virtual absl::StatusOr<std::vector<TicketBlank>> Take(size_t count) = 0;

  // The content of a ticket that was sealed for `server_name`; unset if it is
  // not valid, or no longer. Errors: Later(), and it is then called again with
  // the same arguments; anything else: it cannot be opened now.
  virtual absl::StatusOr<std::optional<Secret>> Open(
      absl::string_view server_name, absl::string_view ticket) = 0;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_TICKET_KEEPER_H_
