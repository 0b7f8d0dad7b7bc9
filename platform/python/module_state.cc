// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/module_state.h"

#include <utility>

namespace airlock::python {
namespace {

constexpr char kAttribute[] = "__airlock_state__";

struct StateHolder {
  StatePtr state;

  int Traverse(visitproc visit, void* arg) {
    return state->ForEach([visit, arg](const PyRef* ref) {
      Py_VISIT(ref->get());
      return 0;
    });
  }
  void Clear() {
    // Each may release the last reference to a type, and with it the one to
    // this.
    const StatePtr keep = state;
    keep->holder = nullptr;
    keep->ForEach([](PyRef* ref) {
      ref->Reset();
      return 0;
    });
  }
  StateHolder(StatePtr state_in) : state(std::move(state_in)) {}
  ~StateHolder() { Clear(); }
  StateHolder(const StateHolder&) = delete;
  StateHolder& operator=(const StateHolder&) = delete;
};

void RaiseGone() {
  PyErr_SetString(PyExc_RuntimeError, "the module _ssl is gone");
}

}  // namespace

PyObject* NewStateHolder(PyObject* module, const StatePtr& state) {
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, Slot(DeallocBoxed<StateHolder>)},
      {Py_tp_traverse, Slot(TraverseBoxed<StateHolder>)},
      {Py_tp_clear, Slot(ClearBoxed<StateHolder>)},
      {0, nullptr},
  };
  const PyRef type = PyRef::Steal(
      MakeType(module, "_ssl._State", sizeof(Boxed<StateHolder>), slots,
               Instances::kNobody, /*garbage_collected=*/true));
  PyObject* holder =
      NewBoxed<StateHolder>(reinterpret_cast<PyTypeObject*>(type.get()), state);
  if (holder != nullptr) state->holder = holder;
  return holder;
}

int AttachState(PyObject* type, const StatePtr& state) {
  return SetTypeAttribute(type, kAttribute, state->holder);
}

StatePtr StateOf(PyTypeObject* type) {
  const PyRef holder = PyRef::Steal(
      PyObject_GetAttrString(reinterpret_cast<PyObject*>(type), kAttribute));
  if (!holder) return nullptr;
  // A subclass may have replaced it.
  if (Py_TYPE(holder.get())->tp_dealloc != DeallocBoxed<StateHolder> ||
      Unbox<StateHolder>(holder.get()).state->holder == nullptr) {
    RaiseGone();
    return nullptr;
  }
  return Unbox<StateHolder>(holder.get()).state;
}

PyTypeObject* Type(const PyRef& type) {
  if (!type) RaiseGone();
  return reinterpret_cast<PyTypeObject*>(type.get());
}

bool IsInstance(PyObject* object, const PyRef& type) {
  PyTypeObject* wanted = Type(type);
  return wanted != nullptr && PyObject_TypeCheck(object, wanted);
}

}  // namespace airlock::python
