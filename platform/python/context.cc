// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/context.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "platform/python/certificate_dict.h"
#include "platform/python/ech.h"
#include "platform/python/errors.h"
#include "platform/python/negotiation.h"
#include "platform/python/profile.h"
#include "platform/python/socket.h"

namespace airlock::python {
namespace {

// The name of a protocol with a single version, if it is deprecated.
const char* DeprecatedProtocol(int protocol) {
  switch (protocol) {
    case kProtocolTls:
      return "ssl.PROTOCOL_TLS is deprecated";
    case kProtocolTlsv1:
      return "ssl.PROTOCOL_TLSv1 is deprecated";
    case kProtocolTlsv1_1:
      return "ssl.PROTOCOL_TLSv1_1 is deprecated";
    case kProtocolTlsv1_2:
      return "ssl.PROTOCOL_TLSv1_2 is deprecated";
    default:
      return nullptr;
  }
}

PyObject* NewContext(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {"protocol", nullptr};
  int protocol = 0;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "i:_SSLContext",
                                   Keywords(kNames), &protocol)) {
    return nullptr;
  }
  const char* const warning = DeprecatedProtocol(protocol);
  if (warning == nullptr && protocol != kProtocolTlsClient &&
      protocol != kProtocolTlsServer) {
    PyErr_SetString(
        PyExc_ValueError,
        "invalid or unsupported protocol version: SSLv2 and SSLv3 are not "
        "supported; use PROTOCOL_TLS_CLIENT or PROTOCOL_TLS_SERVER");
    return nullptr;
  }
  if (warning != nullptr && WarnDeprecated(warning) < 0) return nullptr;
  StatePtr state = StateOf(type);
  if (state == nullptr || !MayMakeContext(*state)) return nullptr;
  return NewBoxed<ContextObject>(type, std::move(state), protocol);
}

// Whether `list`, in OpenSSL's syntax, has a rule other than commands such as
// "@SECLEVEL=1".
bool HasCipherRule(absl::string_view list) {
  for (const absl::string_view word :
       absl::StrSplit(list, absl::ByAnyChar(":, ;"), absl::SkipEmpty())) {
    if (word[0] != '@') return true;
  }
  return false;
}

// Like the stock module: an SSLError without number, library and reason.
PyObject* RaiseNoCipher(const ModuleState& state, absl::string_view why) {
  PyErr_SetString(state.ssl_error.get(),
                  absl::StrCat("No cipher can be selected. ", why).c_str());
  return nullptr;
}

// Whether `list` may be the context's ciphers. False with an exception set.
bool CheckCiphers(const ContextObject& context, const std::string& list) {
  // Python 2.7 sets the same list for each context.
  constexpr size_t kMostAccepted = 8;
  ModuleState& state = *context.state;
  const auto entry = std::make_pair(list, context.groups);
  {
    const absl::MutexLock lock(&state.accepted_mutex);
    if (std::find(state.accepted_ciphers.begin(), state.accepted_ciphers.end(),
                  entry) != state.accepted_ciphers.end()) {
      return true;
    }
  }
  ssl::ContextOptions options = context.Basics();
  options.ciphers = list;
  const auto made = ssl::Context::Create(std::move(options));
  if (!made.ok()) {
    RaiseNoCipher(*context.state, made.status().message());
    return false;
  }
  if (!HasCipherRule(list)) {
    RaiseNoCipher(*context.state,
                  "The list names no suite; \"DEFAULT\" is the default.");
    return false;
  }
  const absl::MutexLock lock(&state.accepted_mutex);
  auto& accepted = state.accepted_ciphers;
  if (accepted.size() == kMostAccepted) accepted.erase(accepted.begin());
  accepted.push_back(entry);
  return true;
}

PyObject* SetCiphers(PyObject* self, PyObject* args) {
  const char* list = nullptr;
  if (!PyArg_ParseTuple(args, "s:set_ciphers", &list)) return nullptr;
  ContextObject& context = ContextOf(self);
  if (!CheckCiphers(context, list)) return nullptr;
  context.ciphers = list;
  context.Changed();
  return None();
}

