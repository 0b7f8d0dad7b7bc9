// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The state of one `_ssl` module (one per interpreter).
#ifndef AIRLOCK_PLATFORM_PYTHON_MODULE_STATE_H_
#define AIRLOCK_PLATFORM_PYTHON_MODULE_STATE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "platform/python/process_runtime.h"
#include "platform/python/python_compat.h"
#include "platform/runtime.h"

namespace airlock::python {

// Shared by the module and all objects of its types, which may outlive it. The
// references live as long as the module or one of the types: a Python object
// owns them (see NewStateHolder). After the garbage collector has cleared that
// object, they are null; use Type() for that.
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

  // The arguments of SSLWantReadError and SSLWantWriteError, which non-blocking
  // programs get very often, and the names of the attributes of each SSLError.
  PyRef want_read_arguments;
  PyRef want_write_arguments;
  PyRef reason_name;
  PyRef library_name;

  PyObject* holder = nullptr;  // Holds this; not the reverse.

  // The latest lists that set_ciphers() accepted, each with the groups.
  absl::Mutex accepted_mutex;
  std::vector<std::pair<std::string, std::string>> accepted_ciphers
      ABSL_GUARDED_BY(accepted_mutex);

  platform::Runtime* runtime = nullptr;  // The process's; never null.
  ProcessProfile profile;                // The process's.

  template <typename Visitor>
  int ForEach(Visitor visitor) {
    for (PyRef* ref :
         {&ssl_error, &cert_verification_error, &zero_return_error,
          &want_read_error, &want_write_error, &syscall_error, &eof_error,
          &context_type, &socket_type, &memory_bio_type, &session_type,
          &certificate_type, &socket_base, &socket_fileno, &socket_gettimeout,
          &want_read_arguments, &want_write_arguments, &reason_name,
          &library_name}) {
      if (const int result = visitor(ref)) return result;
    }
    return 0;
  }
};

using StatePtr = std::shared_ptr<ModuleState>;

// Makes the object through which the garbage collector sees the references of
// `state`. The module and each type that is given to AttachState hold it.
PyObject* NewStateHolder(PyObject* module, const StatePtr& state);

// Makes `type` keep the state alive, so that StateOf finds it from `type` and
// its subclasses.
int AttachState(PyObject* type, const StatePtr& state);

// The state of the module of `type` or one of its bases; null with an exception
// set if it was cleared.
StatePtr StateOf(PyTypeObject* type);

// One of the state's types; null with an exception set if it was cleared.
PyTypeObject* Type(const PyRef& type);

// Whether `object` is an instance of `type`, one of the state's. False with an
// exception set if the type was cleared.
bool IsInstance(PyObject* object, const PyRef& type);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_MODULE_STATE_H_
