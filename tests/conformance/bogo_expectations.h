// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What BoringSSL's test runner expects the shim to see of a connection.
#ifndef AIRLOCK_TESTS_CONFORMANCE_BOGO_EXPECTATIONS_H_
#define AIRLOCK_TESTS_CONFORMANCE_BOGO_EXPECTATIONS_H_

#include "absl/status/status.h"
#include "ssl/socket.h"
#include "tests/conformance/bogo_config.h"
#include "tests/conformance/bogo_endpoint.h"

namespace airlock::bogo {

// Each returns an error (kInternal) that names the first difference.

// Right after the handshake. `resumes`: it is not the first connection.
absl::Status CheckHandshake(const Config& config, bool resumes,
                            const ssl::Socket& socket, const Seen& seen);

// After all data, before the connection is closed.
absl::Status CheckAfterwards(const Config& config, const ssl::Socket& socket,
                             const Seen& seen);

// After the connection was closed.
absl::Status CheckMessages(const Config& config, const Seen& seen);

}  // namespace airlock::bogo

#endif  // AIRLOCK_TESTS_CONFORMANCE_BOGO_EXPECTATIONS_H_
