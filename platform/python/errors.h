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
  kErrorNone = 0,
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

// OpenSSL 3's number of an error, as in the stock module: includes the library
// up to Python 3.6.
constexpr int OpensslNumber(int library, int reason) {
  return AIRLOCK_PYTHON_AT_LEAST(3, 7) ? reason : (library << 23) | reason;
}

// The first argument of an SSLError that does not come from a connection.
enum OpensslReasonNumber {
  kReasonNoStartLine = OpensslNumber(9, 108),
  kReasonInvalidDirectory = OpensslNumber(11, 113),
  kReasonKeyValuesMismatch = OpensslNumber(11, 116),
  kReasonNoCertificateOrCrlFound = OpensslNumber(11, 136),
  kReasonNotEnoughData = OpensslNumber(13, 142),
  kReasonX509PemLib = OpensslNumber(11, 0x80009),
  kReasonPemLib = OpensslNumber(20, 0x80009),
  kReasonCaKeyTooSmall = OpensslNumber(20, 397),
  kReasonCaMdTooWeak = OpensslNumber(20, 398),
  kReasonEeKeyTooSmall = OpensslNumber(20, 399),
};

// Makes the exception classes and adds them to `module`.
int AddErrors(PyObject* module, ModuleState* state);

// The text of an SSLError. Empty strings become None.
struct SslErrorText {
  std::string library;
  std::string reason;
  std::string message;
};

// Each of these sets an exception and returns null. Messages begin with "[LIB:
// REASON] " and end with " (_ssl.c:LINE)", as programs expect; LINE is that of
// the caller.
PyObject* RaiseSslError(PyObject* type, int number, const SslErrorText& text,
                        int line);
// The same without library and reason, for SSLWantReadError (`read`) or
// SSLWantWriteError, which programs get very often: the arguments are made
// once.
PyObject* RaiseWantError(const ModuleState& state, bool read);
// `host` is the name that was checked, if any.
PyObject* RaiseStatus(const ModuleState& state, const absl::Status& status,
                      int line, const std::string& host = "");

// The same, for a certificate that is too weak to load: with OpenSSL's number
// of the reason if it has one.
PyObject* RaiseWeakStatus(const ModuleState& state, const absl::Status& status,
                          int line);

// The same, for credentials: an error that OpenSSL has no reason for is "PEM
// lib".
PyObject* RaisePemStatus(const ModuleState& state, const absl::Status& status,
                         int line);

// The same, for a readable CA bundle. `holds_any`: whether it contains a
// certificate or CRL, even a damaged one.
PyObject* RaiseBundleStatus(const ModuleState& state,
                            const absl::Status& status, bool holds_any,
                            int line);

// From errno, with the file's name unless it is empty.
PyObject* RaiseOsError(int error, const std::string& message,
                       const std::string& filename);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_ERRORS_H_
