// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reports the result of a client's handshake, as text or JSON.
#ifndef AIRLOCK_PLATFORM_CLI_CONNECTION_REPORT_H_
#define AIRLOCK_PLATFORM_CLI_CONNECTION_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ssl/socket.h"

namespace airlock::cli {

struct ConnectionReport {
  std::string target;       // "example.com:443", as given.
  std::string server_name;  // The name that was verified.
  std::string trust;        // The origin of the CAs: "the platform's bundle".
  std::string policy;       // The policy in force, and why.
  absl::Time now;
  absl::Status handshake;
  const ssl::Socket* socket = nullptr;  // After the handshake, good or not.
};

// Names from the peer are escaped for the terminal.
std::string ConnectionText(const ConnectionReport& report);
std::string ConnectionJson(const ConnectionReport& report);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_CONNECTION_REPORT_H_
