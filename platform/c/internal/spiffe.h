// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which SPIFFE IDs a peer may have.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_SPIFFE_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_SPIFFE_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "platform/c/airlock.h"
#include "ssl/spiffe_peers.h"

namespace airlock::c::internal {

// What the spiffe_ fields of an options struct say; null if none is set.
absl::StatusOr<std::shared_ptr<const ssl::SpiffePeers>> GivenSpiffe(
    const airlock_spiffe_bundle* bundles, size_t bundles_count,
    const airlock_bytes* ids, size_t ids_count);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_SPIFFE_H_
