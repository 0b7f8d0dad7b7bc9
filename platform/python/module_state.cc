// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/module_state.h"

namespace airlock::python {
namespace {

constexpr char kAttribute[] = "__airlock_state__";

void DropState(PyObject* capsule) {
  delete static_cast<StatePtr*>(PyCapsule_GetPointer(capsule, kAttribute));
}

}  // namespace

int AttachState(PyObject* type, const StatePtr& state) {
  const PyRef capsule =
      PyRef::Steal(PyCapsule_New(new StatePtr(state), kAttribute, DropState));
  if (!capsule) return -1;
  return SetTypeAttribute(type, kAttribute, capsule.get());
}

StatePtr StateOf(PyTypeObject* type) {
  const PyRef capsule = PyRef::Steal(
      PyObject_GetAttrString(reinterpret_cast<PyObject*>(type), kAttribute));
  if (!capsule) return nullptr;
  auto* state =
      static_cast<StatePtr*>(PyCapsule_GetPointer(capsule.get(), kAttribute));
  if (state == nullptr) return nullptr;
  if (!(*state)->ssl_error) {
    PyErr_SetString(PyExc_RuntimeError, "the module _ssl is gone");
    return nullptr;
  }
  return *state;
}

bool IsInstance(PyObject* object, const PyRef& type) {
  if (!type) {
    PyErr_SetString(PyExc_RuntimeError, "the module _ssl is gone");
    return false;
  }
  return PyObject_TypeCheck(object, AsType(type));
}

}  // namespace airlock::python
