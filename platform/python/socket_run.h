// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What _ssl._SSLSocket does on the wire: the core never waits; waiting is done
// here, as long as the Python socket's timeout allows.
#ifndef AIRLOCK_PLATFORM_PYTHON_SOCKET_RUN_H_
#define AIRLOCK_PLATFORM_PYTHON_SOCKET_RUN_H_

#include "absl/functional/function_ref.h"
#include "absl/types/optional.h"
#include "platform/python/python_compat.h"
#include "platform/python/socket.h"
#include "ssl/io_result.h"
#include "ssl/socket.h"

namespace airlock::python {

// What is done to a connection.
struct Operation {
  const char* name;
  bool writes = false;  // Whether it makes records of a caller's bytes.
};

// One attempt at it, which is made again after a wait. It is told whether it
// may leave nothing undone: where nothing waits, a second record that could not
// be sent would be under way without the caller knowing.
using Attempt = absl::FunctionRef<ssl::IoResult(ssl::Socket& core, bool whole)>;

// Makes attempts until one is done or closed, which is for the caller to look
// at; nullopt with an exception set. Needs the GIL.
absl::optional<ssl::IoResult> Run(PyObject* self, const Operation& operation,
                                  Attempt attempt);

// Sets SSLZeroReturnError, and gives null.
PyObject* RaiseClosed(const SocketObject& socket);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_SOCKET_RUN_H_
