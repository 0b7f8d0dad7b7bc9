// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/socket.h"

#include <cstdio>
#include <string>
#include <utility>

#include "platform/python/certificate.h"
#include "platform/python/certificate_dict.h"
#include "platform/python/context.h"
#include "platform/python/core_access.h"
#include "platform/python/ech.h"
#include "platform/python/errors.h"
#include "platform/python/negotiation.h"
#include "platform/python/session.h"
#include "ssl/error.h"

namespace airlock::python {
namespace {

PyObject* StringOrNone(absl::string_view text) {
  return text.empty() ? None() : NativeString(text);
}

std::optional<ssl::ConnectionInfo> InfoOf(PyObject* self) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.core == nullptr) return std::nullopt;
  return socket.core->info();
}

PyObject* PeerCertificate(PyObject* self, PyObject* args) {
  PyObject* wanted = Py_False;
  if (!PyArg_ParseTuple(args, "|O:getpeercert", &wanted)) return nullptr;
  const int binary = PyObject_IsTrue(wanted);
  if (binary < 0) return nullptr;
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.core == nullptr || !socket.core->handshake_done()) {
    PyErr_SetString(PyExc_ValueError, "handshake not done yet");
    return nullptr;
  }
  const std::optional<ssl::Certificate> peer = socket.core->peer_certificate();
  if (!peer.has_value()) return None();
  if (binary != 0) return Bytes(peer->der());
  if (!socket.core->peer_verified()) return PyDict_New();
  return CertificateDict(*socket.state, *peer);
}

[[maybe_unused]] PyObject* VerifiedChain(PyObject* self, PyObject* /*unused*/) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.core == nullptr) return None();
  return CertificateList(socket.state, socket.core->verified_chain());
}

[[maybe_unused]] PyObject* UnverifiedChain(PyObject* self,
                                           PyObject* /*unused*/) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.core == nullptr) return None();
  return CertificateList(socket.state, socket.core->presented_chain());
}

PyObject* CipherTuple(const ssl::CipherInfo& cipher) {
  return Py_BuildValue("(ssi)", cipher.name.c_str(), OpensslVersion(cipher),
                       cipher.strength_bits);
}

PyObject* Cipher(PyObject* self, PyObject* /*unused*/) {
  const std::optional<ssl::ConnectionInfo> info = InfoOf(self);
  return info.has_value() ? CipherTuple(info->cipher) : None();
}

// Whether this release of Python returns a client's own offer to it: up to
// 3.10.10 and 3.11.2. One module works with all releases of a version.
[[maybe_unused]] bool ClientHasSharedCiphers() {
  int major = 0;
  int minor = 0;
  int micro = 0;
  if (std::sscanf(Py_GetVersion(), "%d.%d.%d", &major, &minor, &micro) != 3) {
    return false;
  }
  if (major < 3 || minor < 10) return true;
  return (minor == 10 && micro <= 10) || (minor == 11 && micro <= 2);
}

[[maybe_unused]] PyObject* SharedCiphers(PyObject* self, PyObject* /*unused*/) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.core == nullptr) return None();
  std::vector<ssl::CipherInfo> ciphers = socket.core->SharedCiphers();
  // A client does not learn the server's ciphers. Older releases returned its
  // own offer.
  if (!socket.server_side && ClientHasSharedCiphers()) {
    ciphers = socket.core->context()->Ciphers();
  }
  if (ciphers.empty()) return None();
  PyRef list = PyRef::Steal(PyList_New(0));
  if (!list) return nullptr;
  for (const ssl::CipherInfo& cipher : ciphers) {
    const PyRef tuple = PyRef::Steal(CipherTuple(cipher));
    if (!tuple || PyList_Append(list.get(), tuple.get()) < 0) return nullptr;
  }
  return list.release();
}

PyObject* Version(PyObject* self, PyObject* /*unused*/) {
  const std::optional<ssl::ConnectionInfo> info = InfoOf(self);
  return info.has_value() ? NativeString(ssl::TlsVersionName(info->version))
                          : None();
}

PyObject* SelectedAlpn(PyObject* self, PyObject* /*unused*/) {
  const std::optional<ssl::ConnectionInfo> info = InfoOf(self);
  return StringOrNone(info.has_value() ? info->alpn : "");
}

[[maybe_unused]] PyObject* SelectedNpn(PyObject* self, PyObject* /*unused*/) {
  const std::optional<ssl::ConnectionInfo> info = InfoOf(self);
  return StringOrNone(info.has_value() ? info->npn : "");
}

