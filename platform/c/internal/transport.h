// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Makes transports from the C struct.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_TRANSPORT_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_TRANSPORT_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/c/airlock.h"
#include "platform/posix_transport.h"
#include "platform/process_claim.h"
#include "ssl/transport.h"

namespace airlock::c::internal {

// Which threads wait for a descriptor.
struct Waits {
  bool reading = false;  // A thread waits to read, another to write.
  bool writing = false;
  std::condition_variable over;  // Another wait has ended;
  uint64_t round = 0;            // how many have.
};

// What a socket shares with its transport.
struct SharedState {
  std::mutex mutex;
  std::unique_ptr<Waits> waits;  // Null if the transport is callbacks.
};

struct MadeTransport {
  std::unique_ptr<ssl::Transport> transport;
  // The same transport, if it is over a descriptor.
  platform::PosixTransport* fd_transport = nullptr;
  // The transport's.
  platform::ProcessClaim* claim = nullptr;
  // For the socket that will use the transport, which does not read while
  // `waits->reading` is set.
  std::shared_ptr<SharedState> shared;
};

// Takes over the content of *given, unless the struct is invalid.
absl::StatusOr<MadeTransport> MakeTransport(const airlock_transport* given);

// The time for airlock_transport's deadline_ms; unset if that is 0.
absl::StatusOr<std::optional<std::chrono::steady_clock::time_point>>
DeadlineFor(int64_t deadline_ms);

// What `timeout_ms`, which may be one of AIRLOCK_WAIT_*, means for `fd` now.
absl::StatusOr<absl::Duration> TimeoutFor(int64_t timeout_ms, int fd);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_TRANSPORT_H_
