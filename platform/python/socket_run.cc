// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/socket_run.h"

#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/python/context.h"
#include "platform/python/core_access.h"
#include "platform/python/errors.h"
#include "platform/python/socket_wait.h"
#include "ssl/error.h"

namespace airlock::python {
namespace {

PyObject* RaiseTimeout(const SocketObject& socket, const char* what) {
  const std::string message =
      absl::StrCat("The ", what, " operation timed out");
  const PyRef type =
      PyRef::Steal(TimeoutException(socket.state->ssl_error.get()));
  if (type) PyErr_SetString(type.get(), message.c_str());
  return nullptr;
}

// Whether the peer sent close_notify before the handshake was done.
bool IsCloseNotify(const absl::Status& status) {
  const std::optional<ssl::Error> error = ssl::GetError(status);
  return error.has_value() && error->kind == ssl::ErrorKind::kUnexpectedEof &&
         error->alert == uint8_t{0};
}

PyObject* RaiseFailure(const SocketObject& socket, const absl::Status& status,
                       bool writes) {
  const ssl::ErrorKind kind = ssl::GetErrorKind(status);
  const int error = ErrnoOf(status);
  if (error != 0) return RaiseSocketError(error);
  if (IsCloseNotify(status)) return RaiseClosed(socket);
  if (kind == ssl::ErrorKind::kClosed) {
    if (!writes) return RaiseClosed(socket);
    return RaiseSslError(socket.state->ssl_error.get(), kErrorSsl,
                         {"SSL", "PROTOCOL_IS_SHUTDOWN",
                          "protocol is shutdown: unwrap() or close_notify has "
                          "ended the connection"},
                         __LINE__);
  }
  std::string host;
  if (socket.server_hostname.get() != Py_None) {
    TextOf(socket.server_hostname.get(), "server_hostname", &host);
    PyErr_Clear();
  }
  return RaiseStatus(*socket.state, status, __LINE__, host);
}

// The result of one call into the core.
struct Step {
  // Not begun; without a text, which would need memory in each call.
  ssl::IoResult result = absl::InternalError("");
  bool no_memory = false;  // Memory ran out.
  uint32_t progress = 0;   // The connection's, at return.
  bool in_record = false;  // Another thread is writing a record.

