// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Transports out of the C interface's struct.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_TRANSPORT_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_TRANSPORT_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/c/airlock.h"
#include "platform/posix_transport.h"
#include "platform/process_claim.h"
#include "ssl/transport.h"

namespace airlock::c::internal {

struct MadeTransport {
  std::unique_ptr<ssl::Transport> transport;
  // The same, where it is over a descriptor.
  platform::PosixTransport* fd_transport = nullptr;
  // The transport's own.
  platform::ProcessClaim* claim = nullptr;
};

// Takes over what *given stands for; only where the struct is not good it does
// not.
absl::StatusOr<MadeTransport> MakeTransport(const airlock_transport* given);

// What `timeout_ms`, which may be one of AIRLOCK_WAIT_*, means for `fd` now.
absl::StatusOr<absl::Duration> TimeoutFor(int64_t timeout_ms, int fd);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_TRANSPORT_H_
