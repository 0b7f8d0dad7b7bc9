// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What is behind the opaque handles.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_HANDLES_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_HANDLES_H_

#include <memory>
#include <string>

#include "absl/types/optional.h"
#include "platform/c/airlock.h"
#include "platform/posix_transport.h"
#include "platform/runtime.h"
#include "ssl/certificate.h"
#include "ssl/context.h"
#include "ssl/session.h"
#include "ssl/socket.h"

struct airlock_runtime {
  std::unique_ptr<airlock::platform::Runtime> runtime;
};

struct airlock_context {
  std::shared_ptr<const airlock::ssl::Context> context;
  airlock::ssl::Side side;
  // The only host that it is for, because the policy was asked for that one.
  absl::optional<std::string> server_hostname;
};

struct airlock_session {
  std::shared_ptr<const airlock::ssl::Session> session;
};

struct airlock_certificate {
  airlock::ssl::Certificate certificate;
};

struct airlock_socket {
  std::unique_ptr<airlock::ssl::Socket> socket;
  // Of `socket`'s; null where the transport is callbacks.
  airlock::platform::PosixTransport* fd_transport = nullptr;
  // What airlock_socket_info gave pointers into.
  absl::optional<airlock::ssl::ConnectionInfo> info;
  bool in_call = false;
};

namespace airlock::c::internal {

// The runtime that a C program gets from airlock_runtime_new, but on `host`.
absl::StatusOr<std::unique_ptr<airlock_runtime>> MakeRuntime(
    std::shared_ptr<platform::Host> host, platform::RuntimeOptions options);

// The socket whose call this thread is in, innermost; null: in none.
airlock_socket* CurrentSocket();

// Marks `socket` as the current one. Its calls do not nest.
class SocketCall {
 public:
  explicit SocketCall(airlock_socket* socket);
  ~SocketCall();
  SocketCall(const SocketCall&) = delete;
  SocketCall& operator=(const SocketCall&) = delete;

 private:
  airlock_socket* const socket_;
  airlock_socket* const outer_;
};

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_HANDLES_H_
