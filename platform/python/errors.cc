// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/errors.h"

#include <cctype>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "platform/python/openssl_reasons.h"
#include "ssl/error.h"
#include "ssl/verify_code.h"

namespace airlock::python {
namespace {

// The message, without the number that OSError puts before it.
PyObject* StrOfError(PyObject* self) {
  const PyRef text = PyRef::Steal(PyObject_GetAttrString(self, "strerror"));
  if (text && IsNativeString(text.get())) return text.NewReference();
  PyErr_Clear();
  const PyRef args = PyRef::Steal(PyObject_GetAttrString(self, "args"));
  return args ? PyObject_Str(args.get()) : nullptr;
}

[[maybe_unused]] PyObject* StrOfErrorMethod(PyObject* self,
                                            PyObject* /*unused*/) {
  return StrOfError(self);
}

#if PY_MAJOR_VERSION >= 3
PyObject* NewSslError(PyObject* module) {
  static PyType_Slot slots[] = {
      {Py_tp_doc, Slot("An error occurred in the SSL implementation.")},
      {Py_tp_str, Slot(Guard<StrOfError>)},
      {0, nullptr},
  };
  const PyRef bases = PyRef::Steal(PyTuple_Pack(1, PyExc_OSError));
  if (!bases) return nullptr;
  return MakeType(module, "ssl.SSLError", 0, slots, Instances::kSubclassesToo,
                  /*garbage_collected=*/false, bases.get());
}
#else
PyObject* NewSslError(PyObject* /*module*/) {
  static PyMethodDef str = {"__str__", Method<StrOfErrorMethod>(), METH_NOARGS,
                            nullptr};
  const PyRef socket = PyRef::Steal(PyImport_ImportModule("_socket"));
  if (!socket) return nullptr;
  const PyRef base =
      PyRef::Steal(PyObject_GetAttrString(socket.get(), "error"));
  if (!base) return nullptr;
  PyRef type = PyRef::Steal(
      NewException("ssl.SSLError",
                   "An error occurred in the SSL implementation.", base.get()));
  if (!type) return nullptr;
  const PyRef method = PyRef::Steal(
      PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(type.get()), &str));
  if (!method ||
      PyObject_SetAttrString(type.get(), "__str__", method.get()) < 0) {
    return nullptr;
  }
  return type.release();
}
#endif

int Add(PyObject* module, const char* name, const char* doc, PyObject* bases,
        PyRef* out) {
  const std::string full = absl::StrCat("ssl.", name);
  *out = PyRef::Steal(NewException(full.c_str(), doc, bases));
  if (!*out) return -1;
  return PyObject_SetAttrString(module, name, out->get());
}

int SetText(PyObject* object, const char* name, const std::string& value) {
  const PyRef text = value.empty() ? PyRef::Borrow(Py_None)
                                   : PyRef::Steal(NativeString(value));
  return text ? PyObject_SetAttrString(object, name, text.get()) : -1;
}

PyRef NewSslException(PyObject* type, int number, const SslErrorText& text,
                      int line) {
  std::string message;
  if (!text.reason.empty() && !text.library.empty()) {
    absl::StrAppend(&message, "[", text.library, ": ", text.reason, "] ");
  } else if (!text.library.empty()) {
    absl::StrAppend(&message, "[", text.library, "] ");
  }
  absl::StrAppend(&message, text.message, " (_ssl.c:", line, ")");
  const PyRef string = PyRef::Steal(NativeString(message));
  if (!string || type == nullptr) return PyRef();
  PyRef error =
      PyRef::Steal(PyObject_CallFunction(type, "iO", number, string.get()));
  if (!error || SetText(error.get(), "reason", text.reason) < 0 ||
      SetText(error.get(), "library", text.library) < 0) {
    return PyRef();
  }
  return error;
}

PyObject* Raise(PyObject* type, const PyRef& error) {
  if (error) {
    PyErr_SetObject(type, error.get());
  } else if (!PyErr_Occurred()) {
    PyErr_SetString(PyExc_RuntimeError, "the module _ssl is gone");
  }
  return nullptr;
}

PyRef WantArguments(int number, const char* operation, int line) {
  const std::string text = absl::StrCat("The operation did not complete (",
                                        operation, ") (_ssl.c:", line, ")");
  return PyRef::Steal(Py_BuildValue("(is)", number, text.c_str()));
}

constexpr char kVerifyFailed[] = "certificate verify failed: ";

// Whether another SPIFFE ID than the allowed ones was found, in error.where.
bool IsAboutSpiffe(const ssl::Error& error) {
  return error.kind == ssl::ErrorKind::kHostname &&
         absl::StartsWith(error.where, "spiffe://");
}

// OpenSSL's words for a certificate with another name, which programs look for;
// empty for other failures.
std::string NameMismatch(const ssl::Error& error, const std::string& host) {
  if (error.kind != ssl::ErrorKind::kHostname || host.empty() ||
      IsAboutSpiffe(error)) {
    return "";
  }
  return absl::StrCat(error.verify_code == ssl::verify_code::kIpAddressMismatch
                          ? "IP address"
                          : "Hostname",
                      " mismatch, certificate is not valid for '", host, "'.");
}

// The same with a capital letter, to begin a sentence.
std::string Capitalized(absl::string_view text) {
  std::string result(text);
  if (!result.empty()) {
    result[0] =
        static_cast<char>(std::toupper(static_cast<uint8_t>(result[0])));
  }
  return result;
}

PyObject* RaiseVerification(const ModuleState& state, const ssl::Error& error,
                            int line, const std::string& host) {
  SslErrorText text;
  text.library = "SSL";
  text.reason = "CERTIFICATE_VERIFY_FAILED";
  std::string detail = error.what.empty() ? error.message : error.what;
  if (IsAboutSpiffe(error)) {
    detail =
        absl::StrCat(error.verify_message, ", ", error.where, ": ", detail);
  }
  if (!error.advice.empty()) absl::StrAppend(&detail, ". ", error.advice);
  std::string verify_message = NameMismatch(error, host);
  if (!verify_message.empty()) {
    // repr() of a text with both kinds of quotes escapes those of the name, so
    // that programs that look for it there (urllib3 2) do not find it.
    detail = absl::StrReplaceAll(
        absl::StrCat(verify_message, " ", Capitalized(detail)), {{"\"", "'"}});
  } else {
    verify_message =
        error.verify_message.empty() ? detail : error.verify_message;
  }
  text.message = absl::StrCat(kVerifyFailed, detail);
  PyObject* type = state.cert_verification_error.get();
  const PyRef raised = NewSslException(type, kErrorSsl, text, line);
  if (raised) {
    const PyRef code = PyRef::Steal(Integer(error.verify_code));
    if (!code ||
        PyObject_SetAttrString(raised.get(), "verify_code", code.get()) < 0 ||
        SetText(raised.get(), "verify_message", verify_message) < 0) {
      return nullptr;
    }
  }
  return Raise(type, raised);
}

ssl::Error ErrorOf(const absl::Status& status) {
  ssl::Error plain;
  plain.message = std::string(status.message());
  return ssl::GetError(status).value_or(plain);
}

SslErrorText TextOfError(const ssl::Error& error) {
  const OpensslReason openssl = OpensslReasonOf(error);
  SslErrorText text{openssl.library, openssl.reason, error.message};
  if (openssl.words.empty()) return text;
  // OpenSSL's words come first, where programs look for them. Of a failed
  // connection they take the place of BoringSSL's.
  const bool failed =
      error.kind == ssl::ErrorKind::kProtocol && !error.advice.empty();
  text.message = failed ? absl::StrCat(openssl.words, ". ", error.advice)
                        : absl::StrCat(openssl.words, ": ", error.message);
  return text;
}

}  // namespace

