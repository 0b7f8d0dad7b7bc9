// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/socket.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/socket_call.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/transport.h"
#include "platform/c/internal/values.h"
#include "ssl/error.h"

namespace airlock::c::internal {
namespace {

absl::Status CheckFit(const airlock_socket& socket,
                      const airlock_context& context) {
  if (InCall(socket)) {
    return Invalid(
        "A socket's own callback must not replace its context; the sni "
        "callback can choose one.");
  }
  if (context.side != socket.socket->side()) {
    return Invalid(
        "context is for the other side: a client's context cannot be used for "
        "a server.");
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
  return Invalid(
      absl::StrCat("server_hostname differs from the context's, \"",
                   *context.server_hostname,
                   "\", and the policy was applied for that host alone; make a "
                   "context without server_hostname, or one for this host."));
}

}  // namespace airlock::c::internal

using airlock::c::internal::CheckFit;
using airlock::c::internal::DoIo;
using airlock::c::internal::Guarded;
using airlock::c::internal::Invalid;
using airlock::c::internal::IsNull;
using airlock::c::internal::Outcome;
using airlock::ssl::Socket;

namespace {

// The maximum size of a record (RFC 8446, section 5.1).
constexpr size_t kMaxRecord = 16384;

Outcome Write(airlock_socket* socket, const void* from, size_t size,
              size_t* done) {
  if (socket == nullptr) return IsNull("socket");
  return DoIo(socket, done, [&](Socket& s) {
    return s.Write(
        absl::MakeConstSpan(static_cast<const uint8_t*>(from), size));
  });
}

}  // namespace

void airlock_socket_free(airlock_socket* socket) {
  if (socket != nullptr && airlock::c::internal::InCall(*socket)) {
    socket->freed = true;
    return;
  }
  if (socket != nullptr && socket->calls > 0) {
    // Leaked: threads of the parent, which do not exist in this process, may
    // have been waiting on it, and its destructor would wait for them.
    new std::shared_ptr<airlock::c::internal::SharedState>(socket->shared);
  }
  airlock::c::internal::Drop(socket);
}

airlock_socket* airlock_socket_current(void) {
  return airlock::c::internal::CurrentSocket();
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
    return DoIo(socket, nullptr, [](Socket& s) { return s.Handshake(); });
  });
}

airlock_status airlock_socket_read(airlock_socket* socket, void* into,
                                   size_t size, size_t* done,
                                   airlock_error** error) {
  if (done != nullptr) *done = 0;
  return Guarded(error, [&]() -> Outcome {
    if (done == nullptr) return IsNull("done");
    if (into == nullptr && size > 0) return IsNull("into");
    if (socket == nullptr) return IsNull("socket");
    return DoIo(socket, done, [&](Socket& s) {
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
    return Write(socket, from, size, done);
  });
}

airlock_status airlock_socket_writev(airlock_socket* socket,
                                     const airlock_bytes* pieces, size_t count,
                                     size_t* done, airlock_error** error) {
  if (done != nullptr) *done = 0;
  return Guarded(error, [&]() -> Outcome {
    if (done == nullptr) return IsNull("done");
    const absl::Status good =
        airlock::c::internal::CheckList(pieces, count, "pieces");
    if (!good.ok()) return good;
    const absl::Span<const airlock_bytes> list(pieces, count);
    size_t pieces_with_bytes = 0;
    const airlock_bytes* last = nullptr;
    for (const airlock_bytes& piece : list) {
      const auto bytes = airlock::c::internal::Given(piece, "pieces[]");
      if (!bytes.ok()) return bytes.status();
      if (piece.size == 0) continue;
      ++pieces_with_bytes;
      last = &piece;
    }
    if (pieces_with_bytes == 0) return Write(socket, "", 0, done);
    if (pieces_with_bytes == 1) {
      return Write(socket, last->data, last->size, done);
    }
    // At most one record is written, and wiped here.
    char record[kMaxRecord];
    const airlock::c::internal::Wiper wiper(record, sizeof(record));
    size_t size = 0;
    for (const airlock_bytes& piece : list) {
      const size_t some = std::min(piece.size, sizeof(record) - size);
      if (some > 0) std::memcpy(record + size, piece.data, some);
      size += some;
    }
    return Write(socket, record, size, done);
  });
}

airlock_status airlock_socket_shutdown(airlock_socket* socket,
                                       airlock_error** error) {
  return Guarded(error, [&] {
    return DoIo(socket, nullptr, [](Socket& s) { return s.Shutdown(); });
  });
}

airlock_status airlock_socket_unwrap(airlock_socket* socket,
                                     airlock_error** error) {
  return Guarded(error, [&] {
    return DoIo(socket, nullptr, [](Socket& s) { return s.Unwrap(); });
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
      return Invalid("A callback of this socket is using its transport.");
    }
    const auto transport = socket->socket->ReleaseTransport();
    if (transport == nullptr) {
      return airlock::ssl::MakeStatus(airlock::ssl::ErrorKind::kClosed,
                                      "The transport was already released.");
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
          "The socket has no descriptor; its callbacks decide how long they "
          "wait.");
    }
    const auto timeout = airlock::c::internal::TimeoutFor(
        timeout_ms, socket->fd_transport->fd());
    if (!timeout.ok()) return timeout.status();
    socket->timeout = *timeout;
    return AIRLOCK_OK;
  });
}

airlock_status airlock_socket_set_deadline(airlock_socket* socket,
                                           int64_t deadline_ms,
                                           airlock_error** error) {
  return Guarded(error, [&]() -> Outcome {
    if (socket == nullptr) return IsNull("socket");
    if (socket->fd_transport == nullptr) {
      return Invalid(
          "The socket has no descriptor; its callbacks decide how long they "
          "wait.");
    }
    const auto deadline = airlock::c::internal::DeadlineFor(deadline_ms);
    if (!deadline.ok()) return deadline.status();
    socket->fd_transport->set_deadline(*deadline);
    return AIRLOCK_OK;
  });
}
