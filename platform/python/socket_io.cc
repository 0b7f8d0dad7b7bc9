// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What _ssl._SSLSocket does on the wire: the core works without the GIL and
// never waits; waiting is done here, as long as the Python socket's timeout
// allows.

#include <algorithm>
#include <cerrno>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "platform/fork_guard.h"
#include "platform/python/context.h"
#include "platform/python/errors.h"
#include "platform/python/socket.h"
#include "platform/python/socket_wait.h"
#include "ssl/error.h"

namespace airlock::python {
namespace {

constexpr size_t kMaxRecord = 16384;

PyObject* RaiseTimeout(const SocketObject& socket, const char* what) {
  const std::string message =
      absl::StrCat("The ", what, " operation timed out");
  const PyRef type =
      PyRef::Steal(TimeoutException(socket.state->ssl_error.get()));
  if (type) PyErr_SetString(type.get(), message.c_str());
  return nullptr;
}

PyObject* RaiseWant(const SocketObject& socket, const ssl::IoResult& result) {
  if (result.want_read()) {
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

// Whether the peer's close_notify came before the handshake was done.
bool IsCloseNotify(const absl::Status& status) {
  const absl::optional<ssl::Error> error = ssl::GetError(status);
  return error.has_value() && error->kind == ssl::ErrorKind::kUnexpectedEof &&
         error->alert == uint8_t{0};
}

// `error` is the errno that ended the stream, or 0.
PyObject* RaiseFailure(const SocketObject& socket, const absl::Status& status,
                       int error, bool writes) {
  const ssl::ErrorKind kind = ssl::GetErrorKind(status);
  if (kind == ssl::ErrorKind::kTransport && error != 0) {
    return RaiseSocketError(error);
  }
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

// How far one call into the core came.
struct Step {
  ssl::IoResult result = absl::InternalError("not begun");
  int error = 0;           // The errno that ended the stream.
  bool no_memory = false;  // What ended it instead.
  uint32_t progress = 0;   // The connection's, when it returned.
  bool in_record = false;  // Another thread's record is under way.

  bool wants() const { return result.want_read() || result.want_write(); }
};

// What is done to a connection.
struct Operation {
  const char* name;
  bool writes = false;  // Whether it makes records of a caller's bytes.
};

class CoreScope;
thread_local const CoreScope* current_scope = nullptr;

// Marks the connection that this thread is in the core of.
class CoreScope {
 public:
  CoreScope(PyObject* self, PyThreadState* thread)
      : self_(self), outer_(std::exchange(current_scope, this)) {
    SocketOf(self).in_core = true;
    SocketOf(self).thread = thread;
  }
  ~CoreScope() {
    SocketOf(self_).in_core = false;
    current_scope = outer_;
  }
  CoreScope(const CoreScope&) = delete;
  CoreScope& operator=(const CoreScope&) = delete;

  PyObject* self() const { return self_; }
  const CoreScope* outer() const { return outer_; }

 private:
  PyObject* const self_;
  const CoreScope* const outer_;
};

// Frees a connection that came over a fork from threads of the parent, which
// may have been waiting for it, or be at work in it. Needs the GIL.
SocketObject* SettleAfterFork(SocketObject* socket) {
  const uint64_t generation = platform::ForkGeneration();
  if (socket->generation == generation) return socket;
  for (const CoreScope* scope = current_scope; scope != nullptr;
       scope = scope->outer()) {
    // It is this thread that has forked, from within a callback.
    if (&SocketOf(scope->self()) == socket) return socket;
  }
  socket->generation = generation;
  if (socket->in_core) {
    socket->in_core = false;
    socket->unusable = ssl::MakeStatus(
        ssl::ErrorKind::kInvalidArgument,
        "Another thread used this connection as the process forked, so that it "
        "stays the parent's. Close this copy of it.");
  }
  // Held, perhaps, by a thread that is not there: it is never given back.
  static_cast<void>(socket->mutex.release());
  socket->mutex = std::make_unique<std::recursive_mutex>();
  new (&socket->turns) Turns();
  return socket;
}

// Does `work` in the core. Needs the mutex, but not the GIL, which `thread`
// gave up.
template <typename Work>
void WorkInCore(PyObject* self, PyThreadState* thread, int fd, Call* call,
                const Work& work, Step* step) {
  SocketObject& socket = SocketOf(self);
  const Turns::Caller& caller = call->caller();
  if (socket.fd_transport != nullptr) {
    socket.fd_transport->set_fd(fd);
    socket.fd_transport->set_turns(socket.turns.May(Turns::kRead, caller),
                                   socket.turns.May(Turns::kWrite, caller));
  }
  {
    const platform::ForkGuard fork_guard;
    const CoreScope scope(self, thread);
    step->result = work(*socket.core);
  }
  step->no_memory = socket.transport->out_of_memory();
  if (socket.fd_transport == nullptr) return;
  step->error = socket.fd_transport->error();
  if (socket.fd_transport->TakeMoved()) socket.turns.Progress();
}

// Does `work` in the core, without the GIL, unless it has to wait for another
// thread's record. False with an exception set, also where a message callback
// raised.
template <typename Work>
bool InCore(PyObject* self, int fd, bool waits, const Operation& operation,
            Call* call, const Work& work, Step* step) {
  SocketObject& socket = SocketOf(self);
  *step = Step();
  bool nested = false;
  {
    const GilRelease released;
    const std::lock_guard<std::recursive_mutex> lock(*socket.mutex);
    nested = socket.in_core;
    step->in_record = operation.writes && !call->Take(Turns::kRecord);
    if (nested) {
      // A callback's own doing.
    } else if (!socket.unusable.ok()) {
      step->result = socket.unusable;
    } else if (step->in_record) {
      step->result = ssl::IoResult::WantWrite();
    } else {
      WorkInCore(self, released.thread(), fd, call, work, step);
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

// Whether `status` is an end of the stream without close_notify that the
// context takes for a close (OP_IGNORE_UNEXPECTED_EOF). Never during the
// handshake.
bool IgnoresEof(const SocketObject& socket, const absl::Status& status) {
  return ssl::GetErrorKind(status) == ssl::ErrorKind::kUnexpectedEof &&
         socket.core != nullptr && socket.core->handshake_done() &&
         (ContextOf(socket.context.get()).options & kOpIgnoreUnexpectedEof) !=
             0;
}

// Whether a client that never sent a thing was reset: one of TLS 1.3 that
// closed without having read its session tickets. The standard module, slower
// to write them, is told of the end of the stream in that case.
bool IsEndOfSilentClient(const SocketObject& socket, const Step& step,
                         const Operation& operation) {
  return step.error == ECONNRESET && !operation.writes && socket.server_side &&
         socket.core->version() == ssl::TlsVersion::kTls1_3 &&
         socket.core->traffic().data_received == 0;
}

// Does `work` until it is done or closed, which is for the caller to look at;
// nullopt with an exception set. `work` is told
// whether it may leave nothing undone: where nothing waits, a second record
// that could not be sent would be under way without the caller knowing.
template <typename Work>
absl::optional<ssl::IoResult> Run(PyObject* self, const Operation& operation,
                                  const Work& work) {
  SocketObject& socket = SocketOf(self);
  SettleAfterFork(&socket);
  Descriptor descriptor;
  if (!GetDescriptor(socket, &descriptor)) return absl::nullopt;
  const bool waits = socket.sock && descriptor.timeout > absl::ZeroDuration();
  const bool whole = waits || !socket.sock;
  const auto bound = [&work, whole](ssl::Socket& core) {
    return work(core, whole);
  };
  const platform::internal::Until until =
      platform::internal::UntilAfter(descriptor.timeout);
  Call call(&socket);
  Step step;
  while (true) {
    if (!InCore(self, descriptor.fd, waits, operation, &call, bound, &step)) {
      return absl::nullopt;
    }
    if (step.result.done() || step.result.closed()) return step.result;
    if (!step.wants()) {
      if (step.no_memory) {
        PyErr_NoMemory();
        return absl::nullopt;
      }
      if (IgnoresEof(socket, step.result.status())) {
        return ssl::IoResult::Closed();
      }
      if (IsEndOfSilentClient(socket, step, operation)) {
        RaiseSslError(socket.state->eof_error.get(), kErrorEof,
                      {"SSL", "UNEXPECTED_EOF_WHILE_READING",
                       "EOF occurred in violation of protocol: the client has "
                       "gone"},
                      __LINE__);
        return absl::nullopt;
      }
      RaiseFailure(socket, step.result.status(), step.error, operation.writes);
      return absl::nullopt;
    }
    if (PyErr_CheckSignals() < 0) return absl::nullopt;
    if (!waits) {
      RaiseWant(socket, step.result);
      return absl::nullopt;
    }
    const Turns::Kind kind = step.in_record            ? Turns::kRecord
                             : step.result.want_read() ? Turns::kRead
                                                       : Turns::kWrite;
    switch (call.Await(kind, descriptor.fd, step.progress, until)) {
      case WaitResult::kReady:
        break;
      case WaitResult::kTimeout:
        RaiseTimeout(socket, operation.name);
        return absl::nullopt;
      case WaitResult::kInterrupted:
        // A signal's handler may use the connection.
        call.GiveUp();
        if (PyErr_CheckSignals() < 0) return absl::nullopt;
        break;
    }
    // It may have been closed meanwhile, and the number given to another.
    if (!GetDescriptor(socket, &descriptor)) return absl::nullopt;
  }
}

// Reads once; but a first byte that comes alone in TLS 1.0, with the rest of
// its record: a peer that splits records against BEAST sends it so, and
// programs expect a short message whole. The transport does not wait.
ssl::IoResult ReadJoined(ssl::Socket* core, absl::Span<uint8_t> into) {
  const ssl::IoResult first = core->Read(into);
  if (!first.done() || first.bytes() != 1 || into.size() == 1 ||
      core->version() != ssl::TlsVersion::kTls1_0) {
    return first;
  }
  // Whatever else it is, the next call tells it again.
  const ssl::IoResult rest = core->Read(into.subspan(1));
  return rest.done() ? ssl::IoResult::Done(1 + rest.bytes()) : first;
}

bool ReadSome(PyObject* self, void* into, size_t size, size_t* count) {
  SocketObject& socket = SocketOf(self);
  const auto span = absl::MakeSpan(static_cast<uint8_t*>(into), size);
  bool shutdown_begun = false;
  const auto work = [&](ssl::Socket& core, bool /*whole*/) {
    shutdown_begun = socket.shutdown_begun;
    return ReadJoined(&core, span);
  };
  const absl::optional<ssl::IoResult> result = Run(self, {"read"}, work);
  if (!result.has_value()) return false;
  // The end of the data, or of the whole connection.
  if (result->closed() && shutdown_begun) {
    RaiseClosed(socket);
    return false;
  }
  *count = result->done() ? result->bytes() : 0;
  return true;
}

}  // namespace

PyObject* CurrentSocket() {
  return current_scope == nullptr ? nullptr : current_scope->self();
}

SocketLock::SocketLock(SocketObject* socket)
    : mutex_(SettleAfterFork(socket)->mutex.get()) {
  if (mutex_->try_lock()) return;
  const GilRelease released;
  mutex_->lock();
}

CallbackScope::CallbackScope() : self_(CurrentSocket()) {
  TakeGil(SocketOf(self_).thread);
}

CallbackScope::~CallbackScope() {
  SocketOf(self_).thread = PyEval_SaveThread();
}

PyObject* DoHandshake(PyObject* self, PyObject* /*unused*/) {
  const auto work = [](ssl::Socket& core, bool /*whole*/) {
    return core.Handshake();
  };
  const absl::optional<ssl::IoResult> result = Run(self, {"handshake"}, work);
  if (!result.has_value()) return nullptr;
  if (!result->done()) return RaiseClosed(SocketOf(self));
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  ContextOf(socket.context.get()).NoteVerified(socket.core->verified_chain());
  return None();
}

PyObject* Read(PyObject* self, PyObject* args) {
  Py_ssize_t wanted = 0;
  BufferView into;
  if (!into.Took(PyArg_ParseTuple(args, "n|w*:read", &wanted, into.get()))) {
    return nullptr;
  }
  if (into.filled()) {
    size_t size = into.size();
    if (wanted > 0) size = std::min(size, static_cast<size_t>(wanted));
    size_t count = 0;
    if (size != 0 && !ReadSome(self, into.data(), size, &count)) return nullptr;
    return PyLong_FromSize_t(count);
  }
  if (wanted < 0) {
    PyErr_SetString(PyExc_ValueError, "size should not be negative");
    return nullptr;
  }
  if (wanted == 0) return Bytes("");
  // A read never gives more than one record.
  const size_t size = std::min(static_cast<size_t>(wanted), kMaxRecord);
  PyRef bytes = PyRef::Steal(
      PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size)));
  size_t count = 0;
  if (!bytes || !ReadSome(self, PyBytes_AS_STRING(bytes.get()), size, &count)) {
    return nullptr;
  }
  PyObject* result = bytes.release();
  _PyBytes_Resize(&result, static_cast<Py_ssize_t>(count));
  return result;
}

PyObject* Write(PyObject* self, PyObject* args) {
  BufferView from;
  if (!from.Took(PyArg_ParseTuple(args, AIRLOCK_BUFFER ":write", from.get()))) {
    return nullptr;
  }
  const auto all = absl::MakeConstSpan(static_cast<const uint8_t*>(from.data()),
                                       from.size());
  size_t written = 0;
  const auto work = [all, &written](ssl::Socket& core,
                                    bool whole) -> ssl::IoResult {
    while (true) {
      ssl::IoResult some = core.Write(all.subspan(written));
      if (!some.done()) return some;
      written += some.bytes();
      if (written == all.size() || !whole) return some;
    }
  };
  const absl::optional<ssl::IoResult> result =
      Run(self, {"write", /*writes=*/true}, work);
  if (!result.has_value()) return nullptr;
  // "0 bytes" would not tell a caller that loops that nothing more can be
  // written.
  if (!result->done()) return RaiseClosed(SocketOf(self));
  return PyLong_FromSize_t(written);
}

PyObject* Pending(PyObject* self, PyObject* /*unused*/) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  return PyLong_FromSize_t(socket.core == nullptr ? 0 : socket.core->pending());
}

PyObject* Shutdown(PyObject* self, PyObject* /*unused*/) {
  const auto work = [self](ssl::Socket& core, bool /*whole*/) -> ssl::IoResult {
    if (!core.handshake_done()) {
      ssl::Error error;
      error.kind = ssl::ErrorKind::kInvalidArgument;
      error.library = "SSL";
      error.reason = "SHUTDOWN_WHILE_IN_INIT";
      error.detail = "shutdown while in init";
      error.message =
          "shutdown while in init: unwrap() comes after the handshake";
      return ssl::MakeStatus(error);
    }
    SocketOf(self).shutdown_begun = true;
    return core.Unwrap();
  };
  if (!Run(self, {"shutdown"}, work).has_value()) return nullptr;
  const SocketObject& socket = SocketOf(self);
  if (!socket.sock) return None();
  PyRef sock = Dereference(socket.sock);
  return sock ? sock.release() : None();
}

}  // namespace airlock::python
