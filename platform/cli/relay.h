// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Connects standard input and output to a TLS connection.
#ifndef AIRLOCK_PLATFORM_CLI_RELAY_H_
#define AIRLOCK_PLATFORM_CLI_RELAY_H_

#include "absl/status/status.h"
#include "platform/posix_transport.h"
#include "ssl/socket.h"

namespace airlock::cli {

// Sends data from `in` and writes received data to `out`, in both directions at
// once, until the peer closes. Reports the end of `in` to the peer
// (half-close), which may still answer. An error (kDataLoss) if the peer closes
// before data that was read from `in` is sent; what is still in `in` does not
// count. `socket`, its handshake done, uses `transport`, which does not wait
// from now on.
absl::Status Relay(ssl::Socket* socket, platform::PosixTransport* transport,
                   int in, int out);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_RELAY_H_
