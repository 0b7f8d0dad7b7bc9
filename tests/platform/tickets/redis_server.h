// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs Debian's Redis and Valkey servers.
#ifndef AIRLOCK_TESTS_PLATFORM_TICKETS_REDIS_SERVER_H_
#define AIRLOCK_TESTS_PLATFORM_TICKETS_REDIS_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "platform/tickets/redis_url.h"
#include "tests/support/process.h"

namespace airlock::testing {

struct RedisServer {
  std::unique_ptr<Process> process;
  platform::RedisUrl url;
};

// The programs that tests run with, for INSTANTIATE_TEST_SUITE_P.
std::vector<std::string> RedisPrograms();

// Why this machine cannot run one of these; empty if it can. Debian 12 has no
// Valkey. AIRLOCK_VALKEY_SERVER is the path of a valkey-server from elsewhere.
// Redis is never missing: setup installs it.
std::string MissingRedis(const std::string& program);

struct RedisServerOptions {
  std::string program = "redis-server";  // Or "valkey-server".
  uint16_t port = 0;                     // 0: any free port.
  std::string password = {};             // If set, clients need it.
  bool tls = false;  // Speak TLS with testdata's server_p256.
};

// Starts one without data, on loopback.
absl::StatusOr<RedisServer> StartRedis(const RedisServerOptions& options = {});

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_PLATFORM_TICKETS_REDIS_SERVER_H_