  bool wants() const { return result.want_read() || result.want_write(); }
};

// The work in the core.
using Work = absl::FunctionRef<ssl::IoResult(ssl::Socket& core)>;

// Does `work` in the core through `access`.
void WorkInCore(SocketObject* socket, int fd, bool brief, Call* call, Work work,
                CoreAccess* access, Step* step) {
  const Turns::Caller& caller = call->caller();
  if (socket->fd_transport != nullptr) {
    socket->fd_transport->set_turns(socket->turns.May(Turns::kRead, caller),
                                    socket->turns.May(Turns::kWrite, caller));
  }
  access->Enter(fd, brief && socket->core->handshake_done());
  step->result = work(*socket->core);
  access->Leave();
  step->no_memory = socket->transport->out_of_memory();
  if (socket->fd_transport != nullptr && socket->fd_transport->TakeMoved()) {
    socket->turns.Progress();
  }
}

// Does `work` in the core, unless it has to wait for another thread's record.
// False with an exception set, also if a message callback raised.
bool InCore(PyObject* self, Descriptor* descriptor, bool waits,
            const Operation& operation, Call* call, Work work, Step* step) {
  SocketObject& socket = SocketOf(self);
  *step = Step();
  bool nested = false;
  {
    // Takes the GIL back after the mutex is released.
    CoreAccess access(self, call->until());
    const SocketLock lock(&socket);
    // The socket may have been closed meanwhile, and its number reused.
    if (lock.waited() && !GetDescriptor(socket, descriptor)) return false;
    nested = socket.in_core;
    step->in_record = operation.writes && !call->Take(Turns::kRecord);
    if (nested) {
      // A call from a callback.
    } else if (!socket.unusable.ok()) {
      step->result = socket.unusable;
    } else if (step->in_record) {
      step->result = ssl::IoResult::WantWrite();
    } else {
      WorkInCore(&socket, descriptor->fd, operation.brief, call, work, &access,
                 step);
      const bool refused =
          !socket.refusal.ok() && step->result.failed() &&
          ssl::GetErrorKind(step->result.status()) == ssl::ErrorKind::kCallback;
      if (refused) step->result = socket.refusal;
    }
    call->GiveUp(Turns::kRead);
    call->GiveUp(Turns::kWrite);
    if (!waits || !step->wants()) call->GiveUp(Turns::kRecord);
    step->progress = socket.turns.progress();
  }
  if (nested) {
    PyErr_SetString(PyExc_RuntimeError,
                    "a callback must not use the connection that it serves");
    return false;
  }
  if (!socket.raised_type) return true;
  PyErr_Restore(socket.raised_type.release(), socket.raised_value.release(),
                socket.raised_traceback.release());
  return false;
}

// Whether `status` is the end of the stream without close_notify, and the
// context treats that as a close (OP_IGNORE_UNEXPECTED_EOF). Never during the
// handshake.
bool IgnoresEof(SocketObject* socket, const absl::Status& status) {
  if (ssl::GetErrorKind(status) != ssl::ErrorKind::kUnexpectedEof) return false;
  {
    const SocketLock lock(socket);
    if (socket->core == nullptr || !socket->core->handshake_done()) {
      return false;
    }
  }
  const PyRef context = PyRef::Borrow(socket->context.get());
  const ObjectLock lock(context.get());
  return (ContextOf(context.get()).options & kOpIgnoreUnexpectedEof) != 0 &&
         !ContextOf(context.get()).eof_option_unasked;
}

// Whether a client that never sent data reset the connection: a TLS 1.3 client
// that closed without reading its session tickets. The standard module sends
// these later, and sees the end of the stream in that case.
bool IsEndOfSilentClient(SocketObject* socket, const absl::Status& status,
                         const Operation& operation) {
  if (ErrnoOf(status) != ECONNRESET || operation.writes ||
      !socket->server_side) {
    return false;
  }
  const SocketLock lock(socket);
  return socket->core->version() == ssl::TlsVersion::kTls1_3 &&
         socket->core->traffic().data_received == 0;
}

}  // namespace

PyObject* RaiseClosed(const SocketObject& socket) {
  return RaiseSslError(socket.state->zero_return_error.get(), kErrorZeroReturn,
                       {"", "", "TLS/SSL connection has been closed (EOF)"},
                       __LINE__);
}

std::optional<ssl::IoResult> Run(PyObject* self, const Operation& operation,
                                 Attempt attempt) {
  SocketObject& socket = SocketOf(self);
  SettleAfterFork(&socket);
  Descriptor descriptor;
  if (!GetDescriptor(socket, &descriptor)) return std::nullopt;
  const bool waits = socket.sock && descriptor.timeout > absl::ZeroDuration();
  const bool whole = waits || !socket.sock;
  const auto work = [attempt, whole](ssl::Socket& core) {
    return attempt(core, whole);
  };
  const platform::internal::Until until =
      platform::internal::UntilAfter(descriptor.timeout);
  Call call(&socket, waits ? until : std::nullopt);
  Step step;
  while (true) {
    if (!InCore(self, &descriptor, waits, operation, &call, work, &step)) {
      return std::nullopt;
    }
    if (step.result.done() || step.result.closed()) return step.result;
    if (step.result.want_callback()) {
      // A signal ended the wait for the key service.
      if (PyErr_CheckSignals() < 0) return std::nullopt;
      continue;
    }
    if (!step.wants()) {
      if (step.no_memory) {
        PyErr_NoMemory();
        return std::nullopt;
      }
      if (IgnoresEof(&socket, step.result.status())) {
        return ssl::IoResult::Closed();
      }
      if (IsEndOfSilentClient(&socket, step.result.status(), operation)) {
        RaiseSslError(
            socket.state->eof_error.get(), kErrorEof,
            {"SSL", "UNEXPECTED_EOF_WHILE_READING",
             "EOF occurred in violation of protocol: the client is gone"},
            __LINE__);
        return std::nullopt;
      }
      RaiseFailure(socket, step.result.status(), operation.writes);
      return std::nullopt;
    }
    if (PyErr_CheckSignals() < 0) return std::nullopt;
    if (!waits) {
      RaiseWantError(*socket.state, step.result.want_read());
      return std::nullopt;
    }
    const Turns::Kind kind = step.in_record            ? Turns::kRecord
                             : step.result.want_read() ? Turns::kRead
                                                       : Turns::kWrite;
    switch (call.Await(kind, descriptor.fd, step.progress, until)) {
      case WaitResult::kReady:
        break;
      case WaitResult::kTimeout:
        RaiseTimeout(socket, operation.name);
        return std::nullopt;
      case WaitResult::kInterrupted:
        // A signal handler may use the connection.
        call.StopPolling();
        if (PyErr_CheckSignals() < 0) return std::nullopt;
        break;
    }
    // The socket may have been closed meanwhile, and its number reused.
    if (!GetDescriptor(socket, &descriptor)) return std::nullopt;
  }
}

}  // namespace airlock::python
