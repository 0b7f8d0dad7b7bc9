// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What became of a client's handshake, told to people and to programs.
#ifndef AIRLOCK_PLATFORM_CLI_CONNECTION_REPORT_H_
#define AIRLOCK_PLATFORM_CLI_CONNECTION_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ssl/socket.h"

namespace airlock::cli {

struct ConnectionReport {
  std::string target;       // "example.com:443", as it was asked for.
  std::string server_name;  // The name that was verified.
  std::string trust;        // Where the CAs are from: "the platform's bundle".
  std::string policy;       // What is in force, and why.
  absl::Time now;
  absl::Status handshake;
  const ssl::Socket* socket = nullptr;  // After the handshake, good or not.
};

// Names of the peer's are escaped for the terminal.
std::string ConnectionText(const ConnectionReport& report);
std::string ConnectionJson(const ConnectionReport& report);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_CONNECTION_REPORT_H_