PyObject* CipherDict(const ssl::CipherInfo& info) {
  // OpenSSL has a separate name for this.
  const bool ecdhe_psk =
      info.key_exchange == "kx-ecdhe" && info.auth == "auth-psk";
  const std::string key_exchange =
      ecdhe_psk ? "kx-ecdhe-psk" : info.key_exchange;
  const std::string description = absl::StrCat(
      info.name, " ", absl::StripSuffix(OpensslVersion(info), ".0"),
      " Kx=", key_exchange, " Au=", info.auth, " Enc=", info.symmetric, "(",
      info.algorithm_bits, ") Mac=", info.aead ? "AEAD" : info.digest);
  const PyRef digest = info.digest.empty()
                           ? PyRef::Borrow(Py_None)
                           : PyRef::Steal(NativeString(info.digest));
  if (!digest) return nullptr;
  return Py_BuildValue("{s:k,s:s,s:s,s:s,s:i,s:i,s:O,s:s,s:O,s:s,s:s}", "id",
                       static_cast<unsigned long>(info.id), "name",
                       info.name.c_str(), "protocol", OpensslVersion(info),
                       "description", description.c_str(), "strength_bits",
                       info.strength_bits, "alg_bits", info.algorithm_bits,
                       "aead", info.aead ? Py_True : Py_False, "symmetric",
                       info.symmetric.c_str(), "digest", digest.get(), "kea",
                       key_exchange.c_str(), "auth", info.auth.c_str());
}

PyObject* GetCiphers(PyObject* self, PyObject* /*unused*/) {
  ContextObject& context = ContextOf(self);
  const auto made = ssl::Context::Create(context.Basics());
  if (!made.ok()) return RaiseStatus(*context.state, made.status(), __LINE__);
  PyRef list = PyRef::Steal(PyList_New(0));
  if (!list) return nullptr;
  for (const ssl::CipherInfo& info : (*made)->Ciphers()) {
    const PyRef dict = PyRef::Steal(CipherDict(info));
    if (!dict || PyList_Append(list.get(), dict.get()) < 0) return nullptr;
  }
  return list.release();
}

PyObject* SetEcdhCurve(PyObject* self, PyObject* name) {
  ContextObject& context = ContextOf(self);
  ssl::ContextOptions options = context.Basics();
  if (!TextOf(name, "the name of the curve", &options.verification.groups))
    return nullptr;
  const std::string groups = options.verification.groups;
  if (groups.empty() || !ssl::Context::Create(std::move(options)).ok()) {
    PyErr_Format(PyExc_ValueError,
                 "unknown elliptic curve name '%.100s': use X25519, "
                 "prime256v1, secp384r1 or secp521r1",
                 groups.c_str());
    return nullptr;
  }
  context.groups = groups;
  context.Changed();
  return None();
}

// Names, each preceded by its length in a byte.
bool TakeProtocols(PyObject* args, const char* format,
                   std::vector<std::string>* out) {
  Py_buffer view;
  if (!PyArg_ParseTuple(args, format, &view)) return false;
  absl::string_view wire(static_cast<const char*>(view.buf),
                         static_cast<size_t>(view.len));
  std::vector<std::string> names;
  bool good = true;
  while (good && !wire.empty()) {
    const auto size = static_cast<size_t>(static_cast<uint8_t>(wire[0]));
    good = size > 0 && size < wire.size();
    if (!good) break;
    names.emplace_back(wire.substr(1, size));
    wire.remove_prefix(1 + size);
  }
  PyBuffer_Release(&view);
  if (!good) {
    PyErr_SetString(PyExc_ValueError, "malformed list of protocol names");
    return false;
  }
  *out = std::move(names);
  return true;
}

PyObject* SetAlpn(PyObject* self, PyObject* args) {
  ContextObject& context = ContextOf(self);
  if (!TakeProtocols(args, AIRLOCK_BUFFER ":_set_alpn_protocols",
                     &context.alpn)) {
    return nullptr;
  }
  context.Changed();
  return None();
}

[[maybe_unused]] PyObject* SetNpn(PyObject* self, PyObject* args) {
  ContextObject& context = ContextOf(self);
  if (!TakeProtocols(args, AIRLOCK_BUFFER ":_set_npn_protocols",
                     &context.npn)) {
    return nullptr;
  }
  context.Changed();
  return None();
}

PyObject* SessionStats(PyObject* self, PyObject* /*unused*/) {
  const ssl::SessionStatistics stats = ContextOf(self).Statistics();
  using Count = unsigned long long;
  return Py_BuildValue(
      "{s:K,s:K,s:K,s:i,s:K,s:K,s:i,s:K,s:K,s:i,s:i}", "number",
      static_cast<Count>(stats.number), "connect",
      static_cast<Count>(stats.connect), "connect_good",
      static_cast<Count>(stats.connect_good), "connect_renegotiate", 0,
      "accept", static_cast<Count>(stats.accept), "accept_good",
      static_cast<Count>(stats.accept_good), "accept_renegotiate", 0, "hits",
      static_cast<Count>(stats.hits), "misses",
      static_cast<Count>(stats.misses), "timeouts", 0, "cache_full", 0);
}

