// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Connections to Redis over TCP, and over TLS by Airlock.
#ifndef AIRLOCK_PLATFORM_TICKETS_REDIS_CONNECT_H_
#define AIRLOCK_PLATFORM_TICKETS_REDIS_CONNECT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/runtime.h"
#include "platform/tickets/redis_client.h"
#include "platform/tickets/redis_url.h"
#include "platform/wrap_options.h"

namespace airlock::platform {

// What fork() does with the child's copy of a connection.
enum class InChildren {
  // The process that uses the connection first keeps it (see PosixTransport).
  kKept,
  // It is closed. The thread that uses the connection must not fork.
  kClosed,
};

// Connects to `url`. With TLS, the server's chain and name are verified as the
// policy of `runtime` says, against `ca_certs`. Dial, the TLS handshake and
// then each answer take `timeout` at most, however slowly the server sends.
// Errors: those of Dial and Runtime::WrapSocket. Thread-safe.
absl::StatusOr<std::unique_ptr<RedisStream>> ConnectRedis(
    const RedisUrl& url, Runtime* runtime, const CaCerts& ca_certs,
    absl::Duration timeout, InChildren in_children = InChildren::kKept);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_TICKETS_REDIS_CONNECT_H_
