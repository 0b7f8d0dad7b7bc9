// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Encrypted Client Hello (RFC 9849), for the package `airlock`: ssl has no
// methods for it.
#ifndef AIRLOCK_PLATFORM_PYTHON_ECH_H_
#define AIRLOCK_PLATFORM_PYTHON_ECH_H_

#include "platform/python/python_compat.h"

namespace airlock::python {

// Methods of _SSLContext. Bytes, or None for none; whether GREASE is sent.
// ValueError for what cannot be used, which changes nothing.
PyObject* SetEchConfigs(PyObject* self, PyObject* configs);
PyObject* SetEchKeys(PyObject* self, PyObject* pem);
PyObject* SetEchGrease(PyObject* self, PyObject* enabled);

// A method of _SSLSocket: EchStatusName's word, or None before the end of the
// handshake.
PyObject* GetEchStatus(PyObject* self, PyObject* unused);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_ECH_H_
