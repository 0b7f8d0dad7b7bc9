// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Addresses of Redis and Valkey servers.
#ifndef AIRLOCK_PLATFORM_TICKETS_REDIS_URL_H_
#define AIRLOCK_PLATFORM_TICKETS_REDIS_URL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::platform {

struct RedisUrl {
  bool tls = false;  // rediss.
  std::string user;
  std::string password;
  std::string host;  // An IPv6 address without brackets.
  uint16_t port = 6379;
  uint32_t database = 0;

  // Without user and password.
  std::string ToString() const;
};

// Parses redis[s]://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]; user and password
// may be percent-encoded. Errors (kInvalidArgument) never show a password.
// Thread-safe.
absl::StatusOr<RedisUrl> ParseRedisUrl(absl::string_view text);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_TICKETS_REDIS_URL_H_
