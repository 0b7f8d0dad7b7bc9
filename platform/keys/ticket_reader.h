// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reads files of ticket keys again when they change.
#ifndef AIRLOCK_PLATFORM_KEYS_TICKET_READER_H_
#define AIRLOCK_PLATFORM_KEYS_TICKET_READER_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "config/keys_file.h"
#include "platform/internal/unique_fd.h"
#include "ssl/secret.h"

namespace airlock::keys {

// A process that looks at the files of ticket keys in a configuration once in
// `interval`, since the key service, once confined, opens no files. It gets
// nothing from the service, and can only read files (ConfineTicketReader). A
// file that has just been written may be incomplete, so a look waits for the
// next one. Thread-compatible.
class TicketReader {
 public:
  // What a file has, or why it cannot be read.
  struct Reading {
    std::string key;  // Its name in the configuration.
    absl::StatusOr<ssl::Secret> text;
    bool first = false;  // The first of this key: it may be known already.
  };

  // Forks the process; null if the configuration has no file of ticket keys.
  // Call it before there are threads or secrets. `credentials` is as in
  // ReadKeySource. Errors: kInternal.
  static absl::StatusOr<std::unique_ptr<TicketReader>> Start(
      const config::KeysFile& file, const std::string& credentials,
      absl::Duration interval = absl::Seconds(1));

  TicketReader(const TicketReader&) = delete;
  TicketReader& operator=(const TicketReader&) = delete;

  // Readable when Take should be called.
  int fd() const { return socket_.get(); }

  // The next change, or new reason of a failure; unset: none yet.
  std::optional<Reading> Take();

  // Whether the process has ended, so that there will be no other.
  bool ended() const { return ended_; }

 private:
  TicketReader(std::vector<std::string> names,
               platform::internal::UniqueFd socket)
      : names_(std::move(names)),
        first_(names_.size(), true),
        socket_(std::move(socket)) {}

  const std::vector<std::string> names_;
  std::vector<bool> first_;
  const platform::internal::UniqueFd socket_;
  bool ended_ = false;
};

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_TICKET_READER_H_
