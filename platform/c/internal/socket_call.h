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
#include "absl/time/time.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/handles.h"
#include "platform/keys/key_client.h"
#include "platform/posix_transport.h"
#include "ssl/socket.h"
#include "ssl/transport.h"

namespace airlock::c::internal {

// Runs `io` unless it would nest. If the transport is a descriptor, waits as
// the socket's timeout allows. Sets *done, if not null, to the number of bytes
// that were transferred. Deletes the socket at the end if a callback freed it.
Outcome DoIo(airlock_socket* socket, size_t* done,
             absl::FunctionRef<ssl::IoResult(ssl::Socket&)> io);

// The time that a call has for signatures by the key service, which are part of
// it: until the deadline of `transport`, and `timeout` for each, unless that is
// zero. Null: callbacks, which have neither.
keys::KeyWaitScope KeyWaitFor(const platform::PosixTransport* transport,
                              absl::Duration timeout);

// Whether this thread is in a call of `socket`.
bool InCall(const airlock_socket& socket);

// The socket of this thread's innermost call; null: none.
airlock_socket* CurrentSocket();

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_SOCKET_CALL_H_
