// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A certificate as the dict from SSLSocket.getpeercert().
#ifndef AIRLOCK_PLATFORM_PYTHON_CERTIFICATE_DICT_H_
#define AIRLOCK_PLATFORM_PYTHON_CERTIFICATE_DICT_H_

#include "platform/python/module_state.h"
#include "platform/python/python_compat.h"
#include "ssl/certificate.h"

namespace airlock::python {

// Null with an exception set if the certificate cannot be decoded.
PyObject* CertificateDict(const ModuleState& state,
                          const ssl::Certificate& certificate);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_CERTIFICATE_DICT_H_
