// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The functions of the module: random bytes, object identifiers, paths.
#ifndef AIRLOCK_PLATFORM_PYTHON_FUNCTIONS_H_
#define AIRLOCK_PLATFORM_PYTHON_FUNCTIONS_H_

#include "platform/python/module_state.h"
#include "platform/python/python_compat.h"

namespace airlock::python {

// For PyModuleDef; ends with an empty entry.
PyMethodDef* ModuleFunctions();

// The state of the module that a function was called on. Null with an exception
// set before the module is initialized.
StatePtr StateOfModule(PyObject* module);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_FUNCTIONS_H_
