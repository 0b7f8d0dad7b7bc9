// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What one `_ssl` module (one per interpreter) owns.
#ifndef AIRLOCK_PLATFORM_PYTHON_MODULE_STATE_H_
#define AIRLOCK_PLATFORM_PYTHON_MODULE_STATE_H_

#include <memory>

#include "platform/python/process_runtime.h"
#include "platform/python/python_compat.h"
#include "platform/runtime.h"

namespace airlock::python {

// Shared by the module and all objects made of its types, which may outlive it.
// The references live as long as the module or one of the types does: a Python
// object owns them (see NewStateHolder). Once the garbage collector has taken
// that apart, they are null; Type() is for that.
struct ModuleState {
  PyRef ssl_error;
  PyRef cert_verification_error;  // Before 3.7: ssl_error again.
  PyRef zero_return_error;
  PyRef want_read_error;
  PyRef want_write_error;
  PyRef syscall_error;
  PyRef eof_error;

  PyRef context_type;
  PyRef socket_type;
  PyRef memory_bio_type;
  PyRef session_type;
  PyRef certificate_type;

  PyRef socket_base;    // The type _socket.socket,
  PyRef socket_fileno;  // and its methods.
  PyRef socket_gettimeout;

  PyObject* holder = nullptr;  // Holds this, and not the other way round.

  platform::Runtime* runtime = nullptr;  // The process's; never null.
  ProcessProfile profile;                // Likewise.

  template <typename Visitor>
  int ForEach(Visitor visitor) {
    for (PyRef* ref : {&ssl_error, &cert_verification_error, &zero_return_error,
                       &want_read_error, &want_write_error, &syscall_error,
                       &eof_error, &context_type, &socket_type,
                       &memory_bio_type, &session_type, &certificate_type,
                       &socket_base, &socket_fileno, &socket_gettimeout}) {
      if (const int result = visitor(ref)) return result;
    }
    return 0;
  }
};

using StatePtr = std::shared_ptr<ModuleState>;

// Makes the object through which the garbage collector sees the references of
// `state`. The module holds it, and each type that AttachState is told of.
PyObject* NewStateHolder(PyObject* module, const StatePtr& state);

// Makes `type` keep the state alive, and StateOf find it from `type` and its
// subclasses.
int AttachState(PyObject* type, const StatePtr& state);

// The state of the module that `type`, or a base of it, belongs to; null with
// an exception set where it is gone.
StatePtr StateOf(PyTypeObject* type);

// One of the state's types; null with an exception set where it is gone.
PyTypeObject* Type(const PyRef& type);

// Whether `object` is an instance of `type`, one of the state's. False with an
// exception set where that is gone.
bool IsInstance(PyObject* object, const PyRef& type);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_MODULE_STATE_H_
