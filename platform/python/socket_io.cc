// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What _ssl._SSLSocket does on the wire: the core works without the GIL and
// never waits; waiting is done here, as long as the Python socket's timeout
// allows.

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/python/context.h"
#include "platform/python/errors.h"
#include "platform/python/socket.h"
#include "ssl/error.h"

namespace airlock::python {
namespace {

constexpr size_t kMaxRecord = 16384;

thread_local PyObject* current_socket = nullptr;

// What is needed to read or write a Python socket.
struct Descriptor {
  int fd = -1;
  absl::Duration timeout = absl::InfiniteDuration();
};

// False with an exception set. Nothing to do where there are BIOs.
bool GetDescriptor(const SocketObject& socket, Descriptor* out) {
  if (!socket.sock) return true;
  const PyRef sock = Dereference(socket.sock);
  if (!sock) {
    RaiseSslError(socket.state->ssl_error.get(), kErrorSsl,
                  {"", "", "Underlying socket connection gone"}, __LINE__);
    return false;
  }
  const PyRef fd =
      PyRef::Steal(PyObject_CallMethod(sock.get(), "fileno", nullptr));
  if (!fd) return false;
  out->fd = static_cast<int>(PyLong_AsLong(fd.get()));
  if (out->fd == -1 && PyErr_Occurred()) return false;
  if (out->fd < 0) {
    RaiseSslError(socket.state->ssl_error.get(), kErrorSsl,
                  {"", "", "Underlying socket has been closed."}, __LINE__);
    return false;
  }
  const PyRef timeout =
      PyRef::Steal(PyObject_CallMethod(sock.get(), "gettimeout", nullptr));
  if (!timeout) return false;
  if (timeout.get() != Py_None) {
    const double seconds = PyFloat_AsDouble(timeout.get());
    if (seconds == -1.0 && PyErr_Occurred()) return false;
    out->timeout = absl::Seconds(seconds);
  }
  return true;
}

PyObject* RaiseTimeout(const SocketObject& socket, const char* what) {
  const std::string message =
      absl::StrCat("The ", what, " operation timed out");
  const PyRef type =
      PyRef::Steal(TimeoutException(socket.state->ssl_error.get()));
  if (type) PyErr_SetString(type.get(), message.c_str());
  return nullptr;
}

PyObject* RaiseWant(const SocketObject& socket, ssl::IoState state) {
  if (state == ssl::IoState::kWantRead) {
    return RaiseSslError(socket.state->want_read_error.get(), kErrorWantRead,
                         {"", "", "The operation did not complete (read)"},
                         __LINE__);
  }
  return RaiseSslError(socket.state->want_write_error.get(), kErrorWantWrite,
                       {"", "", "The operation did not complete (write)"},
                       __LINE__);
}

PyObject* RaiseClosed(const SocketObject& socket) {
  return RaiseSslError(socket.state->zero_return_error.get(), kErrorZeroReturn,
                       {"", "", "TLS/SSL connection has been closed (EOF)"},
                       __LINE__);
}

PyObject* RaiseFailure(const SocketObject& socket, const absl::Status& status) {
  const ssl::ErrorKind kind = ssl::GetErrorKind(status);
  if (kind == ssl::ErrorKind::kTransport && socket.transport != nullptr &&
      socket.transport->error() != 0) {
    return RaiseSocketError(socket.transport->error());
  }
  if (kind == ssl::ErrorKind::kClosed) return RaiseClosed(socket);
  std::string host;
  if (socket.server_hostname.get() != Py_None) {
    TextOf(socket.server_hostname.get(), "server_hostname", &host);
    PyErr_Clear();
  }
  return RaiseStatus(*socket.state, status, __LINE__, host);
}

// Does `work` in the core, without the GIL. False with an exception set, also
// where a message callback raised.
template <typename Work>
bool InCore(PyObject* self, int fd, const Work& work,
            absl::StatusOr<ssl::IoResult>* result) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.in_core) {
    PyErr_SetString(PyExc_RuntimeError,
                    "a callback must not use the connection that it serves");
    return false;
  }
  if (socket.transport != nullptr) socket.transport->set_fd(fd);
  PyObject* const outer = std::exchange(current_socket, self);
  socket.in_core = true;
  socket.thread = PyEval_SaveThread();
  *result = work(*socket.core);
  PyEval_RestoreThread(socket.thread);
  socket.in_core = false;
  current_socket = outer;
  if (!socket.raised_type) return true;
  PyErr_Restore(socket.raised_type.release(), socket.raised_value.release(),
                socket.raised_traceback.release());
  return false;
}

// Does `work` until it is done. False with an exception set. `work` is told
// whether it may leave nothing undone: where nothing waits, a second record
// that could not be sent would be under way without the caller knowing.
template <typename Work>
bool Run(PyObject* self, const char* what, const Work& work,
         ssl::IoResult* out) {
  SocketObject& socket = SocketOf(self);
  if (socket.core == nullptr) {
    RaiseStatus(*socket.state, socket.unusable, __LINE__);
    return false;
  }
  Descriptor descriptor;
  if (!GetDescriptor(socket, &descriptor)) return false;
  const bool waits = socket.sock && descriptor.timeout > absl::ZeroDuration();
  const bool whole = waits || !socket.sock;
  const absl::Time deadline = absl::Now() + descriptor.timeout;
  while (true) {
    absl::StatusOr<ssl::IoResult> result;
    const auto bound = [&work, whole](ssl::Socket& core) {
      return work(core, whole);
    };
    if (!InCore(self, descriptor.fd, bound, &result) ||
        PyErr_CheckSignals() < 0) {
      return false;
    }
    if (!result.ok()) {
      RaiseFailure(socket, result.status());
      return false;
    }
    *out = *result;
    if (out->state == ssl::IoState::kDone ||
        out->state == ssl::IoState::kClosed) {
      return true;
    }
    if (!waits) {
      RaiseWant(socket, out->state);
      return false;
    }
    WaitResult waited = WaitResult::kReady;
    Py_BEGIN_ALLOW_THREADS waited = WaitForFd(
        descriptor.fd, out->state == ssl::IoState::kWantRead, deadline);
    Py_END_ALLOW_THREADS if (waited == WaitResult::kTimeout) {
      RaiseTimeout(socket, what);
      return false;
    }
    if (PyErr_CheckSignals() < 0) return false;
    // It may have been closed meanwhile, and the number given to another.
    if (!GetDescriptor(socket, &descriptor)) return false;
  }
}

