// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Processes that do for the key service what its own filter forbids.
#ifndef AIRLOCK_PLATFORM_KEYS_INTERNAL_HELPER_PROCESS_H_
#define AIRLOCK_PLATFORM_KEYS_INTERNAL_HELPER_PROCESS_H_

#include <sys/types.h>

#include <functional>

#include "absl/status/statusor.h"
#include "platform/internal/unique_fd.h"

namespace airlock::keys::internal {

// Ends this process with its parent, which was `parent`.
void EndWith(pid_t parent);

// Forks a process that runs `run`, which must not return, with one end of a
// pair of packet sockets, and returns the other end. The process has no other
// descriptors but the standard ones, ignores the signals that a terminal sends,
// and ends with this one. Call it before there are threads. Errors: kInternal.
absl::StatusOr<platform::internal::UniqueFd> ForkHelper(
    const std::function<void(int socket)>& run);

}  // namespace airlock::keys::internal

#endif  // AIRLOCK_PLATFORM_KEYS_INTERNAL_HELPER_PROCESS_H_
