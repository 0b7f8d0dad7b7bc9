// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Transports out of the C interface's struct.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_TRANSPORT_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_TRANSPORT_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "platform/c/airlock.h"
#include "platform/posix_transport.h"
#include "platform/process_claim.h"
#include "ssl/transport.h"

namespace airlock::c::internal {

// What went over a socket's transport, in bytes.
struct Traffic {
  uint64_t read = 0;
  uint64_t written = 0;
};

// Who is in a socket, and who waits for its descriptor.
struct Waits {
  std::mutex mutex;
  bool reading = false;  // One waits to read, another to write.
  bool writing = false;
  std::condition_variable over;  // One more has waited,
  uint64_t round = 0;            // of so many.
};

struct MadeTransport {
  std::unique_ptr<ssl::Transport> transport;
  // The same, where it is over a descriptor.
  platform::PosixTransport* fd_transport = nullptr;
  // The transport's own.
  platform::ProcessClaim* claim = nullptr;
  // Counts on as the transport moves bytes.
  std::shared_ptr<const Traffic> traffic;
  // Of the socket that it is made for. While `reading`, the transport does not
  // read.
  std::shared_ptr<Waits> waits;
};

// Takes over what *given stands for; only where the struct is not good it does
// not.
absl::StatusOr<MadeTransport> MakeTransport(const airlock_transport* given);

// The moment of AIRLOCK_TRANSPORT's deadline_ms; nothing where that is 0.
absl::StatusOr<absl::optional<std::chrono::steady_clock::time_point>>
DeadlineFor(int64_t deadline_ms);

// What `timeout_ms`, which may be one of AIRLOCK_WAIT_*, means for `fd` now.
absl::StatusOr<absl::Duration> TimeoutFor(int64_t timeout_ms, int fd);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_TRANSPORT_H_
