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
#include "platform/fork_guard.h"
#include "ssl/error.h"

namespace airlock::c::internal {
namespace {

thread_local const SocketCall* current_call = nullptr;

// Does `io` unless it would nest, and notes the bytes that it moved.
template <typename Io>
Outcome Do(airlock_socket* socket, size_t* done, const Io& io) {
  if (socket == nullptr) return IsNull("socket");
  if (InCall(*socket)) {
    return Invalid("A callback of the socket's own must not call it.");
  }
  if (socket->in_call) {
    return Invalid(
        "Another thread was in a call of this socket as the process forked, so "
        "that it stays the parent's. Free this copy of it.");
  }
  if (socket->claim != nullptr) {
    const absl::Status mine = socket->claim->Use();
    if (!mine.ok()) return mine;
  }
  if (socket->broken) {
    return ssl::MakeStatus(ssl::ErrorKind::kInternal,
                           "An earlier call ran out of memory; free the "
                           "socket.");
  }
  const SocketCall call(socket);
  socket->broken = true;
  const absl::StatusOr<ssl::IoResult> result = io(*socket->socket);
  socket->broken = false;
  if (!result.ok()) return result.status();
  if (done != nullptr) *done = result->bytes;
  return StatusOf(*result);
}

absl::Status CheckFit(const airlock_socket& socket,
                      const airlock_context& context) {
  if (InCall(socket)) {
    return Invalid(
        "A callback of the socket's own must not replace its context; that of "
        "SNI has a way to choose one.");
  }
  if (context.side != socket.socket->side()) {
    return Invalid(
        "context is of the other side: a client's cannot be a server's.");
  }
  return CheckHost(context, socket.socket->server_hostname());
}

}  // namespace

absl::Status CheckHost(const airlock_context& context,
                       absl::string_view server_hostname) {
  if (!context.server_hostname.has_value() ||
      server_hostname == *context.server_hostname) {
    return absl::OkStatus();
  }
  return Invalid(absl::StrCat(
      "server_hostname is not that of the context, \"",
      *context.server_hostname,
      "\", for which alone the policy was asked; make a context without "
      "server_hostname, or one for this host."));
}

bool InCall(const airlock_socket& socket) {
  if (!socket.in_call) return false;
  if (socket.generation == platform::ForkGeneration()) return true;
  for (const SocketCall* call = current_call; call != nullptr;
       call = call->outer_) {
    if (call->socket_ == &socket) return true;
  }
  return false;
}

airlock_socket* CurrentSocket() {
  return current_call == nullptr ? nullptr : current_call->socket();
}

SocketCall::SocketCall(airlock_socket* socket)
    : socket_(socket), outer_(current_call) {
  current_call = this;
  socket->in_call = true;
  socket->generation = platform::ForkGeneration();
}

SocketCall::~SocketCall() {
  socket_->in_call = false;
  current_call = outer_;
  if (socket_->freed) delete socket_;
}

}  // namespace airlock::c::internal

using airlock::c::internal::CheckFit;
using airlock::c::internal::Do;
using airlock::c::internal::Guarded;
using airlock::c::internal::Invalid;
using airlock::c::internal::IsNull;
using airlock::c::internal::Outcome;
using airlock::ssl::Socket;

void airlock_socket_free(airlock_socket* socket) {
  if (socket != nullptr && airlock::c::internal::InCall(*socket)) {
    socket->freed = true;
    return;
  }
  airlock::c::internal::Drop(socket);
}

airlock_status airlock_socket_set_context(airlock_socket* socket,
                                          airlock_context* context,
                                          airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (context == nullptr) return IsNull("context");
    const absl::Status fit = CheckFit(*socket, *context);
    if (!fit.ok()) return fit;
    const absl::Status status = socket->socket->SwitchContext(context->context);
    if (!status.ok()) return status;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_set_session(airlock_socket* socket,
                                          const airlock_session* session,
                                          airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (session == nullptr) return IsNull("session");
    const absl::Status status = socket->socket->SetSession(session->session);
    if (!status.ok()) return status;
    return AIRLOCK_OK;
  });
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

airlock_status airlock_socket_release_transport(airlock_socket* socket,
                                                int32_t* fd,
                                                airlock_error** error) {
  if (fd != nullptr) *fd = -1;
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (fd == nullptr) return IsNull("fd");
    if (airlock::c::internal::InCall(*socket)) {
      return Invalid("A callback of the socket's own needs its transport.");
    }
    const auto transport = socket->socket->ReleaseTransport();
    if (transport == nullptr) {
      return airlock::ssl::MakeStatus(airlock::ssl::ErrorKind::kClosed,
                                      "The transport was released already.");
    }
    if (socket->fd_transport != nullptr) *fd = socket->fd_transport->Release();
    socket->fd_transport = nullptr;
    socket->claim = nullptr;
    return AIRLOCK_OK;
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
          "The socket has no descriptor; how long callbacks wait is their own "
          "affair.");
    }
    const auto timeout = airlock::c::internal::TimeoutFor(
        timeout_ms, socket->fd_transport->fd());
    if (!timeout.ok()) return timeout.status();
    socket->fd_transport->set_timeout(*timeout);
    return AIRLOCK_OK;
  });
}