bool ReadSome(PyObject* self, void* into, size_t size, size_t* count) {
  const auto span = absl::MakeSpan(static_cast<uint8_t*>(into), size);
  ssl::IoResult result;
  if (!Run(
          self, "read",
          [span](ssl::Socket& core, bool) { return core.Read(span); },
          &result)) {
    return false;
  }
  // The end of the data, or of the whole connection.
  if (result.state == ssl::IoState::kClosed && SocketOf(self).shutdown_begun) {
    RaiseClosed(SocketOf(self));
    return false;
  }
  *count = result.state == ssl::IoState::kDone ? result.bytes : 0;
  return true;
}

PyObject* ReadInto(PyObject* self, Py_ssize_t wanted, PyObject* buffer) {
  Py_buffer view;
  if (PyObject_GetBuffer(buffer, &view, PyBUF_WRITABLE) < 0) return nullptr;
  size_t size = static_cast<size_t>(view.len);
  if (wanted > 0) size = std::min(size, static_cast<size_t>(wanted));
  size_t count = 0;
  const bool good = size == 0 || ReadSome(self, view.buf, size, &count);
  PyBuffer_Release(&view);
  return good ? PyLong_FromSize_t(count) : nullptr;
}

}  // namespace

PyObject* CurrentSocket() { return current_socket; }

SocketLock::SocketLock(SocketObject* socket) : mutex_(socket->mutex.get()) {
  if (mutex_->try_lock()) return;
  Py_BEGIN_ALLOW_THREADS mutex_->lock();
  Py_END_ALLOW_THREADS
}

CallbackScope::CallbackScope() : self_(current_socket) {
  PyEval_RestoreThread(SocketOf(self_).thread);
}

CallbackScope::~CallbackScope() {
  SocketOf(self_).thread = PyEval_SaveThread();
}

PyObject* DoHandshake(PyObject* self, PyObject* /*unused*/) {
  ssl::IoResult result;
  if (!Run(
          self, "handshake",
          [](ssl::Socket& core, bool) { return core.Handshake(); }, &result)) {
    return nullptr;
  }
  const SocketObject& socket = SocketOf(self);
  ContextOf(socket.context.get()).NoteVerified(socket.core->verified_chain());
  return None();
}

PyObject* Read(PyObject* self, PyObject* args) {
  Py_ssize_t wanted = 0;
  PyObject* buffer = nullptr;
  if (!PyArg_ParseTuple(args, "n|O:read", &wanted, &buffer)) return nullptr;
  if (buffer != nullptr && buffer != Py_None) {
    return ReadInto(self, wanted, buffer);
  }
  if (wanted < 0) {
    PyErr_SetString(PyExc_ValueError, "size should not be negative");
    return nullptr;
  }
  if (wanted == 0) return Bytes("");
  // A read never gives more than one record.
  const size_t size = std::min(static_cast<size_t>(wanted), kMaxRecord);
  PyObject* bytes =
      PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size));
  if (bytes == nullptr) return nullptr;
  size_t count = 0;
  if (!ReadSome(self, PyBytes_AS_STRING(bytes), size, &count)) {
    Py_DECREF(bytes);
    return nullptr;
  }
  _PyBytes_Resize(&bytes, static_cast<Py_ssize_t>(count));
  return bytes;
}

PyObject* Write(PyObject* self, PyObject* args) {
  Py_buffer view;
  if (!PyArg_ParseTuple(args, AIRLOCK_BUFFER ":write", &view)) return nullptr;
  const auto all = absl::MakeConstSpan(static_cast<const uint8_t*>(view.buf),
                                       static_cast<size_t>(view.len));
  size_t written = 0;
  const auto work = [all, &written](
                        ssl::Socket& core,
                        bool whole) -> absl::StatusOr<ssl::IoResult> {
    while (true) {
      absl::StatusOr<ssl::IoResult> some = core.Write(all.subspan(written));
      if (!some.ok() || some->state != ssl::IoState::kDone) return some;
      written += some->bytes;
      if (written == all.size() || !whole) return some;
    }
  };
  ssl::IoResult result;
  const bool good = Run(self, "write", work, &result);
  PyBuffer_Release(&view);
  return good ? PyLong_FromSize_t(written) : nullptr;
}

PyObject* Pending(PyObject* self, PyObject* /*unused*/) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  return PyLong_FromSize_t(socket.core == nullptr ? 0 : socket.core->pending());
}

PyObject* Shutdown(PyObject* self, PyObject* /*unused*/) {
  SocketOf(self).shutdown_begun = true;
  ssl::IoResult result;
  if (!Run(
          self, "shutdown",
          [](ssl::Socket& core, bool) { return core.Unwrap(); }, &result)) {
    return nullptr;
  }
  const SocketObject& socket = SocketOf(self);
  if (!socket.sock) return None();
  PyRef sock = Dereference(socket.sock);
  return sock ? sock.release() : None();
}

}  // namespace airlock::python
