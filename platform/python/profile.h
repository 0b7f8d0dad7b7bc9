// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What App Engine's profile 2.7 of `ssl` lacks. (Profile 2.7.11 is all that
// this module is.)
#ifndef AIRLOCK_PLATFORM_PYTHON_PROFILE_H_
#define AIRLOCK_PLATFORM_PYTHON_PROFILE_H_

#include "platform/python/module_state.h"
#include "platform/python/python_compat.h"

namespace airlock::python {

// Whether the module has profile 2.7: PROTOCOL_SSLv23, the default, is TLS 1.0
// there, no client sends SNI, and an application makes no contexts.
bool IsOldest(const ModuleState& state);

// Says on `module` what the profile lacks, and warns of it; -1 with an
// exception set where a warning is an error.
int ApplyProfile(PyObject* module, const ModuleState& state);

// Whether the Python code that runs may make an SSLContext: with profile 2.7
// only wrap_socket, ssl's and airlock's, and the standard library may. Else
// false with an exception set.
bool MayMakeContext(const ModuleState& state);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_PROFILE_H_
