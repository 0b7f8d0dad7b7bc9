// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock's errors as the exceptions of Python's ssl module.
#ifndef AIRLOCK_PLATFORM_PYTHON_ERRORS_H_
#define AIRLOCK_PLATFORM_PYTHON_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "platform/python/module_state.h"
#include "platform/python/python_compat.h"

namespace airlock::python {

// SSL_ERROR_*: the first argument of an SSLError.
enum SslErrorNumber {
  kErrorSsl = 1,
  kErrorWantRead = 2,
  kErrorWantWrite = 3,
  kErrorWantX509Lookup = 4,
  kErrorSyscall = 5,
  kErrorZeroReturn = 6,
  kErrorWantConnect = 7,
  kErrorEof = 8,
  kErrorInvalidErrorCode = 10,
};

// Makes the exception classes and puts them into `module`.
int AddErrors(PyObject* module, ModuleState* state);

// What a raised SSLError says. Empty strings become None.
struct SslErrorText {
  std::string library;
  std::string reason;
  std::string message;
};

// Each of these sets an exception and returns null. Messages get "[LIB: REASON]
// " before them and " (_ssl.c:LINE)" after, as everybody expects; LINE is that
// of the caller.
PyObject* RaiseSslError(PyObject* type, int number, const SslErrorText& text,
                        int line);
// `host` is the name that was checked, where one was.
PyObject* RaiseStatus(const ModuleState& state, const absl::Status& status,
                      int line, const std::string& host = "");

// The same, for credentials and CA bundles: what OpenSSL has no reason for, it
// calls "PEM lib".
PyObject* RaisePemStatus(const ModuleState& state, const absl::Status& status,
                         int line);

// From errno, with the file's name unless empty.
PyObject* RaiseOsError(int error, const std::string& message,
                       const std::string& filename);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_ERRORS_H_