int AddErrors(PyObject* module, ModuleState* state) {
  state->ssl_error = PyRef::Steal(NewSslError(module));
  if (!state->ssl_error ||
      PyObject_SetAttrString(module, "SSLError", state->ssl_error.get()) < 0) {
    return -1;
  }
#if AIRLOCK_PYTHON_AT_LEAST(3, 7)
  const PyRef bases =
      PyRef::Steal(PyTuple_Pack(2, state->ssl_error.get(), PyExc_ValueError));
  if (!bases || Add(module, "SSLCertVerificationError",
                    "A certificate could not be verified.", bases.get(),
                    &state->cert_verification_error) < 0) {
    return -1;
  }
#else
  state->cert_verification_error = PyRef::Borrow(state->ssl_error.get());
#endif
  const struct {
    const char* name;
    const char* doc;
    PyRef* out;
  } kRows[] = {
      {"SSLZeroReturnError", "SSL/TLS session closed cleanly.",
       &state->zero_return_error},
      {"SSLWantReadError",
       "Non-blocking SSL socket needs to read more data\n"
       "before the requested operation can be completed.",
       &state->want_read_error},
      {"SSLWantWriteError",
       "Non-blocking SSL socket needs to write more data\n"
       "before the requested operation can be completed.",
       &state->want_write_error},
      {"SSLSyscallError", "System error when attempting SSL operation.",
       &state->syscall_error},
      {"SSLEOFError", "SSL/TLS connection terminated abruptly.",
       &state->eof_error},
  };
  for (const auto& row : kRows) {
    if (Add(module, row.name, row.doc, state->ssl_error.get(), row.out) < 0) {
      return -1;
    }
  }
  state->reason_name = PyRef::Steal(NativeString("reason"));
  state->library_name = PyRef::Steal(NativeString("library"));
  state->want_read_arguments = WantArguments(kErrorWantRead, "read", __LINE__);
  state->want_write_arguments =
      WantArguments(kErrorWantWrite, "write", __LINE__);
  return state->reason_name && state->library_name &&
                 state->want_read_arguments && state->want_write_arguments
             ? 0
             : -1;
}

PyObject* RaiseSslError(PyObject* type, int number, const SslErrorText& text,
                        int line) {
  return Raise(type, NewSslException(type, number, text, line));
}

