// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs Debian's Redis server.
#ifndef AIRLOCK_TESTS_PLATFORM_TICKETS_REDIS_SERVER_H_
#define AIRLOCK_TESTS_PLATFORM_TICKETS_REDIS_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "platform/tickets/redis_url.h"
#include "tests/support/process.h"

namespace airlock::testing {

struct RedisServer {
  std::unique_ptr<Process> process;
  platform::RedisUrl url;
};

// Starts one without data, on loopback. `port`: 0 for any free port. With
// `password`, clients need it. With `tls`, it speaks TLS with testdata's
// server_p256 on that port.
absl::StatusOr<RedisServer> StartRedis(uint16_t port = 0,
                                       const std::string& password = "",
                                       bool tls = false);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_PLATFORM_TICKETS_REDIS_SERVER_H_
