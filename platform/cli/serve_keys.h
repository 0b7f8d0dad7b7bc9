// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The key service of `airlock serve`.
#ifndef AIRLOCK_PLATFORM_CLI_SERVE_KEYS_H_
#define AIRLOCK_PLATFORM_CLI_SERVE_KEYS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/environment.h"
#include "platform/http/server/server_options.h"
#include "platform/keys/key_client.h"
#include "platform/keys/signing_stats.h"
#include "ssl/credentials.h"
#include "ssl/secret.h"
#include "ssl/ticket_keeper.h"

namespace airlock::cli {

// What the flags name by "airlock-key:NAME". Its handshakes never wait on a
// loop's thread. Thread-safe.
class ServeKeys {
 public:
  // Without AIRLOCK_KEYS, the functions that need the service fail. Errors: the
  // variable is invalid.
  static absl::StatusOr<ServeKeys> FromEnvironment(
      const config::Environment& environment);

  // The key NAME, which signs, with `certfile` or the service's own chain.
  // Asks the service, for at most two seconds. Errors name --key.
  absl::StatusOr<std::shared_ptr<const ssl::Credentials>> Credentials(
      const std::string& name, std::optional<ssl::Secret> certfile) const;

  // The key NAME, which is for tickets. A service that does not answer within
  // two seconds is only logged. Errors name --tickets: there is no such key, or
  // it signs.
  absl::StatusOr<std::shared_ptr<ssl::TicketKeeper>> Tickets(
      const std::string& name,
      const std::function<void(absl::string_view)>& log) const;

  // The signatures so far; null if there is no service. Valid as long as this.
  std::function<keys::SigningCounts()> Signing() const;

  // For the server. Without a service, there is nothing to wait for. Errors: a
  // lack of descriptors.
  absl::StatusOr<http::LateAnswers> Late() const;

 private:
  explicit ServeKeys(std::shared_ptr<keys::KeyClient> client)
      : client_(std::move(client)) {}

  const std::shared_ptr<keys::KeyClient> client_;  // Null: there is none.
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SERVE_KEYS_H_
