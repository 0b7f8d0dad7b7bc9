// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/session.h"

#include <utility>

#include "absl/time/time.h"

namespace airlock::python {
namespace {

const ssl::Session& SessionOf(PyObject* self) {
  return *Unbox<SessionObject>(self).session;
}

PyObject* GetId(PyObject* self, void* /*closure*/) {
  return Bytes(SessionOf(self).id());
}

PyObject* GetTime(PyObject* self, void* /*closure*/) {
  return PyLong_FromLongLong(absl::ToUnixSeconds(SessionOf(self).time()));
}

PyObject* GetTimeout(PyObject* self, void* /*closure*/) {
  return PyLong_FromLongLong(absl::ToInt64Seconds(SessionOf(self).timeout()));
}

PyObject* GetLifetimeHint(PyObject* self, void* /*closure*/) {
  return PyLong_FromLongLong(
      absl::ToInt64Seconds(SessionOf(self).ticket_lifetime_hint()));
}

PyObject* GetHasTicket(PyObject* self, void* /*closure*/) {
  return PyBool_FromLong(SessionOf(self).has_ticket());
}

PyObject* CompareSessions(PyObject* self, PyObject* other, int op) {
  if (Py_TYPE(self) != Py_TYPE(other) || (op != Py_EQ && op != Py_NE)) {
    return PyRef::Borrow(Py_NotImplemented).release();
  }
  const bool equal = SessionOf(self).id() == SessionOf(other).id();
  return PyBool_FromLong(equal == (op == Py_EQ));
}

}  // namespace

int AddSessionType(PyObject* module, const StatePtr& state) {
  static PyGetSetDef getset[] = {
      {"id", Guard<GetId>, nullptr, "Session identifier.", nullptr},
      {"time", Guard<GetTime>, nullptr, "When it began, in seconds.", nullptr},
      {"timeout", Guard<GetTimeout>, nullptr, "How long it lasts, in seconds.",
       nullptr},
      {"ticket_lifetime_hint", Guard<GetLifetimeHint>, nullptr,
       "How long the server says that its ticket lasts, in seconds.", nullptr},
      {"has_ticket", Guard<GetHasTicket>, nullptr, "Whether it holds a ticket.",
       nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr},
  };
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, Slot(DeallocBoxed<SessionObject>)},
      {Py_tp_traverse, Slot(TraverseBoxed<SessionObject>)},
      {Py_tp_clear, Slot(ClearBoxed<SessionObject>)},
      {Py_tp_getset, getset},
      {Py_tp_richcompare, Slot(Guard<CompareSessions>)},
      {Py_tp_hash, Slot(PyObject_HashNotImplemented)},
      {0, nullptr},
  };
  state->session_type = PyRef::Steal(
      MakeType(module, "_ssl.SSLSession", sizeof(Boxed<SessionObject>), slots,
               Instances::kNobody, /*garbage_collected=*/true));
  if (!state->session_type ||
      AttachState(state->session_type.get(), state) < 0) {
    return -1;
  }
  return PyObject_SetAttrString(module, "SSLSession",
                                state->session_type.get());
}

PyObject* NewSession(const StatePtr& state, PyObject* context,
                     std::shared_ptr<const ssl::Session> session) {
  return NewBoxed<SessionObject>(Type(state->session_type), state,
                                 PyRef::Borrow(context), std::move(session));
}

}  // namespace airlock::python
