// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The keys of the session tickets of `airlock serve`, from its flags.
#ifndef AIRLOCK_PLATFORM_CLI_SERVE_TICKETS_H_
#define AIRLOCK_PLATFORM_CLI_SERVE_TICKETS_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/cli/serve_keys.h"
#include "platform/host.h"
#include "platform/http/site/stats_handler.h"
#include "platform/runtime.h"
#include "platform/tickets/ticket_refresher.h"
#include "ssl/ticket_keyring.h"

namespace airlock::cli {

// Keys of this server alone, those of a fleet, or one of the key service
// (--tickets). Thread-safe.
class ServeTickets {
 public:
  // `log`: gets lines for the operator, on any thread. `runtime` and what `log`
  // uses outlive this. Errors: what is wrong with a flag or the file that it
  // names; a Redis or a key service that cannot be reached is only logged.
  static absl::StatusOr<std::unique_ptr<ServeTickets>> FromFlags(
      std::shared_ptr<platform::Host> host, platform::Runtime* runtime,
      const ServeKeys& keys, std::function<void(absl::string_view)> log);

  const std::shared_ptr<ssl::TicketKeyring>& keyring() const {
    return keyring_;
  }

  // What the keyring has now, and has counted.
  http::TicketNumbers Numbers() const;

  // New tickets get a new key. An error if the keys come from elsewhere.
  absl::Status Rotate();

 private:
  ServeTickets(std::shared_ptr<platform::Host> host,
               std::shared_ptr<ssl::TicketKeyring> keyring,
               std::unique_ptr<platform::TicketRefresher> refresher)
      : host_(std::move(host)),
        keyring_(std::move(keyring)),
        refresher_(std::move(refresher)) {}

  const std::shared_ptr<platform::Host> host_;
  const std::shared_ptr<ssl::TicketKeyring> keyring_;
  const std::unique_ptr<platform::TicketRefresher> refresher_;  // Or null.
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SERVE_TICKETS_H_
