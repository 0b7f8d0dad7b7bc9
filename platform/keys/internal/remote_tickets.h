// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Session tickets whose key the key service keeps.
#ifndef AIRLOCK_PLATFORM_KEYS_INTERNAL_REMOTE_TICKETS_H_
#define AIRLOCK_PLATFORM_KEYS_INTERNAL_REMOTE_TICKETS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/internal/fd_wait.h"
#include "platform/keys/key_client.h"
#include "platform/keys/protocol.h"
#include "ssl/secret.h"
#include "ssl/ticket_keeper.h"

namespace airlock::keys::internal {

// Keeps some blanks in store, so that few handshakes wait, and none asks for
// its own. What a fork copies is dropped in the child: a blank that sealed two
// tickets would give both away. Thread-safe.
class RemoteTickets final : public ssl::TicketKeeper {
 public:
  RemoteTickets(std::shared_ptr<KeyClient> client, std::string key,
                Waiting waiting, absl::Duration timeout, absl::Duration pause);

  absl::StatusOr<std::vector<ssl::TicketBlank>> Take(size_t count) override;
  absl::StatusOr<std::optional<ssl::Secret>> Open(
      absl::string_view server_name, absl::string_view ticket) override;

 private:
  using Time = std::chrono::steady_clock::time_point;

  // Drops what may not be used any more: after a fork, and after a while.
  void DropOld(Time now);
  // Asks for blanks, or goes on asking; `ahead`: no handshake needs them yet.
  absl::Status Refill(Waiting waiting, bool ahead,
                      std::unique_lock<std::mutex>* lock);
  void Store(const std::string& bytes, Time until);
  // Asks for an answer of the type `wanted`, without the lock. After a failure,
  // later calls fail at once for a while, so that not each handshake waits.
  absl::StatusOr<Message> Ask(Message request, Waiting waiting,
                              MessageType wanted,
                              std::unique_lock<std::mutex>* lock);

  const std::shared_ptr<KeyClient> client_;
  const std::string key_;
  const Waiting waiting_;
  const absl::Duration timeout_;
  const absl::Duration pause_;

  // Not held while a thread waits, since a fork must not copy it locked.
  std::mutex mutex_;
  uint64_t generation_;  // Of the process that has what follows.
  std::vector<ssl::TicketBlank> store_;
  Time store_until_;
  uint32_t batch_ = 0;  // The request under way; 0: none.
  Time batch_asked_;
  // How long the handshake that asked waits for it.
  platform::internal::Until batch_awaited_;
  Time rests_until_;  // After a failure.
};

}  // namespace airlock::keys::internal

#endif  // AIRLOCK_PLATFORM_KEYS_INTERNAL_REMOTE_TICKETS_H_
