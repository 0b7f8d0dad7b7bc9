// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Standard input and output through a connection.
#ifndef AIRLOCK_PLATFORM_CLI_RELAY_H_
#define AIRLOCK_PLATFORM_CLI_RELAY_H_

#include "absl/status/status.h"
#include "platform/posix_transport.h"
#include "ssl/socket.h"

namespace airlock::cli {

// Sends what comes from `in` and writes what comes back to `out`, both ways at
// once, until the peer closes. The end of `in` is told to the peer
// (half-close), who may still answer. `socket`, its handshake done, runs over
// `transport`, which does not wait from here on.
absl::Status Relay(ssl::Socket* socket, platform::PosixTransport* transport,
                   int in, int out);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_RELAY_H_
