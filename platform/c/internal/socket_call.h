// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Socket calls that transfer bytes. They run one at a time, but two threads may
// wait at the same time, one to read and one to write.
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

// Runs `io` unless it would nest. If the transport is a descriptor, waits as
// the socket's timeout allows. Sets *done, if not null, to the number of bytes
// that were transferred. Deletes the socket at the end if a callback freed it.
Outcome DoIo(airlock_socket* socket, size_t* done,
             absl::FunctionRef<ssl::IoResult(ssl::Socket&)> io);

// Whether this thread is in a call of `socket`.
bool InCall(const airlock_socket& socket);

// The socket of this thread's innermost call; null: none.
airlock_socket* CurrentSocket();

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_SOCKET_CALL_H_
