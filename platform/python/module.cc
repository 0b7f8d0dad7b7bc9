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

// Fails, and with it the import of ssl, where the policy makes no sense.
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

#if PY_MAJOR_VERSION >= 3
StatePtr* StateSlot(PyObject* module) {
  return static_cast<StatePtr*>(PyModule_GetState(module));
}

int Execute(PyObject* module) {
  new (StateSlot(module)) StatePtr(std::make_shared<ModuleState>());
  return Fill(module, *StateSlot(module));
}

int Traverse(PyObject* module, visitproc visit, void* arg) {
  const StatePtr* state = StateSlot(module);
  if (state == nullptr || *state == nullptr) return 0;
  return (*state)->ForEach([visit, arg](const PyRef* ref) {
    Py_VISIT(ref->get());
    return 0;
  });
}

int Clear(PyObject* module) {
  const StatePtr* state = StateSlot(module);
  if (state == nullptr || *state == nullptr) return 0;
  return (*state)->ForEach([](PyRef* ref) {
    ref->Reset();
    return 0;
  });
}

void Free(void* module) {
  auto* object = static_cast<PyObject*>(module);
  Clear(object);
  if (StatePtr* state = StateSlot(object)) state->reset();
}

PyModuleDef* Definition() {
  static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(Execute)},
#if AIRLOCK_PYTHON_AT_LEAST(3, 12)
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, nullptr},
  };
  static PyModuleDef definition = {
      PyModuleDef_HEAD_INIT,
      "_ssl",
      kDoc,
      sizeof(StatePtr),
      ModuleFunctions(),
      slots,
      Traverse,
      Clear,
      Free,
  };
  return &definition;
}
#else
StatePtr* TheState() {
  static StatePtr state;
  return &state;
}
#endif

}  // namespace

#if PY_MAJOR_VERSION >= 3
const StatePtr& StateOfModule(PyObject* module) { return *StateSlot(module); }
#else
// Python 2 has one module for all interpreters.
const StatePtr& StateOfModule(PyObject* /*module*/) { return *TheState(); }
#endif

}  // namespace airlock::python

#pragma GCC visibility push(default)

// What the interpreter looks for; the only symbol that is exported.
#if PY_MAJOR_VERSION >= 3
PyMODINIT_FUNC PyInit__ssl();

PyMODINIT_FUNC PyInit__ssl() {
  return PyModuleDef_Init(airlock::python::Definition());
}
#else
PyMODINIT_FUNC init_ssl();

PyMODINIT_FUNC init_ssl() {
  using airlock::python::TheState;
  PyObject* module = Py_InitModule3("_ssl", airlock::python::ModuleFunctions(),
                                    airlock::python::kDoc);
  if (module == nullptr) return;
  *TheState() = std::make_shared<airlock::python::ModuleState>();
  airlock::python::Fill(module, *TheState());
}
#endif

#pragma GCC visibility pop
