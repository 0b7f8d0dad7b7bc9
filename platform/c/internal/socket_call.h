// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Calls of a socket that move bytes: one after the other within, while two
// threads may wait, one to read and one to write.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_SOCKET_CALL_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_SOCKET_CALL_H_

#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "ssl/socket.h"
#include "ssl/transport.h"

namespace airlock::c::internal {

// Does `io` unless it would nest, waiting as the socket's timeout allows where
// its transport is a descriptor. Notes in *done, where not null, how many bytes
// it moved, and adds them to *count, where not null. Deletes the socket at the
// end where a callback has freed it.
Outcome DoIo(airlock_socket* socket, size_t* done, uint64_t* count,
             absl::FunctionRef<ssl::IoResult(ssl::Socket&)> io);

// Whether this thread is in a call of `socket`.
bool InCall(const airlock_socket& socket);

// The socket whose call this thread is in, innermost; null: in none.
airlock_socket* CurrentSocket();

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_SOCKET_CALL_H_
