// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The flags of SPIFFE IDs.
#ifndef AIRLOCK_PLATFORM_CLI_SPIFFE_FLAGS_H_
#define AIRLOCK_PLATFORM_CLI_SPIFFE_FLAGS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "platform/host.h"
#include "ssl/spiffe_peers.h"

namespace airlock::cli {

// Reads the bundles of --trust-domain. Null if neither it nor --spiffe-id is
// given. Errors name the flag.
absl::StatusOr<std::shared_ptr<const ssl::SpiffePeers>> SpiffeFromFlags(
    platform::Host* host);

// The paths of --trust-domain, without other sources.
std::vector<std::string> SpiffeFiles();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SPIFFE_FLAGS_H_
