// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How an SSLContext makes a _ssl._SSLSocket.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "platform/python/context.h"
#include "platform/python/errors.h"
#include "platform/python/memory_bio.h"
#include "platform/python/profile.h"
#include "platform/python/session.h"
#include "platform/python/socket.h"
#include "platform/python/socket_wait.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/options.h"

namespace airlock::python {
namespace {

// Reads the connection's host name; false with an exception set.
bool TakeHostname(PyObject* name, std::string* out) {
  if (name == Py_None) return true;
  PyRef bytes;
  if (PyUnicode_Check(name)) {
    bytes = PyRef::Steal(PyUnicode_AsEncodedString(name, "idna", nullptr));
    if (!bytes) return false;
    name = bytes.get();
  }
  if (!TextOf(name, "server_hostname", out)) return false;
  if (out->find('\0') != std::string::npos) {
    PyErr_SetString(PyExc_TypeError,
                    "server_hostname must not contain null characters");
    return false;
  }
  // Up to Python 3.6 an empty name means none: smtplib and imaplib pass one.
  if (out->empty() && !AIRLOCK_PYTHON_AT_LEAST(3, 7)) return true;
  if (out->empty() || (*out)[0] == '.') {
    PyErr_SetString(PyExc_ValueError,
                    "server_hostname cannot be an empty string or start with a "
                    "leading dot.");
    return false;
  }
  return true;
}

// A server that refuses each client with an alert, as OpenSSL does if the
// certificate is missing or too weak.
absl::StatusOr<std::shared_ptr<const ssl::Context>> RefusingContext(
    const absl::Status& refusal) {
  constexpr uint8_t kNoCertificate = 40;    // handshake_failure
  constexpr uint8_t kWeakCertificate = 80;  // internal_error
  const std::optional<ssl::Error> error = ssl::GetError(refusal);
  const bool has_reason = error.has_value() && !error->reason.empty();
  ssl::SniDecision decision;
  decision.alert = has_reason ? kWeakCertificate : kNoCertificate;
  ssl::ContextOptions options;
  options.clock = absl::Now;
  options.verification.mode = ssl::VerifyMode::kNone;
  options.sni = [decision](ssl::Socket& /*core*/,
                           const std::optional<std::string>& /*name*/) {
    return decision;
  };
  return ssl::Context::Create(std::move(options));
}

bool HasKey(const ssl::ContextOptions& options) {
  return !options.credentials.empty() || options.credential_source != nullptr ||
         options.psk_server != nullptr || options.sni != nullptr;
}

// Stores the core's Socket in `self`; false with an exception set.
bool MakeCore(PyObject* self, std::unique_ptr<BreakableTransport> transport,
              PyObject* session) {
  SocketObject& socket = SocketOf(self);
  if (!socket.unusable.ok()) return true;
  ssl::SocketOptions options;
  options.side = SideOf(socket);
  if (!TakeHostname(socket.server_hostname.get(), &socket.hostname)) {
    return false;
  }
  options.server_hostname = socket.hostname;
  options.send_sni = !IsOldest(*socket.state);
  options.counters = ContextOf(socket.context.get()).counters;
  if (!socket.server_side) {
    options.ech_configs = ContextOf(socket.context.get()).ech_configs;
    options.ech_grease = ContextOf(socket.context.get()).ech_grease;
  }
  if (session != Py_None) {
    options.session = TakeSession(socket, session);
    if (options.session == nullptr) return false;
    socket.to_resume = options.session;
  }
  auto context =
      ContextOf(socket.context.get()).Freeze(options.side, socket.hostname);
  if (socket.server_side && context.ok() && !HasKey((*context)->options())) {
    context = ssl::MakeStatus(ssl::ErrorKind::kCredentials,
                              "A server needs certfile and keyfile.");
  }
  if (socket.server_side &&
      ssl::GetErrorKind(context.status()) == ssl::ErrorKind::kCredentials) {
    socket.refusal = context.status();
    context = RefusingContext(socket.refusal);
  }
  absl::Status status = context.status();
  if (status.ok()) {
    BreakableTransport* const raw = transport.get();
    auto core = ssl::WrapSocket(*std::move(context), std::move(transport),
                                std::move(options));
    if (core.ok()) {
      socket.core = *std::move(core);
      socket.transport = raw;
      return true;
    }
    status = core.status();
  }
  const std::optional<ssl::Error> error = ssl::GetError(status);
  // An error with a reason is also OpenSSL's, and becomes an SSLError.
  if (error.has_value() && error->kind == ssl::ErrorKind::kInvalidArgument &&
      error->reason.empty()) {
    PyErr_SetString(PyExc_ValueError, std::string(status.message()).c_str());
    return false;
  }
  RaiseStatus(*socket.state, status, __LINE__);
  return false;
}

const char* WrongSide(bool server_side) {
  return server_side
             ? "Cannot create a server socket with a PROTOCOL_TLS_CLIENT "
               "context"
             : "Cannot create a client socket with a PROTOCOL_TLS_SERVER "
               "context";
}

// The common part of both ways to wrap. Null with an exception set.
PyObject* NewSocket(PyObject* context, PyObject* owner, int server_side,
                    PyObject* hostname) {
  StatePtr state = ContextOf(context).state;
  const int protocol = ContextOf(context).protocol;
  const bool wrong_side =
      protocol == (server_side != 0 ? kProtocolTlsClient : kProtocolTlsServer);
  if (wrong_side && AIRLOCK_PYTHON_AT_LEAST(3, 10)) {
    return RaiseSslError(state->ssl_error.get(), kErrorSsl,
                         {"", "", WrongSide(server_side != 0)}, __LINE__);
  }
  PyObject* self = NewBoxed<SocketObject>(Type(state->socket_type));
  if (self == nullptr) return nullptr;
  SocketObject& socket = SocketOf(self);
  socket.state = std::move(state);
  socket.context = PyRef::Borrow(context);
  socket.server_hostname = PyRef::Borrow(hostname);
  socket.server_side = server_side != 0;
  if (wrong_side) {
    // The handshake reports it, in OpenSSL's words.
    ssl::Error error;
    error.kind = ssl::ErrorKind::kInvalidArgument;
    error.library = "SSL";
    error.reason = "CALLED_A_FUNCTION_YOU_SHOULD_NOT_CALL";
    error.message = absl::StrCat("called a function you should not call: ",
                                 WrongSide(socket.server_side));
    socket.unusable = ssl::MakeStatus(error);
  }
  if (owner != Py_None) {
    socket.owner = PyRef::Steal(PyWeakref_NewRef(owner, nullptr));
    if (!socket.owner) {
      Py_DECREF(self);
      return nullptr;
    }
  }
  return self;
}

PyObject* Finish(PyObject* self, std::unique_ptr<BreakableTransport> transport,
                 PyObject* session) {
  if (MakeCore(self, std::move(transport), session)) return self;
  Py_DECREF(self);
  return nullptr;
}

}  // namespace

std::shared_ptr<const ssl::Session> TakeSession(const SocketObject& socket,
                                                PyObject* value) {
  if (value == nullptr || !IsInstance(value, socket.state->session_type)) {
    if (PyErr_Occurred()) return nullptr;
    PyErr_SetString(PyExc_TypeError, "Value is not a SSLSession.");
    return nullptr;
  }
  const SessionObject& session = Unbox<SessionObject>(value);
  if (session.context.get() != socket.context.get()) {
    PyErr_SetString(PyExc_ValueError,
                    "Session refers to a different SSLContext.");
    return nullptr;
  }
  if (socket.server_side) {
    PyErr_SetString(PyExc_ValueError,
                    "Cannot set session for server-side SSLSocket.");
    return nullptr;
  }
  return session.session;
}

PyObject* WrapSocket(PyObject* context, PyObject* args, PyObject* kwargs) {
#if PY_MAJOR_VERSION >= 3
  static const char* const kNames[] = {
      "sock", "server_side", "server_hostname", "owner", "session", nullptr};
#else
  static const char* const kNames[] = {
      "sock", "server_side", "server_hostname", "ssl_sock", "session", nullptr};
#endif
  PyObject* sock = nullptr;
  int server_side = 0;
  PyObject* hostname = Py_None;
  PyObject* owner = Py_None;
  PyObject* session = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "Oi|OOO:_wrap_socket",
                                   Keywords(kNames), &sock, &server_side,
                                   &hostname, &owner, &session)) {
    return nullptr;
  }
  if (!CheckSocket(*ContextOf(context).state, sock)) return nullptr;
  PyObject* self = NewSocket(context, owner, server_side, hostname);
  if (self == nullptr) return nullptr;
  SocketObject& socket = SocketOf(self);
  socket.sock = PyRef::Steal(PyWeakref_NewRef(sock, nullptr));
  if (!socket.sock) {
    Py_DECREF(self);
    return nullptr;
  }
  socket.has_known_fields = HasKnownFields(*ContextOf(context).state, sock);
  auto transport = std::make_unique<FdTransport>();
  FdTransport* const raw = transport.get();
  PyObject* result = Finish(self, std::move(transport), session);
  if (result != nullptr && socket.core != nullptr) socket.fd_transport = raw;
  return result;
}

PyObject* WrapBio(PyObject* context, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {
      "incoming", "outgoing", "server_side", "server_hostname",
      "owner",    "session",  nullptr};
  const StatePtr& state = ContextOf(context).state;
  if (Type(state->memory_bio_type) == nullptr) return nullptr;
  PyObject* incoming = nullptr;
  PyObject* outgoing = nullptr;
  int server_side = 0;
  PyObject* hostname = Py_None;
  PyObject* owner = Py_None;
  PyObject* session = Py_None;
  if (!PyArg_ParseTupleAndKeywords(
          args, kwargs, "O!O!i|OOO:_wrap_bio", Keywords(kNames),
          state->memory_bio_type.get(), &incoming, state->memory_bio_type.get(),
          &outgoing, &server_side, &hostname, &owner, &session)) {
    return nullptr;
  }
  PyObject* self = NewSocket(context, owner, server_side, hostname);
  if (self == nullptr) return nullptr;
  return Finish(self, NewMemoryBioTransport(incoming, outgoing), session);
}

}  // namespace airlock::python
