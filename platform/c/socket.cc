// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/socket.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/transport.h"
#include "platform/c/internal/values.h"

namespace airlock::c::internal {
namespace {

thread_local airlock_socket* current_socket = nullptr;

// Does `io` unless it would nest, and notes the bytes that it moved.
template <typename Io>
Outcome Do(airlock_socket* socket, size_t* done, const Io& io) {
  if (socket == nullptr) return IsNull("socket");
  if (socket->in_call) {
    return Invalid("A callback of the socket's own must not call it.");
  }
  const SocketCall call(socket);
  const absl::StatusOr<ssl::IoResult> result = io(*socket->socket);
  if (!result.ok()) return result.status();
  if (done != nullptr) *done = result->bytes;
  return StatusOf(*result);
}

}  // namespace

airlock_socket* CurrentSocket() { return current_socket; }

SocketCall::SocketCall(airlock_socket* socket)
    : socket_(socket), outer_(current_socket) {
  current_socket = socket;
  socket->in_call = true;
}

SocketCall::~SocketCall() {
  socket_->in_call = false;
  current_socket = outer_;
}

}  // namespace airlock::c::internal

using airlock::c::internal::Do;
using airlock::c::internal::Guarded;
using airlock::c::internal::Invalid;
using airlock::c::internal::IsNull;
using airlock::c::internal::Outcome;
using airlock::ssl::Socket;

void airlock_socket_free(airlock_socket* socket) {
  airlock::c::internal::Drop(socket);
}

airlock_status airlock_socket_handshake(airlock_socket* socket,
                                        airlock_error** error) {
  return Guarded(error, [&] {
    return Do(socket, nullptr, [](Socket& s) { return s.Handshake(); });
  });
}

airlock_status airlock_socket_read(airlock_socket* socket, void* into,
                                   size_t size, size_t* done,
                                   airlock_error** error) {
  if (done != nullptr) *done = 0;
  return Guarded(error, [&]() -> Outcome {
    if (done == nullptr) return IsNull("done");
    if (into == nullptr && size > 0) return IsNull("into");
    return Do(socket, done, [&](Socket& s) {
      return s.Read(absl::MakeSpan(static_cast<uint8_t*>(into), size));
    });
  });
}

airlock_status airlock_socket_write(airlock_socket* socket, const void* from,
                                    size_t size, size_t* done,
                                    airlock_error** error) {
  if (done != nullptr) *done = 0;
  return Guarded(error, [&]() -> Outcome {
    if (done == nullptr) return IsNull("done");
    if (from == nullptr && size > 0) return IsNull("from");
    return Do(socket, done, [&](Socket& s) {
      return s.Write(
          absl::MakeConstSpan(static_cast<const uint8_t*>(from), size));
    });
  });
}

airlock_status airlock_socket_shutdown(airlock_socket* socket,
                                       airlock_error** error) {
  return Guarded(error, [&] {
    return Do(socket, nullptr, [](Socket& s) { return s.Shutdown(); });
  });
}

airlock_status airlock_socket_unwrap(airlock_socket* socket,
                                     airlock_error** error) {
  return Guarded(error, [&] {
    return Do(socket, nullptr, [](Socket& s) { return s.Unwrap(); });
  });
}

airlock_status airlock_socket_pending(const airlock_socket* socket,
                                      size_t* pending, airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (pending == nullptr) return IsNull("pending");
    *pending = socket->socket->pending();
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_set_timeout(airlock_socket* socket,
                                          int64_t timeout_ms,
                                          airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (socket->fd_transport == nullptr) {
      return Invalid(
          "The transport is callbacks; how long they wait is their "
          "own affair.");
    }
    const auto timeout = airlock::c::internal::TimeoutFor(
        timeout_ms, socket->fd_transport->fd());
    if (!timeout.ok()) return timeout.status();
    socket->fd_transport->set_timeout(*timeout);
    return AIRLOCK_OK;
  });
}