// TLS compression does not exist here (CRIME).
PyObject* Compression(PyObject* /*self*/, PyObject* /*unused*/) {
  return None();
}

// The kernel's TLS is never used.
[[maybe_unused]] PyObject* UsesKtls(PyObject* /*self*/, PyObject* /*unused*/) {
  return PyBool_FromLong(0);
}

PyObject* TlsUnique(PyObject* self, PyObject* /*unused*/) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.core == nullptr) return None();
  const std::optional<ssl::ConnectionInfo> info = socket.core->info();
  if (info.has_value() && info->version == ssl::TlsVersion::kTls1_3) {
    // Not in any RFC, but in OpenSSL: the Finished message that would have been
    // the first in TLS 1.2.
    const bool own = socket.server_side == info->session_reused;
    const std::string& finished =
        own ? socket.finished.sent : socket.finished.received;
    return finished.empty() ? None() : Bytes(finished);
  }
  const absl::StatusOr<std::string> binding =
      socket.core->GetChannelBinding(ssl::ChannelBinding::kTlsUnique);
  return binding.ok() ? Bytes(*binding) : None();
}

[[maybe_unused]] PyObject* ChannelBinding(PyObject* self, PyObject* args,
                                          PyObject* kwargs) {
  static const char* const kNames[] = {"cb_type", nullptr};
  const char* type = "tls-unique";
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|s:get_channel_binding",
                                   Keywords(kNames), &type)) {
    return nullptr;
  }
  if (absl::string_view(type) != "tls-unique") {
    PyErr_Format(PyExc_ValueError,
                 "'%.100s' channel binding type not implemented", type);
    return nullptr;
  }
  return TlsUnique(self, nullptr);
}

// Whether a server that verifies in the handshake has verified its client.
[[maybe_unused]] bool VerifiedAtOnce(PyObject* self) {
  SocketObject& socket = SocketOf(self);
  {
    const PyRef context = PyRef::Borrow(socket.context.get());
    const ObjectLock lock(context.get());
    if (ContextOf(context.get()).post_handshake_auth) return false;
  }
  const SocketLock lock(&socket);
  return socket.core != nullptr && socket.core->peer_verified();
}

// BoringSSL has no post-handshake authentication, so no peer offers it.
[[maybe_unused]] PyObject* PostHandshake(PyObject* self, PyObject* /*unused*/) {
  const std::optional<ssl::ConnectionInfo> info = InfoOf(self);
  SslErrorText text{"SSL", "EXTENSION_NOT_RECEIVED",
                    "extension not received: BoringSSL has no post-handshake "
                    "authentication; ask for the client's certificate in the "
                    "handshake (verify_mode)"};
  if (!SocketOf(self).server_side) {
    text = {"SSL", "NOT_SERVER", "not server"};
  } else if (!info.has_value()) {
    text = {"SSL", "STILL_IN_INIT",
            "still in init: complete the handshake first"};
  } else if (info->version != ssl::TlsVersion::kTls1_3) {
    text = {"SSL", "WRONG_SSL_VERSION",
            "wrong ssl version: it requires TLS 1.3"};
  } else if (VerifiedAtOnce(self)) {
    return None();  // The handshake has already done this.
  }
  return RaiseSslError(SocketOf(self).state->ssl_error.get(), kErrorSsl, text,
                       __LINE__);
}

PyObject* GetContext(PyObject* self, void* /*closure*/) {
  return SocketOf(self).context.NewReference();
}

int SetContext(PyObject* self, PyObject* value, void* /*closure*/) {
  SocketObject& socket = SocketOf(self);
  if (!NotDeleted(value)) return -1;
  if (!IsInstance(value, socket.state->context_type)) {
    if (PyErr_Occurred()) return -1;
    PyErr_SetString(PyExc_TypeError, "The value must be a SSLContext");
    return -1;
  }
  const SocketLock lock(&socket);
  if (socket.core != nullptr && !socket.core->handshake_done()) {
    // In the core, this is a callback. Like OpenSSL, the connection keeps what
    // its first context demanded of the client: the new one may only add to it.
    if (socket.in_core && socket.first_context == nullptr) {
      socket.first_context = socket.core->context();
    }
    auto context = [&] {
      const ObjectLock context_lock(value);
      return ContextOf(value).Freeze(SideOf(socket), socket.hostname,
                                     socket.first_context == nullptr
                                         ? nullptr
                                         : &socket.first_context->options());
    }();
    const absl::Status status =
        context.ok() ? socket.core->SwitchContext(*std::move(context))
                     : context.status();
    if (status.ok()) socket.refusal = absl::OkStatus();
    if (!status.ok()) {
      RaiseStatus(*socket.state, status, __LINE__);
      return -1;
    }
  }
  socket.context = PyRef::Borrow(value);
  return 0;
}