PyObject* CertStoreStats(PyObject* self, PyObject* /*unused*/) {
  const ContextObject& context = ContextOf(self);
  const absl::StatusOr<std::vector<ssl::Certificate>> listed =
      context.trusted.Listed();
  if (!listed.ok()) {
    return RaiseStatus(*context.state, listed.status(), __LINE__);
  }
  int all = 0;
  int authorities = 0;
  for (const ssl::Certificate& certificate : *listed) {
    ++all;
    if (certificate.is_ca()) ++authorities;
  }
  return Py_BuildValue("{s:i,s:i,s:i}", "x509", all, "crl",
                       static_cast<int>(context.trusted.crl_count()), "x509_ca",
                       authorities);
}

PyObject* GetCaCerts(PyObject* self, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {"binary_form", nullptr};
  PyObject* binary = Py_False;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:get_ca_certs",
                                   Keywords(kNames), &binary)) {
    return nullptr;
  }
  const int der = PyObject_IsTrue(binary);
  if (der < 0) return nullptr;
  const ContextObject& context = ContextOf(self);
  const absl::StatusOr<std::vector<ssl::Certificate>> listed =
      context.trusted.Listed();
  if (!listed.ok()) {
    return RaiseStatus(*context.state, listed.status(), __LINE__);
  }
  PyRef list = PyRef::Steal(PyList_New(0));
  if (!list) return nullptr;
  for (const ssl::Certificate& certificate : *listed) {
    if (!certificate.is_ca()) continue;
    const PyRef item =
        PyRef::Steal(der != 0 ? Bytes(certificate.der())
                              : CertificateDict(*context.state, certificate));
    if (!item || PyList_Append(list.get(), item.get()) < 0) return nullptr;
  }
  return list.release();
}

[[maybe_unused]] PyObject* SetServernameCallback(PyObject* self,
                                                 PyObject* callback) {
  if (callback != Py_None && !PyCallable_Check(callback)) {
    PyErr_SetString(PyExc_TypeError, "not a callable object");
    return nullptr;
  }
  ContextObject& context = ContextOf(self);
  context.sni_callback =
      callback == Py_None ? PyRef() : PyRef::Borrow(callback);
  context.Changed();
  return None();
}

bool TakeCallback(PyObject* callback, PyRef* out) {
  if (callback != Py_None && !PyCallable_Check(callback)) {
    PyErr_SetString(PyExc_TypeError, "callback must be callable");
    return false;
  }
  *out = callback == Py_None ? PyRef() : PyRef::Borrow(callback);
  return true;
}

[[maybe_unused]] PyObject* SetPskClientCallback(PyObject* self, PyObject* args,
                                                PyObject* kwargs) {
  static const char* const kNames[] = {"callback", nullptr};
  PyObject* callback = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:set_psk_client_callback",
                                   Keywords(kNames), &callback)) {
    return nullptr;
  }
  ContextObject& context = ContextOf(self);
  if (context.protocol == kProtocolTlsServer) {
    return RaiseSslError(
        context.state->ssl_error.get(), kErrorNone,
        {"", "",
         "Cannot add PSK client callback to a PROTOCOL_TLS_SERVER context"},
        __LINE__);
  }
  if (!TakeCallback(callback, &context.psk_client_callback)) return nullptr;
  context.Changed();
  return None();
}

[[maybe_unused]] PyObject* SetPskServerCallback(PyObject* self, PyObject* args,
                                                PyObject* kwargs) {
  static const char* const kNames[] = {"callback", "identity_hint", nullptr};
  PyObject* callback = nullptr;
  const char* hint = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|z:set_psk_server_callback",
                                   Keywords(kNames), &callback, &hint)) {
    return nullptr;
  }
  ContextObject& context = ContextOf(self);
  if (context.protocol == kProtocolTlsClient) {
    return RaiseSslError(
        context.state->ssl_error.get(), kErrorNone,
        {"", "",
         "Cannot add PSK server callback to a PROTOCOL_TLS_CLIENT context"},
        __LINE__);
  }
  if (!TakeCallback(callback, &context.psk_server_callback)) return nullptr;
  context.psk_hint = hint == nullptr ? "" : hint;
  context.Changed();
  return None();
}

constexpr int kKeywords = METH_VARARGS | METH_KEYWORDS;

