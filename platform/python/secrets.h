// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keys and passwords from Python code, copied once.
#ifndef AIRLOCK_PLATFORM_PYTHON_SECRETS_H_
#define AIRLOCK_PLATFORM_PYTHON_SECRETS_H_

#include "platform/python/python_compat.h"
#include "ssl/secret.h"

namespace airlock::python {

// Copies the characters of a str or unicode, as UTF-8, or of bytes, and wipes
// all intermediate copies. False with an exception set: a TypeError that names
// `what` for any other object. The caller keeps the object.
bool SecretOf(PyObject* object, const char* what, ssl::Secret* out);

// Wipes the str, unicode, bytes or bytearray from a callback or read(), if
// nothing else refers to it: the caller must drop it next.
void WipeIfOwn(PyObject* object);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_SECRETS_H_