[[maybe_unused]] PyObject* GetServerSide(PyObject* self, void* /*closure*/) {
  return PyBool_FromLong(SocketOf(self).server_side);
}

[[maybe_unused]] PyObject* GetServerHostname(PyObject* self,
                                             void* /*closure*/) {
  return SocketOf(self).server_hostname.NewReference();
}

[[maybe_unused]] PyObject* GetOwner(PyObject* self, void* /*closure*/) {
  PyRef owner = Dereference(SocketOf(self).owner);
  return owner ? owner.release() : None();
}

[[maybe_unused]] int SetOwner(PyObject* self, PyObject* value,
                              void* /*closure*/) {
  if (kDeletesNothing && !NotDeleted(value)) return -1;
  SocketObject& socket = SocketOf(self);
  if (value == nullptr || value == Py_None) {
    socket.owner.Reset();
    return 0;
  }
  PyRef owner = PyRef::Steal(PyWeakref_NewRef(value, nullptr));
  if (!owner) return -1;
  socket.owner = std::move(owner);
  return 0;
}

[[maybe_unused]] PyObject* GetSession(PyObject* self, void* /*closure*/) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.core == nullptr) return None();
  std::shared_ptr<const ssl::Session> session =
      socket.core->handshake_done() ? socket.core->session() : socket.to_resume;
  if (session == nullptr) return None();
  return NewSession(socket.state, socket.context.get(), std::move(session));
}

[[maybe_unused]] int SetSession(PyObject* self, PyObject* value,
                                void* /*closure*/) {
  if (!NotDeleted(value)) return -1;
  SocketObject& socket = SocketOf(self);
  const std::shared_ptr<const ssl::Session> session =
      TakeSession(socket, value);
  if (session == nullptr) return -1;
  const SocketLock lock(&socket);
  if (socket.core == nullptr || !socket.core->SetSession(session).ok()) {
    PyErr_SetString(PyExc_ValueError, "Cannot set session after handshake.");
    return -1;
  }
  socket.to_resume = session;
  return 0;
}

[[maybe_unused]] PyObject* GetSessionReused(PyObject* self, void* /*closure*/) {
  const std::optional<ssl::ConnectionInfo> info = InfoOf(self);
  return PyBool_FromLong(info.has_value() && info->session_reused);
}