PyObject* RaiseWantError(const ModuleState& state, bool read) {
  PyObject* const type =
      (read ? state.want_read_error : state.want_write_error).get();
  PyObject* const arguments =
      (read ? state.want_read_arguments : state.want_write_arguments).get();
  if (type == nullptr || arguments == nullptr) return Raise(type, PyRef());
  const PyRef error = PyRef::Steal(PyObject_Call(type, arguments, nullptr));
  if (!error ||
      PyObject_SetAttr(error.get(), state.reason_name.get(), Py_None) < 0 ||
      PyObject_SetAttr(error.get(), state.library_name.get(), Py_None) < 0) {
    return nullptr;
  }
  return Raise(type, error);
}

PyObject* RaiseStatus(const ModuleState& state, const absl::Status& status,
                      int line, const std::string& host) {
  const ssl::Error error = ErrorOf(status);
  switch (error.kind) {
    case ssl::ErrorKind::kVerification:
    case ssl::ErrorKind::kHostname:
      return RaiseVerification(state, error, line, host);
    case ssl::ErrorKind::kUnexpectedEof:
      return RaiseSslError(
          state.eof_error.get(), kErrorEof,
          {"SSL", "UNEXPECTED_EOF_WHILE_READING",
           absl::StrCat("EOF occurred in violation of protocol: ",
                        error.message)},
          line);
    default:
      break;
  }
  if (!error.ech_retry_configs.has_value()) {
    return RaiseSslError(state.ssl_error.get(), kErrorSsl, TextOfError(error),
                         line);
  }
  const PyRef raised = NewSslException(state.ssl_error.get(), kErrorSsl,
                                       TextOfError(error), line);
  const PyRef configs = PyRef::Steal(PyBytes_FromStringAndSize(
      error.ech_retry_configs->data(),
      static_cast<Py_ssize_t>(error.ech_retry_configs->size())));
  if (raised &&
      (!configs || PyObject_SetAttrString(raised.get(), "ech_retry_configs",
                                          configs.get()) < 0)) {
    return nullptr;
  }
  return Raise(state.ssl_error.get(), raised);
}

PyObject* RaiseWeakStatus(const ModuleState& state, const absl::Status& status,
                          int line) {
  const ssl::Error error = ErrorOf(status);
  int number = kErrorSsl;
  if (error.reason == "EE_KEY_TOO_SMALL") number = kReasonEeKeyTooSmall;
  if (error.reason == "CA_KEY_TOO_SMALL") number = kReasonCaKeyTooSmall;
  if (error.reason == "CA_MD_TOO_WEAK") number = kReasonCaMdTooWeak;
  return RaiseSslError(state.ssl_error.get(), number, TextOfError(error), line);
}

PyObject* RaisePemStatus(const ModuleState& state, const absl::Status& status,
                         int line) {
  const std::optional<ssl::Error> error = ssl::GetError(status);
  SslErrorText text;
  text.library = "SSL";
  text.message = absl::StrCat("PEM lib: ", status.message());
  int number = kReasonPemLib;
  if (error.has_value() && error->reason == "KEY_VALUES_MISMATCH") {
    text.library = "X509";
    text.reason = error->reason;
    text.message = absl::StrCat("key values mismatch: ", status.message());
    number = kReasonKeyValuesMismatch;
  }
  return RaiseSslError(state.ssl_error.get(), number, text, line);
}

PyObject* RaiseBundleStatus(const ModuleState& state,
                            const absl::Status& status, bool holds_any,
                            int line) {
  SslErrorText text;
  text.library = "X509";
  if (holds_any) {
    text.message = absl::StrCat("PEM lib: ", status.message());
    return RaiseSslError(state.ssl_error.get(), kReasonX509PemLib, text, line);
  }
  if (AIRLOCK_PYTHON_AT_LEAST(3, 8)) {
    text.reason = "NO_CERTIFICATE_OR_CRL_FOUND";
  }
  text.message =
      absl::StrCat("no certificate or crl found: ", status.message());
  return RaiseSslError(state.ssl_error.get(), kReasonNoCertificateOrCrlFound,
                       text, line);
}

PyObject* RaiseOsError(int error, const std::string& message,
                       const std::string& filename) {
  const PyRef text = PyRef::Steal(NativeString(message));
  PyRef name = PyRef::Borrow(Py_None);
  if (!filename.empty()) {
#if PY_MAJOR_VERSION >= 3
    name = PyRef::Steal(PyUnicode_DecodeFSDefaultAndSize(
        filename.data(), static_cast<Py_ssize_t>(filename.size())));
#else
    name = PyRef::Steal(Bytes(filename));
#endif
  }
  if (!text || !name) return nullptr;
  // open() raises IOError, which is OSError from Python 3 on.
  const PyRef raised =
      filename.empty()
          ? PyRef::Steal(
                PyObject_CallFunction(PyExc_IOError, "iO", error, text.get()))
          : PyRef::Steal(PyObject_CallFunction(PyExc_IOError, "iOO", error,
                                               text.get(), name.get()));
  if (raised) {
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(raised.get())),
                    raised.get());
  }
  return nullptr;
}

}  // namespace airlock::python
