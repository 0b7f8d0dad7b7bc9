// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Ticket keys in a file that the operator distributes.
#ifndef AIRLOCK_PLATFORM_TICKETS_FILE_TICKET_SOURCE_H_
#define AIRLOCK_PLATFORM_TICKETS_FILE_TICKET_SOURCE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "platform/host.h"
#include "platform/tickets/ticket_source.h"

namespace airlock::platform {

// Parses a file of ticket keys: one per line, as NAME SECRET FROM UNTIL. NAME
// and SECRET have 32 and 64 hexadecimal digits, and the key seals tickets
// between the times FROM and UNTIL (RFC 3339, "2026-01-01T00:00:00Z").
// Empty lines and lines that begin with "#" are ignored. Errors
// (kInvalidArgument) name the line, and show nothing of it. Thread-safe.
absl::StatusOr<std::vector<ssl::TicketKey>> ParseTicketKeys(
    absl::string_view text);

// The same as a line, without newline. Its times lose fractions of a second.
std::string FormatTicketKey(const ssl::TicketKey& key);

// Reads the file again when it has changed.
class FileTicketSource final : public TicketSource {
 public:
  FileTicketSource(std::shared_ptr<Host> host, std::string path);

  absl::StatusOr<std::optional<std::vector<ssl::TicketKey>>> Fetch(
      absl::Time now) override;
  absl::Duration interval() const override { return absl::Seconds(1); }
  const std::string& name() const override { return path_; }

 private:
  const std::shared_ptr<Host> host_;
  const std::string path_;
  std::optional<FileIdentity> seen_;  // Unset: read it in any case.
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_TICKETS_FILE_TICKET_SOURCE_H_
