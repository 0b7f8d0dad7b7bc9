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

namespace {

// Asks the methods of a _socket.socket for its descriptor and its timeout in
// seconds; negative: none. False with an exception set.
bool AskSocket(const ModuleState& state, PyObject* sock, int* fd,
               double* timeout) {
  const PyRef number = PyRef::Steal(
      PyObject_CallFunctionObjArgs(state.socket_fileno.get(), sock, nullptr));
  if (!number) return false;
  *fd = static_cast<int>(PyLong_AsLong(number.get()));
  if (*fd == -1 && PyErr_Occurred()) return false;
  const PyRef seconds = PyRef::Steal(PyObject_CallFunctionObjArgs(
      state.socket_gettimeout.get(), sock, nullptr));
  if (!seconds) return false;
  *timeout = seconds.get() == Py_None ? -1 : PyFloat_AsDouble(seconds.get());
  return *timeout != -1 || !PyErr_Occurred();
}

}  // namespace

bool HasKnownFields(const ModuleState& state, PyObject* sock) {
  int fd = -1;
  double timeout = 0;
  int read_fd = -1;
  double read_timeout = 0;
  if (!ReadSocketFields(sock, &read_fd, &read_timeout)) return false;
  if (!AskSocket(state, sock, &fd, &timeout)) {
    PyErr_Clear();
    return false;
  }
  return read_fd == fd &&
         (timeout < 0 ? read_timeout < 0 : read_timeout == timeout);
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
  double timeout = 0;
  const bool found =
      socket.has_known_fields
          ? ReadSocketFields(out->sock.get(), &out->fd, &timeout)
          : CheckSocket(state, out->sock.get()) &&
                AskSocket(state, out->sock.get(), &out->fd, &timeout);
  if (!found) return false;
  if (out->fd < 0) {
    RaiseSslError(state.ssl_error.get(), kErrorSsl,
                  {"", "", "Underlying socket has been closed."}, __LINE__);
    return false;
  }
  // Python 2.7 accepts NaN and makes such a socket non-blocking.
  out->timeout = timeout < 0   ? absl::InfiniteDuration()
                 : timeout > 0 ? absl::Seconds(timeout)
                               : absl::ZeroDuration();
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

void Call::GiveUp() { End({Turns::kRead, Turns::kWrite, Turns::kRecord}); }

void Call::StopPolling() { End({Turns::kRead, Turns::kWrite}); }

void Call::End(std::initializer_list<Turns::Kind> kinds) {
  if (!took_turns_) return;
  const GilRelease released;
  const std::lock_guard<std::recursive_mutex> lock(*socket_->mutex);
  for (const Turns::Kind kind : kinds) GiveUp(kind);
}

}  // namespace airlock::python
