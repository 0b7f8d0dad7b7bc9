// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keys and passwords that Python code hands over, copied once.
#ifndef AIRLOCK_PLATFORM_PYTHON_SECRETS_H_
#define AIRLOCK_PLATFORM_PYTHON_SECRETS_H_

#include "platform/python/python_compat.h"
#include "ssl/secret.h"

namespace airlock::python {

// Copies the characters of a str or unicode, as UTF-8, or of bytes; what else
// had to be copied on the way is wiped. False with an exception set: TypeError
// that names `what` for any other object. The object itself stays the caller's.
bool SecretOf(PyObject* object, const char* what, ssl::Secret* out);

// Wipes the str, unicode, bytes or bytearray that a callback or read() gave,
// where nobody else has it: it must be dropped next.
void WipeIfOwn(PyObject* object);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_SECRETS_H_
