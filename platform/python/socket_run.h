// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The network operations of _ssl._SSLSocket. The core never waits; this file
// waits for it, within the Python socket's timeout.
#ifndef AIRLOCK_PLATFORM_PYTHON_SOCKET_RUN_H_
#define AIRLOCK_PLATFORM_PYTHON_SOCKET_RUN_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "platform/python/python_compat.h"
#include "platform/python/socket.h"
#include "ssl/io_result.h"
#include "ssl/socket.h"

namespace airlock::python {

// An operation on a connection.
struct Operation {
  const char* name;
  bool writes = false;  // Makes records from a caller's bytes.
  bool brief = false;   // Moves at most one record, if the handshake is done.
};

// One attempt, repeated after a wait. `whole`: the attempt must not leave work
// unfinished. If nothing waits, the caller would not know that a second record
// is pending that could not be sent.
using Attempt = absl::FunctionRef<ssl::IoResult(ssl::Socket& core, bool whole)>;

// Repeats the attempt until the result is done or closed, and returns it;
// nullopt with an exception set. Needs the GIL.
std::optional<ssl::IoResult> Run(PyObject* self, const Operation& operation,
                                 Attempt attempt);

// Sets SSLZeroReturnError, and returns null.
PyObject* RaiseClosed(const SocketObject& socket);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_SOCKET_RUN_H_
