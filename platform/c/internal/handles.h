// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What is behind the opaque handles.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_HANDLES_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_HANDLES_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/transport.h"
#include "platform/c/internal/values.h"
#include "platform/posix_transport.h"
#include "platform/process_claim.h"
#include "platform/runtime.h"
#include "ssl/certificate.h"
#include "ssl/context.h"
#include "ssl/session.h"
#include "ssl/socket.h"

struct airlock_runtime {
  std::unique_ptr<airlock::platform::Runtime> runtime;
  // As a context's.
  airlock::c::internal::UserDataPtr user;
};

struct airlock_context {
  std::shared_ptr<const airlock::ssl::Context> context;
  airlock::ssl::Side side;
  // The only host that it is for, because the policy was asked for that one.
  absl::optional<std::string> server_hostname;
  // Even where no callback needs it, its host may think that one does.
  airlock::c::internal::UserDataPtr user;
};

struct airlock_session {
  std::shared_ptr<const airlock::ssl::Session> session;
};

struct airlock_certificate {
  airlock::ssl::Certificate certificate;
};

struct airlock_socket {
  // From here on it is the calls that wait, and not the transport.
  void WaitOutside() {
    if (fd_transport == nullptr) return;
    timeout = fd_transport->timeout();
    fd_transport->set_timeout(absl::ZeroDuration());
  }

  void* user = nullptr;
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
  std::shared_ptr<const airlock::c::internal::Traffic> traffic;
  // When the first call that shook hands began, and how long it all took.
  absl::optional<std::chrono::steady_clock::time_point> handshake_begin;
  absl::optional<std::chrono::steady_clock::duration> handshake_time;
  std::unique_ptr<airlock::ssl::Socket> socket;
  // Of `socket`'s; null where the transport is callbacks.
  airlock::platform::PosixTransport* fd_transport = nullptr;
  // Of `socket`'s transport; null where that was released.
  airlock::platform::ProcessClaim* claim = nullptr;
  // What airlock_socket_info gave pointers into.
  absl::optional<airlock::ssl::ConnectionInfo> info;
  // How long a call waits at a time; of descriptors.
  absl::Duration timeout = absl::ZeroDuration();
  std::shared_ptr<airlock::c::internal::Waits> waits;
  // How many threads are in a call, and of which process.
  std::atomic<int> calls{0};
  std::atomic<uint64_t> generation{0};
  bool freed = false;  // From within a call.
  // A call did not come to its end, so what is within may be in any state.
  bool broken = false;
};

namespace airlock::c::internal {

// The runtime that a C program gets from airlock_runtime_new, but on `host`.
absl::StatusOr<std::unique_ptr<airlock_runtime>> MakeRuntime(
    std::shared_ptr<platform::Host> host, config::Environment environment,
    platform::RuntimeOptions options);

// Ok where a socket that reaches for `server_hostname` may have `context`.
absl::Status CheckHost(const airlock_context& context,
                       absl::string_view server_hostname);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_HANDLES_H_
