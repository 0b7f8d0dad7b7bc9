// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Python 3.15's methods for groups, signature algorithms and TLS 1.3 suites.
#ifndef AIRLOCK_PLATFORM_PYTHON_NEGOTIATION_H_
#define AIRLOCK_PLATFORM_PYTHON_NEGOTIATION_H_

#include "platform/python/python_compat.h"

// The name of a method that ssl has since Python 3.15. Earlier versions have it
// under a private name, for the package `airlock`.
#if AIRLOCK_PYTHON_AT_LEAST(3, 15)
#define AIRLOCK_SINCE_3_15(name) name
#else
#define AIRLOCK_SINCE_3_15(name) "_" name
#endif

namespace airlock::python {

// Methods of _SSLContext. Lists have OpenSSL's syntax; a list that cannot be
// applied as it stands is an SSLError, and changes nothing.
PyObject* SetGroups(PyObject* self, PyObject* list);
PyObject* GetGroups(PyObject* self, PyObject* args, PyObject* kwargs);
PyObject* SetCiphersuites(PyObject* self, PyObject* list);
PyObject* SetClientSigalgs(PyObject* self, PyObject* list);
PyObject* SetServerSigalgs(PyObject* self, PyObject* list);

// Methods of _SSLSocket: OpenSSL's name of what was negotiated, or None.
PyObject* Group(PyObject* self, PyObject* unused);
PyObject* ClientSigalg(PyObject* self, PyObject* unused);
PyObject* ServerSigalg(PyObject* self, PyObject* unused);
// The same, by RFC 8879's name; ssl has no such method.
PyObject* CertificateCompression(PyObject* self, PyObject* unused);

// A function of the module: the names that the setters accept.
PyObject* GetSigalgs(PyObject* module, PyObject* unused);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_NEGOTIATION_H_
