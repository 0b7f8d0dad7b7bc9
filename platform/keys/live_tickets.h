// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Ticket keys of the key service that follow their files.
#ifndef AIRLOCK_PLATFORM_KEYS_LIVE_TICKETS_H_
#define AIRLOCK_PLATFORM_KEYS_LIVE_TICKETS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/keys/key_service.h"
#include "platform/keys/ticket_reader.h"
#include "ssl/ticket_keyring.h"

namespace airlock::keys {

// What became of a file of ticket keys that was read again.
struct TicketEvent {
  absl::Time time;
  std::string key;  // Empty: of all, since the reader has ended.
  absl::Status
      status;  // Ok: its keys are in force. Otherwise the old ones are.

  // One JSON object on one line, without newline: `time`, `action` "ticket keys
  // replaced" or "ticket keys kept", `key` and `reason`.
  std::string ToJson() const;
};

// Gives keyrings what a TicketReader reads. Thread-compatible.
class LiveTickets {
 public:
  using Sink = std::function<void(const TicketEvent&)>;

  // The keyrings are those of `keys`.
  LiveTickets(std::unique_ptr<TicketReader> reader,
              const std::vector<ServedKey>& keys,
              std::function<absl::Time()> clock, Sink sink);

  // Readable when Poll should be called.
  int fd() const { return reader_->fd(); }

  // Takes what the reader has read. False if there will be nothing more.
  bool Poll();

 private:
  absl::Status Apply(const TicketReader::Reading& reading, absl::Time now);

  const std::unique_ptr<TicketReader> reader_;
  const std::function<absl::Time()> clock_;
  const Sink sink_;
  std::map<std::string, std::shared_ptr<ssl::TicketKeyring>> keyrings_;
};

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_LIVE_TICKETS_H_
