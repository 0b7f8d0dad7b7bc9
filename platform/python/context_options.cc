// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The properties of _ssl._SSLContext.

#include <cerrno>
#include <climits>
#include <cstring>

#include "platform/python/call_site.h"
#include "platform/python/context.h"
#include "platform/python/errors.h"

namespace airlock::python {
namespace {

bool ToInt(PyObject* value, int* out) {
  if (!NotDeleted(value)) return false;
  return PyArg_Parse(value, "i", out) != 0;
}

// Like the stock module, accepts a number of any size and keeps the bits that
// fit.
bool ToFlags(PyObject* value, unsigned long* out) {
  if (!NotDeleted(value)) return false;
  return PyArg_Parse(value, "k", out) != 0;
}

// Whether the protocol allows several versions.
bool HasVersions(const ContextObject& context) {
  return context.protocol == kProtocolTls ||
         context.protocol == kProtocolTlsClient ||
         context.protocol == kProtocolTlsServer;
}

PyObject* GetOptions(PyObject* self, void* /*closure*/) {
  const uint64_t options = ContextOf(self).options;
#if PY_MAJOR_VERSION >= 3
  return PyLong_FromUnsignedLongLong(options);
#else
  return Integer(static_cast<long>(options));
#endif
}

int SetOptions(PyObject* self, PyObject* value, void* /*closure*/) {
  if (!NotDeleted(value)) return -1;
  ContextObject& context = ContextOf(self);
  const PyRef number = PyRef::Steal(PyNumber_Index(value));
  if (!number) return -1;
#if AIRLOCK_PYTHON_AT_LEAST(3, 14)
  const PyRef zero = PyRef::Steal(PyLong_FromLong(0));
  const int negative =
      zero ? PyObject_RichCompareBool(number.get(), zero.get(), Py_LT) : -1;
  if (negative > 0) {
    PyErr_SetString(PyExc_ValueError, "options must not be negative");
  }
  if (negative != 0) return -1;
#endif
  long long signed_number = PyLong_AsLongLong(number.get());
  if (signed_number == -1 && PyErr_Occurred()) return -1;
#if AIRLOCK_PYTHON_AT_LEAST(3, 12)
  if (signed_number < 0) {
    PyErr_SetString(PyExc_OverflowError, "options must not be negative");
    return -1;
  }
#endif
  const auto wanted = static_cast<uint64_t>(signed_number);
  if ((wanted & ~context.options & kOpNoTlsMask) != 0 &&
      WarnDeprecated("ssl.OP_NO_SSL*/ssl.OP_NO_TLS* options are deprecated") <
          0) {
    return -1;
  }
  // Assigning the current value (`options |= x`) is a request for it.
  if ((wanted & kOpIgnoreUnexpectedEof) == 0 || wanted == context.options) {
    context.eof_option_unasked = false;
  }
  context.options = wanted;
  context.Changed();
  return 0;
}

PyObject* GetVerifyMode(PyObject* self, void* /*closure*/) {
  return Integer(ContextOf(self).verify_mode);
}

int SetVerifyMode(PyObject* self, PyObject* value, void* /*closure*/) {
  int mode = 0;
  if (!ToInt(value, &mode)) return -1;
  if (mode < kCertNone || mode > kCertRequired) {
    PyErr_SetString(PyExc_ValueError,
                    "invalid value for verify_mode: use CERT_NONE, "
                    "CERT_OPTIONAL or CERT_REQUIRED");
    return -1;
  }
  ContextObject& context = ContextOf(self);
  if (mode == kCertNone && context.check_hostname) {
    PyErr_SetString(PyExc_ValueError,
                    "Cannot set verify_mode to CERT_NONE when check_hostname "
                    "is enabled.");
    return -1;
  }
  // Before any change, since it may throw.
  const bool unstated = mode == kCertNone && !SaysVerifyMode();
  context.verify_mode = mode;
  context.verify_mode_chosen = true;
  context.cert_none_unstated = unstated;
  context.Changed();
  return 0;
}

PyObject* GetCheckHostname(PyObject* self, void* /*closure*/) {
  return PyBool_FromLong(ContextOf(self).check_hostname);
}

int SetCheckHostname(PyObject* self, PyObject* value, void* /*closure*/) {
  if (!NotDeleted(value)) return -1;
  const int check = PyObject_IsTrue(value);
  if (check < 0) return -1;
  ContextObject& context = ContextOf(self);
  // Before any change, since these may throw.
  const bool unverified_by_name =
      check == 0 && !context.verify_mode_chosen &&
      IsCalledBy("ssl", "_create_unverified_context");
  // The standard library uses a second name for it.
  const bool unstated = unverified_by_name && !SaysVerifyMode();
  if (check != 0 && context.verify_mode == kCertNone) {
#if AIRLOCK_PYTHON_AT_LEAST(3, 7)
    context.verify_mode = kCertRequired;
    context.verify_mode_chosen = true;
#else
    PyErr_SetString(PyExc_ValueError,
                    "check_hostname needs a SSL context with either "
                    "CERT_OPTIONAL or CERT_REQUIRED");
    return -1;
#endif
  }
  context.check_hostname = check != 0;
  context.check_hostname_chosen = true;
  if (unverified_by_name) {
    context.unverified_by_name = true;
    context.cert_none_unstated = unstated;
  }
  context.Changed();
  return 0;
}

[[maybe_unused]] PyObject* GetHostFlags(PyObject* self, void* /*closure*/) {
  return Integer(static_cast<long>(ContextOf(self).host_flags));
}

[[maybe_unused]] int SetHostFlags(PyObject* self, PyObject* value,
                                  void* /*closure*/) {
  unsigned long flags = 0;
  if (!ToFlags(value, &flags)) return -1;
  ContextOf(self).host_flags = static_cast<unsigned>(flags);
  ContextOf(self).Changed();
  return 0;
}

PyObject* GetVerifyFlags(PyObject* self, void* /*closure*/) {
  const unsigned long flags = ContextOf(self).verify_flags;
  return flags <= LONG_MAX ? Integer(static_cast<long>(flags))
                           : PyLong_FromUnsignedLong(flags);
}

int SetVerifyFlags(PyObject* self, PyObject* value, void* /*closure*/) {
  unsigned long wanted = 0;
  if (!ToFlags(value, &wanted)) return -1;
  ContextObject& context = ContextOf(self);
  // create_default_context sets it automatically from Python 3.13 onwards.
  if ((wanted & ~context.verify_flags & kVerifyPartialChain) != 0) {
    context.partial_chain_chosen = !IsSetByLibrary();
  }
  context.verify_flags = wanted;
  context.Changed();
  return 0;
}

[[maybe_unused]] PyObject* GetMinimumVersion(PyObject* self,
                                             void* /*closure*/) {
  const ContextObject& context = ContextOf(self);
  // Has no effect with a protocol of one version.
  return Integer(HasVersions(context) ? context.minimum_version
                                      : kMinimumSupported);
}

[[maybe_unused]] PyObject* GetMaximumVersion(PyObject* self,
                                             void* /*closure*/) {
  return Integer(ContextOf(self).maximum_version);
}

// Which end of the range to set, and what the constant for "no limit" at the
// other end means here.
int SetVersion(PyObject* self, PyObject* value, bool minimum) {
  int version = 0;
  if (!ToInt(value, &version)) return -1;
  ContextObject& context = ContextOf(self);
  if (!HasVersions(context)) {
    PyErr_SetString(PyExc_ValueError,
                    "The context's protocol doesn't support modification of "
                    "highest and lowest version.");
    return -1;
  }
  switch (version) {
    case kSsl3:
    case kTls1_0:
    case kTls1_1: {
      const char* const kTexts[] = {"ssl.TLSVersion.SSLv3 is deprecated",
                                    "ssl.TLSVersion.TLSv1 is deprecated",
                                    "ssl.TLSVersion.TLSv1_1 is deprecated"};
      if (WarnDeprecated(kTexts[version - kSsl3]) < 0) return -1;
      break;
    }
    case kMinimumSupported:
      if (!minimum) version = kTls1_0;
      break;
    case kMaximumSupported:
      if (minimum) version = kTls1_3;
      break;
    case kTls1_2:
    case kTls1_3:
      break;
    default:
      PyErr_Format(PyExc_ValueError, "Unsupported TLS/SSL version 0x%x",
                   version);
      return -1;
  }
  if (!minimum && version == kSsl3) {
    PyErr_SetString(PyExc_ValueError,
                    "Unsupported TLS/SSL version: SSLv3 is not supported");
    return -1;
  }
  (minimum ? context.minimum_version : context.maximum_version) = version;
  context.Changed();
  return 0;
}

[[maybe_unused]] int SetMinimumVersion(PyObject* self, PyObject* value,
                                       void* /*closure*/) {
  return SetVersion(self, value, /*minimum=*/true);
}

[[maybe_unused]] int SetMaximumVersion(PyObject* self, PyObject* value,
                                       void* /*closure*/) {
  return SetVersion(self, value, /*minimum=*/false);
}

[[maybe_unused]] PyObject* GetNumTickets(PyObject* self, void* /*closure*/) {
  return Integer(ContextOf(self).num_tickets);
}

[[maybe_unused]] int SetNumTickets(PyObject* self, PyObject* value,
                                   void* /*closure*/) {
  constexpr int kMost = 16;
  if (!NotDeleted(value)) return -1;
  long count = 0;
  if (!PyArg_Parse(value, "l", &count)) return -1;
  ContextObject& context = ContextOf(self);
  if (count < 0 || count > kMost) {
    PyErr_SetString(PyExc_ValueError, "num_tickets must be from 0 to 16");
    return -1;
  }
  if (context.protocol != kProtocolTlsServer) {
    PyErr_SetString(PyExc_ValueError, "SSLContext is not a server context.");
    return -1;
  }
  context.num_tickets = static_cast<int>(count);
  context.Changed();
  return 0;
}

[[maybe_unused]] PyObject* GetProtocol(PyObject* self, void* /*closure*/) {
  return Integer(ContextOf(self).protocol);
}

[[maybe_unused]] PyObject* GetPostHandshakeAuth(PyObject* self,
                                                void* /*closure*/) {
  return PyBool_FromLong(ContextOf(self).post_handshake_auth);
}

[[maybe_unused]] int SetPostHandshakeAuth(PyObject* self, PyObject* value,
                                          void* /*closure*/) {
  if (!NotDeleted(value)) return -1;
  const int wanted = PyObject_IsTrue(value);
  if (wanted < 0) return -1;
  ContextOf(self).post_handshake_auth = wanted != 0;
  return 0;
}

[[maybe_unused]] PyObject* GetSecurityLevel(PyObject* self, void* /*closure*/) {
  ContextObject& context = ContextOf(self);
  const auto made = ssl::Context::Create(context.Basics());
  if (!made.ok()) return RaiseStatus(*context.state, made.status(), __LINE__);
  return Integer((*made)->options().verification.security_level);
}

PyObject* OrNone(const PyRef& ref) { return ref ? ref.NewReference() : None(); }

int SetCallback(PyObject* value, const char* what, PyRef* callback) {
  if (!NotDeleted(value)) return -1;
  if (value == Py_None) {
    callback->Reset();
    return 0;
  }
  if (!PyCallable_Check(value)) {
    PyErr_Format(PyExc_TypeError, "%s: not a callable object", what);
    return -1;
  }
  *callback = PyRef::Borrow(value);
  return 0;
}

[[maybe_unused]] PyObject* GetSniCallback(PyObject* self, void* /*closure*/) {
  return OrNone(ContextOf(self).sni_callback);
}

[[maybe_unused]] int SetSniCallback(PyObject* self, PyObject* value,
                                    void* /*closure*/) {
  if (kDeletesNothing && !NotDeleted(value)) return -1;
  ContextObject& context = ContextOf(self);
  if (context.protocol == kProtocolTlsClient) {
    PyErr_SetString(PyExc_ValueError,
                    "sni_callback cannot be set on TLS_CLIENT context");
    return -1;
  }
  if (SetCallback(value, "sni_callback", &context.sni_callback) < 0) return -1;
  context.Changed();
  return 0;
}

[[maybe_unused]] PyObject* GetMessageCallback(PyObject* self,
                                              void* /*closure*/) {
  return OrNone(ContextOf(self).message_callback);
}

[[maybe_unused]] int SetMessageCallback(PyObject* self, PyObject* value,
                                        void* /*closure*/) {
  ContextObject& context = ContextOf(self);
  if (SetCallback(value, "_msg_callback", &context.message_callback) < 0) {
    return -1;
  }
  context.Changed();
  return 0;
}

[[maybe_unused]] PyObject* GetKeylogFilename(PyObject* self,
                                             void* /*closure*/) {
  return OrNone(ContextOf(self).keylog_filename);
}

[[maybe_unused]] int SetKeylogFilename(PyObject* self, PyObject* value,
                                       void* /*closure*/) {
  if (!NotDeleted(value)) return -1;
  ContextObject& context = ContextOf(self);
  // Like the stock module: if the new file fails, the old one gets no more
  // keys.
  context.keylog.reset();
  context.keylog_filename = PyRef();
  context.Changed();
  if (value == Py_None) return 0;
  std::string path;
  if (!PathOf(value, &path)) return -1;
  std::shared_ptr<KeyLog> log = KeyLog::Open(path);
  if (log == nullptr) {
    const int error = errno;
    RaiseOsError(error, std::strerror(error), path);
    return -1;
  }
  context.keylog = std::move(log);
  context.keylog_filename = PyRef::Borrow(value);
  return 0;
}

}  // namespace

PyGetSetDef* ContextProperties() {
  static PyGetSetDef properties[] = {
    {"options", Guard<Locked<GetOptions>>, Guard<Locked<SetOptions>>, nullptr,
     nullptr},
    {"verify_mode", Guard<Locked<GetVerifyMode>>, Guard<Locked<SetVerifyMode>>,
     nullptr, nullptr},
    {"verify_flags", Guard<Locked<GetVerifyFlags>>,
     Guard<Locked<SetVerifyFlags>>, nullptr, nullptr},
    {"check_hostname", Guard<Locked<GetCheckHostname>>,
     Guard<Locked<SetCheckHostname>>, nullptr, nullptr},
#if AIRLOCK_PYTHON_AT_LEAST(3, 6)
    {"post_handshake_auth", Guard<Locked<GetPostHandshakeAuth>>,
     Guard<Locked<SetPostHandshakeAuth>>, nullptr, nullptr},
#endif
#if AIRLOCK_PYTHON_AT_LEAST(3, 7)
    {"_host_flags", Guard<Locked<GetHostFlags>>, Guard<Locked<SetHostFlags>>,
     nullptr, nullptr},
    {"minimum_version", Guard<Locked<GetMinimumVersion>>,
     Guard<Locked<SetMinimumVersion>>, nullptr, nullptr},
    {"maximum_version", Guard<Locked<GetMaximumVersion>>,
     Guard<Locked<SetMaximumVersion>>, nullptr, nullptr},
    {"protocol", Guard<Locked<GetProtocol>>, nullptr, nullptr, nullptr},
    {"sni_callback", Guard<Locked<GetSniCallback>>,
     Guard<Locked<SetSniCallback>>,
     "callback(SSLSocket, server_name, SSLContext) or None", nullptr},
#endif
#if AIRLOCK_PYTHON_AT_LEAST(3, 8)
    {"num_tickets", Guard<Locked<GetNumTickets>>, Guard<Locked<SetNumTickets>>,
     nullptr, nullptr},
    {"keylog_filename", Guard<Locked<GetKeylogFilename>>,
     Guard<Locked<SetKeylogFilename>>, nullptr, nullptr},
    {"_msg_callback", Guard<Locked<GetMessageCallback>>,
     Guard<Locked<SetMessageCallback>>, nullptr, nullptr},
#endif
#if AIRLOCK_PYTHON_AT_LEAST(3, 10)
    {"security_level", Guard<Locked<GetSecurityLevel>>, nullptr,
     "The security level, 0-5.", nullptr},
#endif
    {nullptr, nullptr, nullptr, nullptr, nullptr},
  };
  return properties;
}

}  // namespace airlock::python