PyMethodDef* ContextMethods() {
  static PyMethodDef methods[] = {
    {"_wrap_socket", Method<Locked<WrapSocket>>(), kKeywords, nullptr},
    {"_wrap_bio", Method<Locked<WrapBio>>(), kKeywords, nullptr},
    {"set_ciphers", Method<Locked<SetCiphers>>(), METH_VARARGS, nullptr},
    {"get_ciphers", Method<Locked<GetCiphers>>(), METH_NOARGS, nullptr},
    {"_set_alpn_protocols", Method<Locked<SetAlpn>>(), METH_VARARGS, nullptr},
#if !AIRLOCK_PYTHON_AT_LEAST(3, 10)
    {"_set_npn_protocols", Method<Locked<SetNpn>>(), METH_VARARGS, nullptr},
#endif
    {"load_cert_chain", Method<Locked<LoadCertChain>>(), kKeywords,
     "Each file is a path, an object with read(), or PEM text."},
    {"_watch_cert_chain", Method<Locked<WatchCertChain>>(), kKeywords, nullptr},
    {"_refresh_cert_chain", Method<Locked<RefreshCertChain>>(), METH_NOARGS,
     nullptr},
    {"_watched_cert_chain", Method<Locked<WatchedCertChain>>(), METH_NOARGS,
     nullptr},
    {"_watch_cas", Method<Locked<WatchCas>>(), METH_O, nullptr},
    {"_watched_cas", Method<Locked<WatchedCas>>(), METH_NOARGS, nullptr},
    {"_set_spiffe", Method<Locked<SetSpiffe>>(), METH_VARARGS, nullptr},
    {"_set_ech_configs", Method<Locked<SetEchConfigs>>(), METH_O, nullptr},
    {"_set_ech_keys", Method<Locked<SetEchKeys>>(), METH_O, nullptr},
    {"_set_ech_grease", Method<Locked<SetEchGrease>>(), METH_O, nullptr},
    {"_use_tickets", Method<Locked<UseTickets>>(), METH_O, nullptr},
    {"load_dh_params", Method<Locked<LoadDhParams>>(), METH_O, nullptr},
    {"load_verify_locations", Method<Locked<LoadVerifyLocations>>(), kKeywords,
     "cafile is a path, an object with read(), or PEM text."},
    {"session_stats", Method<Locked<SessionStats>>(), METH_NOARGS, nullptr},
    {"set_default_verify_paths", Method<Locked<SetDefaultVerifyPaths>>(),
     METH_NOARGS, nullptr},
    {"set_ecdh_curve", Method<Locked<SetEcdhCurve>>(), METH_O, nullptr},
    {"cert_store_stats", Method<Locked<CertStoreStats>>(), METH_NOARGS,
     nullptr},
    {"get_ca_certs", Method<Locked<GetCaCerts>>(), kKeywords, nullptr},
    {AIRLOCK_SINCE_3_15("set_groups"), Method<Locked<SetGroups>>(), METH_O,
     nullptr},
    {AIRLOCK_SINCE_3_15("get_groups"), Method<Locked<GetGroups>>(), kKeywords,
     nullptr},
    {AIRLOCK_SINCE_3_15("set_ciphersuites"), Method<Locked<SetCiphersuites>>(),
     METH_O, nullptr},
    {AIRLOCK_SINCE_3_15("set_client_sigalgs"),
     Method<Locked<SetClientSigalgs>>(), METH_O, nullptr},
    {AIRLOCK_SINCE_3_15("set_server_sigalgs"),
     Method<Locked<SetServerSigalgs>>(), METH_O, nullptr},
#if !AIRLOCK_PYTHON_AT_LEAST(3, 7)
    {"set_servername_callback", Method<Locked<SetServernameCallback>>(), METH_O,
     nullptr},
#endif
#if AIRLOCK_PYTHON_AT_LEAST(3, 13)
    {"set_psk_client_callback", Method<Locked<SetPskClientCallback>>(),
     kKeywords, nullptr},
    {"set_psk_server_callback", Method<Locked<SetPskServerCallback>>(),
     kKeywords, nullptr},
#endif
    {nullptr, nullptr, 0, nullptr},
  };
  return methods;
}

}  // namespace

int AddContextType(PyObject* module, const StatePtr& state) {
  static PyType_Slot slots[] = {
      {Py_tp_new, Slot(Guard<NewContext>)},
      {Py_tp_dealloc, Slot(DeallocBoxed<ContextObject>)},
      {Py_tp_traverse, Slot(TraverseBoxed<ContextObject>)},
      {Py_tp_clear, Slot(ClearBoxed<ContextObject>)},
      {Py_tp_methods, ContextMethods()},
      {Py_tp_getset, ContextProperties()},
      {0, nullptr},
  };
  state->context_type = PyRef::Steal(
      MakeType(module, "_ssl._SSLContext", sizeof(Boxed<ContextObject>), slots,
               Instances::kSubclassesToo, /*garbage_collected=*/true));
  if (!state->context_type ||
      AttachState(state->context_type.get(), state) < 0) {
    return -1;
  }
  return PyObject_SetAttrString(module, "_SSLContext",
                                state->context_type.get());
}

const char* OpensslVersion(const ssl::CipherInfo& info) {
  if (info.protocol != "TLSv1") return info.protocol.c_str();
  return info.key_exchange == "kx-ecdhe" ? "TLSv1.0" : "SSLv3";
}

}  // namespace airlock::python
