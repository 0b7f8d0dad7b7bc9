// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The extension module `_ssl`.

#include <string>
#include <utility>

#include "platform/python/certificate.h"
#include "platform/python/constants.h"
#include "platform/python/context.h"
#include "platform/python/errors.h"
#include "platform/python/functions.h"
#include "platform/python/memory_bio.h"
#include "platform/python/module_state.h"
#include "platform/python/process_runtime.h"
#include "platform/python/profile.h"
#include "platform/python/python_compat.h"
#include "platform/python/session.h"
#include "platform/python/socket.h"
#include "platform/python/socket_wait.h"

namespace airlock::python {
namespace {

constexpr char kDoc[] =
    "TLS by Airlock over BoringSSL; use it through the module ssl.";

// Fails, so that importing ssl fails, if the policy is invalid.
int Fill(PyObject* module, const StatePtr& state) {
  const absl::StatusOr<platform::Runtime*> runtime = ProcessRuntime();
  if (!runtime.ok()) {
    PyErr_SetString(PyExc_ImportError,
                    std::string(runtime.status().message()).c_str());
    return -1;
  }
  state->runtime = *runtime;
  absl::StatusOr<ProcessProfile> profile = ReadProcessProfile();
  if (!profile.ok()) {
    PyErr_SetString(PyExc_ImportError,
                    std::string(profile.status().message()).c_str());
    return -1;
  }
  state->profile = *std::move(profile);
  if (AddConstants(module) < 0 || ApplyProfile(module, *state) < 0 ||
      AddErrors(module, state.get()) < 0 || FindSocketType(state.get()) < 0 ||
      AddMemoryBioType(module, state) < 0 ||
      AddSessionType(module, state) < 0 ||
      AddCertificateType(module, state) < 0 ||
      AddSocketType(module, state) < 0 || AddContextType(module, state) < 0) {
    return -1;
  }
  return 0;
}

// Makes the module's state; the reference keeps it alive.
PyRef Create(PyObject* module, StatePtr* state) {
  *state = std::make_shared<ModuleState>();
  PyRef holder = PyRef::Steal(NewStateHolder(module, *state));
  return holder && Fill(module, *state) == 0 ? std::move(holder) : PyRef();
}

#if PY_MAJOR_VERSION >= 3
// The interpreter's per-module memory; zero before the module is executed.
struct ModuleData {
  StatePtr* state;
  PyObject* holder;
};

ModuleData* DataOf(PyObject* module) {
  return static_cast<ModuleData*>(PyModule_GetState(module));
}

int Execute(PyObject* module) {
  auto state = std::make_unique<StatePtr>();
  PyRef holder = Create(module, state.get());
  if (!holder) return -1;
  *DataOf(module) = {state.release(), holder.release()};
  return 0;
}

int Traverse(PyObject* module, visitproc visit, void* arg) {
  if (const ModuleData* data = DataOf(module)) Py_VISIT(data->holder);
  return 0;
}

int Clear(PyObject* module) {
  if (ModuleData* data = DataOf(module)) Py_CLEAR(data->holder);
  return 0;
}

void Free(void* module) {
  auto* object = static_cast<PyObject*>(module);
  Clear(object);
  if (ModuleData* data = DataOf(object)) {
    delete std::exchange(data->state, nullptr);
  }
}

PyModuleDef* Definition() {
  static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(Guard<Execute>)},
#if AIRLOCK_PYTHON_AT_LEAST(3, 12)
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#if AIRLOCK_PYTHON_AT_LEAST(3, 13)
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, nullptr},
  };
  static PyModuleDef definition = {
      PyModuleDef_HEAD_INIT,
      "_ssl",
      kDoc,
      sizeof(ModuleData),
      ModuleFunctions(),
      slots,
      Traverse,
      Clear,
      Free,
  };
  return &definition;
}
#else
// Python 2 has one module for all interpreters, and never releases its types.
StatePtr* TheState() {
  static auto* const state = new StatePtr;
  return state;
}

PyObject* Execute(PyObject* module) {
  return Create(module, TheState()).release();
}
#endif

}  // namespace

StatePtr StateOfModule(PyObject* module) {
#if PY_MAJOR_VERSION >= 3
  const ModuleData* data = DataOf(module);
  StatePtr state =
      data == nullptr || data->state == nullptr ? nullptr : *data->state;
#else
  (void)module;
  StatePtr state = *TheState();
#endif
  if (state == nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "the module _ssl is not initialized");
  }
  return state;
}

}  // namespace airlock::python

#pragma GCC visibility push(default)

// The function that the interpreter looks up; the only exported symbol.
#if PY_MAJOR_VERSION >= 3
PyMODINIT_FUNC PyInit__ssl();

PyMODINIT_FUNC PyInit__ssl() {
  return PyModuleDef_Init(airlock::python::Definition());
}
#else
PyMODINIT_FUNC init_ssl();

PyMODINIT_FUNC init_ssl() {
  PyObject* module = Py_InitModule3("_ssl", airlock::python::ModuleFunctions(),
                                    airlock::python::kDoc);
  if (module == nullptr) return;
  if (airlock::python::Guard<airlock::python::Execute>(module) != nullptr) {
    return;
  }
  // Python 2 would keep the incomplete module, and return it for the next
  // import: socket tries one, and discards its error.
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyDict_DelItemString(PyImport_GetModuleDict(), "_ssl");
  PyErr_Clear();
  PyErr_Restore(type, value, traceback);
}
#endif

#pragma GCC visibility pop
