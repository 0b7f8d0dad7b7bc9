// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/socket_wait.h"

#include <mutex>

#include "platform/python/errors.h"

namespace airlock::python {

int FindSocketType(ModuleState* state) {
  // In every version, the module's C interface begins with a pointer to the
  // type. Its Python name could be bound to something else.
  auto* const interface =
      static_cast<PyObject* const*>(PyCapsule_Import("_socket.CAPI", 0));
  if (interface == nullptr) return -1;
  state->socket_base = PyRef::Borrow(*interface);
  state->socket_fileno =
      PyRef::Steal(PyObject_GetAttrString(*interface, "fileno"));
  state->socket_gettimeout =
      PyRef::Steal(PyObject_GetAttrString(*interface, "gettimeout"));
  return state->socket_fileno && state->socket_gettimeout ? 0 : -1;
}

bool CheckSocket(const ModuleState& state, PyObject* object) {
  if (IsInstance(object, state.socket_base)) return true;
  if (!PyErr_Occurred()) {
    PyErr_Format(PyExc_TypeError,
                 "_wrap_socket() needs a socket of the module socket, not "
                 "%.200s; for another byte stream, use MemoryBIO and wrap_bio",
                 Py_TYPE(object)->tp_name);
  }
  return false;
}

bool GetDescriptor(const SocketObject& socket, Descriptor* out) {
  if (!socket.sock) return true;
  const ModuleState& state = *socket.state;
  out->sock = Dereference(socket.sock);
  if (!out->sock) {
    RaiseSslError(state.ssl_error.get(), kErrorSsl,
                  {"", "", "Underlying socket connection gone"}, __LINE__);
    return false;
  }
  if (!CheckSocket(state, out->sock.get())) return false;
  const PyRef fd = PyRef::Steal(PyObject_CallFunctionObjArgs(
      state.socket_fileno.get(), out->sock.get(), nullptr));
  if (!fd) return false;
  out->fd = static_cast<int>(PyLong_AsLong(fd.get()));
  if (out->fd == -1 && PyErr_Occurred()) return false;
  if (out->fd < 0) {
    RaiseSslError(state.ssl_error.get(), kErrorSsl,
                  {"", "", "Underlying socket has been closed."}, __LINE__);
    return false;
  }
  const PyRef timeout = PyRef::Steal(PyObject_CallFunctionObjArgs(
      state.socket_gettimeout.get(), out->sock.get(), nullptr));
  if (!timeout) return false;
  out->timeout = absl::InfiniteDuration();
  if (timeout.get() != Py_None) {
    const double seconds = PyFloat_AsDouble(timeout.get());
    if (seconds == -1.0 && PyErr_Occurred()) return false;
    // Python 2.7 accepts NaN and makes such a socket non-blocking.
    out->timeout = seconds > 0 ? absl::Seconds(seconds) : absl::ZeroDuration();
  }
  return true;
}

bool Call::Take(Turns::Kind kind) {
  if (!socket_->turns.Take(kind, caller_)) return false;
  took_turns_ = true;
  return true;
}

WaitResult Call::Await(Turns::Kind kind, int fd, uint32_t seen,
                       platform::internal::Until until) {
  const GilRelease released;
  {
    const std::lock_guard<std::recursive_mutex> lock(*socket_->mutex);
    if (socket_->turns.progress() != seen) return WaitResult::kReady;
    if (kind != Turns::kRecord && !Take(kind)) kind = Turns::kRecord;
  }
  if (kind == Turns::kRecord) return socket_->turns.Sleep(seen, until);
  return WaitForFd(fd, kind == Turns::kRead, until);
}

void Call::GiveUp() {
  if (!took_turns_) return;
  const GilRelease released;
  const std::lock_guard<std::recursive_mutex> lock(*socket_->mutex);
  for (const Turns::Kind kind : {Turns::kRead, Turns::kWrite, Turns::kRecord}) {
    socket_->turns.GiveUp(kind, caller_);
  }
}

}  // namespace airlock::python
