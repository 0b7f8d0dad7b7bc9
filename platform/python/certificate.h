// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The type _ssl.Certificate, for Python 3.10 and later.
#ifndef AIRLOCK_PLATFORM_PYTHON_CERTIFICATE_H_
#define AIRLOCK_PLATFORM_PYTHON_CERTIFICATE_H_

#include <vector>

#include "platform/python/module_state.h"
#include "platform/python/python_compat.h"
#include "ssl/certificate.h"

namespace airlock::python {

int AddCertificateType(PyObject* module, const StatePtr& state);

// A list of Certificate objects; None for an empty chain.
PyObject* CertificateList(const StatePtr& state,
                          const std::vector<ssl::Certificate>& chain);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_CERTIFICATE_H_
