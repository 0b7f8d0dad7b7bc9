// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Applies App Engine's profile 2.7 of `ssl`, which lacks features. (Profile
// 2.7.11 is this whole module.)
#ifndef AIRLOCK_PLATFORM_PYTHON_PROFILE_H_
#define AIRLOCK_PLATFORM_PYTHON_PROFILE_H_

#include "platform/python/module_state.h"
#include "platform/python/python_compat.h"

namespace airlock::python {

// Whether the module has profile 2.7: PROTOCOL_SSLv23, the default, is TLS 1.0,
// no client sends SNI, and an application cannot make contexts.
bool IsOldest(const ModuleState& state);

// Sets on `module` what the profile lacks, and warns about it; -1 with an
// exception set if a warning is an error.
int ApplyProfile(PyObject* module, const ModuleState& state);

// Whether the running Python code may make an SSLContext: with profile 2.7 only
// ssl's and airlock's wrap_socket and the standard library may. Otherwise false
// with an exception set.
bool MayMakeContext(const ModuleState& state);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_PROFILE_H_