PyMethodDef* SocketMethods() {
  static PyMethodDef methods[] = {
    {"do_handshake", Method<Locked<DoHandshake>>(), METH_NOARGS, nullptr},
    {"write", Method<Locked<CallPositional<Write>>>(), kPositional, nullptr},
    {"read", Method<Locked<CallPositional<Read>>>(), kPositional, nullptr},
    {"pending", Method<Locked<Pending>>(), METH_NOARGS, nullptr},
    {"shutdown", Method<Locked<Shutdown>>(), METH_NOARGS, nullptr},
    {"cipher", Method<Locked<Cipher>>(), METH_NOARGS, nullptr},
    {"version", Method<Locked<Version>>(), METH_NOARGS, nullptr},
    {"compression", Method<Locked<Compression>>(), METH_NOARGS, nullptr},
    {AIRLOCK_SINCE_3_15("group"), Method<Locked<Group>>(), METH_NOARGS,
     nullptr},
    {"_certificate_compression", Method<Locked<CertificateCompression>>(),
     METH_NOARGS, nullptr},
    {"_ech_status", Method<Locked<GetEchStatus>>(), METH_NOARGS, nullptr},
    {AIRLOCK_SINCE_3_15("client_sigalg"), Method<Locked<ClientSigalg>>(),
     METH_NOARGS, nullptr},
    {AIRLOCK_SINCE_3_15("server_sigalg"), Method<Locked<ServerSigalg>>(),
     METH_NOARGS, nullptr},
#if AIRLOCK_PYTHON_AT_LEAST(3, 15)
    {"uses_ktls_for_send", Method<Locked<UsesKtls>>(), METH_NOARGS, nullptr},
    {"uses_ktls_for_recv", Method<Locked<UsesKtls>>(), METH_NOARGS, nullptr},
#endif
    {"selected_alpn_protocol", Method<Locked<SelectedAlpn>>(), METH_NOARGS,
     nullptr},
#if !AIRLOCK_PYTHON_AT_LEAST(3, 10)
    {"selected_npn_protocol", Method<Locked<SelectedNpn>>(), METH_NOARGS,
     nullptr},
#endif
#if AIRLOCK_PYTHON_AT_LEAST(3, 7)
    {"getpeercert", Method<Locked<PeerCertificate>>(), METH_VARARGS, nullptr},
    {"get_channel_binding", Method<Locked<ChannelBinding>>(),
     METH_VARARGS | METH_KEYWORDS, nullptr},
#else
    {"peer_certificate", Method<Locked<PeerCertificate>>(), METH_VARARGS,
     nullptr},
    {"tls_unique_cb", Method<Locked<TlsUnique>>(), METH_NOARGS, nullptr},
#endif
#if PY_MAJOR_VERSION >= 3
    {"shared_ciphers", Method<Locked<SharedCiphers>>(), METH_NOARGS, nullptr},
    {"verify_client_post_handshake", Method<Locked<PostHandshake>>(),
     METH_NOARGS, nullptr},
#endif
#if AIRLOCK_PYTHON_AT_LEAST(3, 10)
    {"get_verified_chain", Method<Locked<VerifiedChain>>(), METH_NOARGS,
     nullptr},
    {"get_unverified_chain", Method<Locked<UnverifiedChain>>(), METH_NOARGS,
     nullptr},
#endif
    {nullptr, nullptr, 0, nullptr},
  };
  return methods;
}

PyGetSetDef* Properties() {
  static PyGetSetDef properties[] = {
    {"context", Guard<Locked<GetContext>>, Guard<Locked<SetContext>>, nullptr,
     nullptr},
#if PY_MAJOR_VERSION >= 3
    {"server_side", Guard<Locked<GetServerSide>>, nullptr, nullptr, nullptr},
    {"server_hostname", Guard<Locked<GetServerHostname>>, nullptr, nullptr,
     nullptr},
    {"owner", Guard<Locked<GetOwner>>, Guard<Locked<SetOwner>>, nullptr,
     nullptr},
    {"session", Guard<Locked<GetSession>>, Guard<Locked<SetSession>>, nullptr,
     nullptr},
    {"session_reused", Guard<Locked<GetSessionReused>>, nullptr, nullptr,
     nullptr},
#endif
    {nullptr, nullptr, nullptr, nullptr, nullptr},
  };
  return properties;
}

}  // namespace

int SocketObject::Traverse(visitproc visit, void* arg) {
  Py_VISIT(context.get());
  Py_VISIT(server_hostname.get());
  Py_VISIT(raised_value.get());
  Py_VISIT(raised_traceback.get());
  return 0;
}

void SocketObject::Clear() {
  // Keep the context: other threads may be using it in the core.
  raised_type.Reset();
  raised_value.Reset();
  raised_traceback.Reset();
}

PyObject* Visible(PyObject* self) {
  PyRef owner = Dereference(SocketOf(self).owner);
  return owner ? owner.release() : PyRef::Borrow(self).release();
}

bool IsOrphan(PyObject* self) {
  const PyRef& owner = SocketOf(self).owner;
  return owner && !Dereference(owner);
}

int AddSocketType(PyObject* module, const StatePtr& state) {
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, Slot(DeallocBoxed<SocketObject>)},
      {Py_tp_traverse, Slot(TraverseBoxed<SocketObject>)},
      {Py_tp_clear, Slot(ClearBoxed<SocketObject>)},
      {Py_tp_methods, SocketMethods()},
      {Py_tp_getset, Properties()},
      {0, nullptr},
  };
  state->socket_type = PyRef::Steal(
      MakeType(module, "_ssl._SSLSocket", sizeof(Boxed<SocketObject>), slots,
               Instances::kNobody, /*garbage_collected=*/true));
  if (!state->socket_type || AttachState(state->socket_type.get(), state) < 0) {
    return -1;
  }
  return PyObject_SetAttrString(module, "_SSLSocket", state->socket_type.get());
}

}  // namespace airlock::python
