// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The core's callbacks during a handshake, forwarded to Python. Each finds its
// connection with CurrentSocket(), so that a Context holds no Python object.

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "platform/python/context.h"
#include "platform/python/core_access.h"
#include "platform/python/secrets.h"
#include "platform/python/socket.h"
#include "ssl/error.h"

namespace airlock::python {
namespace {

constexpr uint8_t kHandshakeFailure = 40;
constexpr uint8_t kInternalError = 80;
// RFC 8446's ContentType, and the additions of BoringSSL and OpenSSL.
constexpr int kChangeCipherSpec = 20;
constexpr int kAlert = 21;
constexpr int kHandshake = 22;
constexpr uint8_t kServerKeyExchange = 12;
constexpr uint8_t kCertificateVerify = 15;
constexpr uint8_t kFinished = 20;
constexpr int kRecordHeader = 256;
constexpr int kChangeCipherSpecMessage = 0x101;

// One of the callbacks of a context, which another thread may replace.
PyRef CallbackOf(PyObject* context, PyRef ContextObject::*callback) {
  const ObjectLock lock(context);
  return PyRef::Borrow((ContextOf(context).*callback).get());
}

ssl::SniDecision Refuse(uint8_t alert) {
  ssl::SniDecision decision;
  decision.alert = alert;
  return decision;
}

absl::StatusOr<ssl::SniDecision> OnSni(ssl::Socket& /*core*/,
                                       const std::optional<std::string>& name) {
  const CallbackScope scope;
  const PyRef keep = PyRef::Borrow(scope.socket().context.get());
  PyObject* const context = keep.get();
  const PyRef callback = CallbackOf(context, &ContextObject::sni_callback);
  if (!callback) return ssl::SniDecision();
  if (IsOrphan(scope.self())) {
    return absl::FailedPreconditionError(
        "the SSLSocket or SSLObject to call it with no longer exists");
  }
  const PyRef visible = PyRef::Steal(Visible(scope.self()));
  const PyRef server_name = name.has_value() ? PyRef::Steal(ServerName(*name))
                                             : PyRef::Borrow(Py_None);
  const PyRef result = server_name ? PyRef::Steal(PyObject_CallFunctionObjArgs(
                                         callback.get(), visible.get(),
                                         server_name.get(), context, nullptr))
                                   : PyRef();
  if (!result) {
    ReportUnraisable(callback.get());
    return Refuse(kHandshakeFailure);
  }
  if (result.get() == Py_None) return ssl::SniDecision();
  const long alert = PyLong_AsLong(result.get());
  if (PyErr_Occurred()) {
    ReportUnraisable(callback.get());
    return Refuse(kInternalError);
  }
  return Refuse(static_cast<uint8_t>(alert));
}

// The message's number in ssl._TLSMessageType.
int MessageType(const ssl::TlsMessage& message) {
  switch (message.content_type) {
    case kChangeCipherSpec:
      return kChangeCipherSpecMessage;
    case kAlert:
      return message.bytes.size() > 1 ? message.bytes[1] : -1;
    default:
      return message.bytes.empty() ? -1 : message.bytes[0];
  }
}

int MessageVersion(const ssl::TlsMessage& message) {
  if (message.content_type == kRecordHeader && message.bytes.size() >= 3) {
    return message.bytes[1] << 8 | message.bytes[2];
  }
  return message.version;
}

// The two bytes at `place` as a number; 0 if they are missing.
uint16_t NumberAt(absl::Span<const uint8_t> bytes, size_t place) {
  if (bytes.size() < place + 2) return 0;
  return static_cast<uint16_t>(bytes[place] << 8 | bytes[place + 1]);
}

// The SignatureScheme of a signed ServerKeyExchange of TLS 1.2 (RFC 8422,
// section 5.4): it follows a named curve and a point. Any number for another.
uint16_t KeyExchangeScheme(absl::Span<const uint8_t> body) {
  constexpr size_t kPointSize = 3;
  if (body.size() <= kPointSize) return 0;
  return NumberAt(body, kPointSize + 1 + body[kPointSize]);
}

void KeepFinished(bool sent, absl::Span<const uint8_t> body,
                  SocketObject* socket) {
  std::string& kept = sent ? socket->finished.sent : socket->finished.received;
  if (kept.empty()) kept.assign(body.begin(), body.end());
}

// Keeps what may be asked for after the handshake. Runs without the GIL.
absl::Status KeepMessage(const ssl::Socket& /*core*/,
                         const ssl::TlsMessage& message) {
  constexpr size_t kHeader = 4;
  if (message.content_type != kHandshake || message.bytes.size() <= kHeader) {
    return absl::OkStatus();
  }
  const absl::Span<const uint8_t> body = message.bytes.subspan(kHeader);
  switch (message.bytes[0]) {
    case kFinished:
      KeepFinished(message.sent, body, &SocketOf(CurrentSocket()));
      break;
    case kCertificateVerify:
      if (message.sent) {
        SocketOf(CurrentSocket()).signed_with = NumberAt(body, 0);
      }
      break;
    case kServerKeyExchange:
      if (message.sent) {
        SocketOf(CurrentSocket()).signed_with = KeyExchangeScheme(body);
      }
      break;
    default:
      break;
  }
  return absl::OkStatus();
}

absl::Status OnMessage(const ssl::Socket& core,
                       const ssl::TlsMessage& message) {
  const absl::Status kept = KeepMessage(core, message);
  if (!kept.ok()) return kept;
  const CallbackScope scope;
  SocketObject& socket = scope.socket();
  const PyRef context = PyRef::Borrow(socket.context.get());
  const PyRef callback =
      CallbackOf(context.get(), &ContextObject::message_callback);
  if (!callback || socket.raised_type) return absl::OkStatus();
  const PyRef visible = PyRef::Steal(Visible(scope.self()));
  const PyRef bytes = PyRef::Steal(Bytes(
      absl::string_view(reinterpret_cast<const char*>(message.bytes.data()),
                        message.bytes.size())));
  const PyRef result = PyRef::Steal(PyObject_CallFunction(
      callback.get(), "OsiiiO", visible.get(), message.sent ? "write" : "read",
      MessageVersion(message), message.content_type, MessageType(message),
      bytes.get()));
  if (result) return absl::OkStatus();
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  socket.raised_type = PyRef::Steal(type);
  socket.raised_value = PyRef::Steal(value);
  socket.raised_traceback = PyRef::Steal(traceback);
  if (core.handshake_done()) return absl::OkStatus();
  // The handshake ends here: no more bytes go to the peer, and it is not
  // complete even if no byte was missing.
  ssl::Error error;
  error.kind = ssl::ErrorKind::kCallback;
  error.message =
      "The handshake was aborted: the message callback raised an exception.";
  socket.unusable = ssl::MakeStatus(error);
  socket.transport->Break(socket.unusable);
  return socket.unusable;
}

PyRef TextOrNone(absl::string_view text) {
  return text.empty() ? PyRef::Borrow(Py_None)
                      : PyRef::Steal(NativeString(text));
}

// The result of a callback, which is wiped; unset with an exception set.
std::optional<ssl::Secret> TakeKey(PyObject* given) {
  std::optional<ssl::Secret> key;
  {
    BufferView view;
    if (!view.Took(PyObject_GetBuffer(given, view.get(), PyBUF_SIMPLE) == 0)) {
      return std::nullopt;
    }
    key.emplace(view.bytes());
  }
  WipeIfOwn(given);
  return key;
}

std::optional<ssl::PskIdentity> TakePsk(PyObject* given) {
  ssl::PskIdentity psk;
  {
    const char* identity = nullptr;
    BufferView key;
    if (!key.Took(PyArg_ParseTuple(given, "z" AIRLOCK_BUFFER, &identity,
                                   key.get()))) {
      return std::nullopt;
    }
    psk.identity = identity == nullptr ? "" : identity;
    psk.key = ssl::Secret(key.bytes());
  }
  if (HasOnlyReference(given)) WipeIfOwn(PyTuple_GET_ITEM(given, 1));
  return psk;
}

std::optional<ssl::PskIdentity> OnPskClient(absl::string_view hint) {
  const CallbackScope scope;
  const PyRef context = PyRef::Borrow(scope.socket().context.get());
  const PyRef callback =
      CallbackOf(context.get(), &ContextObject::psk_client_callback);
  if (!callback) return std::nullopt;
  const PyRef argument = TextOrNone(hint);
  const PyRef result = PyRef::Steal(
      PyObject_CallFunctionObjArgs(callback.get(), argument.get(), nullptr));
  std::optional<ssl::PskIdentity> psk;
  if (result) psk = TakePsk(result.get());
  if (!psk.has_value()) ReportUnraisable(callback.get());
  return psk;
}

std::optional<ssl::Secret> OnPskServer(absl::string_view identity) {
  const CallbackScope scope;
  const PyRef context = PyRef::Borrow(scope.socket().context.get());
  const PyRef callback =
      CallbackOf(context.get(), &ContextObject::psk_server_callback);
  if (!callback) return std::nullopt;
  const PyRef argument = TextOrNone(identity);
  const PyRef result = PyRef::Steal(
      PyObject_CallFunctionObjArgs(callback.get(), argument.get(), nullptr));
  std::optional<ssl::Secret> key;
  if (result) key = TakeKey(result.get());
  if (!key.has_value()) ReportUnraisable(callback.get());
  return key;
}

}  // namespace

void InstallCallbacks(const ContextObject& context,
                      ssl::ContextOptions* options) {
  if (context.sni_callback) options->sni = OnSni;
  options->message = context.message_callback ? OnMessage : KeepMessage;
  if (context.psk_client_callback) options->psk_client = OnPskClient;
  if (context.psk_server_callback) options->psk_server = OnPskServer;
  if (context.keylog != nullptr) {
    options->keylog = [log = context.keylog](const ssl::Socket& /*core*/,
                                             absl::string_view line) {
      log->Append(line);
    };
  }
}

}  // namespace airlock::python
