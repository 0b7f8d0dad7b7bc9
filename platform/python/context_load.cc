// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Loads the keys and the trusted CAs of _ssl._SSLContext.

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "platform/ca_bundle.h"
#include "platform/keys/key_client.h"
#include "platform/process_environment.h"
#include "platform/python/context.h"
#include "platform/python/errors.h"
#include "platform/python/files.h"
#include "platform/python/process_runtime.h"
#include "platform/python/secrets.h"
#include "ssl/bundle.h"
#include "ssl/error.h"
#include "ssl/input_form.h"

namespace airlock::python {
namespace {

constexpr size_t kMaxPassword = 1024;

// Reads a password, or the result of its callback.
bool TakePassword(PyObject* value, const char* complaint, ssl::Secret* out) {
  ssl::Secret secret;
  if (PyByteArray_Check(value)) {
    secret = ssl::Secret({PyByteArray_AS_STRING(value),
                          static_cast<size_t>(PyByteArray_GET_SIZE(value))});
  } else if (!PyUnicode_Check(value) && !PyBytes_Check(value)) {
    PyErr_SetString(PyExc_TypeError, complaint);
    return false;
  } else if (!SecretOf(value, "password", &secret)) {
    return false;
  }
  if (secret.size() > kMaxPassword) {
    PyErr_Format(PyExc_ValueError, "password cannot be longer than %d bytes",
                 static_cast<int>(kMaxPassword));
    return false;
  }
  *out = std::move(secret);
  return true;
}

// The password of an encrypted key, requested only if it is needed. If that
// raises, the exception stays set, and takes precedence over the Status.
ssl::PasswordCallback Password(PyObject* password) {
  return [password]() -> absl::StatusOr<ssl::Secret> {
    ssl::Secret secret;
    if (PyCallable_Check(password)) {
      const PyRef value = PyRef::Steal(PyObject_CallObject(password, nullptr));
      const bool took =
          value &&
          TakePassword(value.get(), "password callback must return a string",
                       &secret);
      if (value) WipeIfOwn(value.get());
      if (!took) {
        return absl::CancelledError(
            "the password callback raised an exception");
      }
    } else if (!TakePassword(password,
                             "password should be a string or callable",
                             &secret)) {
      return absl::CancelledError("the password is unusable");
    }
    return secret;
  };
}

// The key that a reference names in what was read from `value`, if it is an
// object with read(): an application may keep the reference where it kept the
// key.
std::optional<std::string> ReferenceIn(PyObject* value,
                                       const Content& content) {
  if (!PyObject_HasAttrString(value, "read")) return std::nullopt;
  return keys::KeyReference(content.bytes.view());
}

// The credentials of the key service for `key`, with `chain`, or with the
// service's own.
absl::StatusOr<std::shared_ptr<const ssl::Credentials>> LoadReference(
    const std::string& key, std::optional<Content> chain) {
  const auto client = ProcessKeys();
  if (!client.ok()) {
    return ssl::MakeStatus(ssl::ErrorKind::kCredentials,
                           client.status().message());
  }
  std::optional<ssl::Secret> certificates;
  std::string name;
  if (chain.has_value()) {
    certificates = std::move(chain->bytes);
    name = chain->name;
  }
  const GilRelease released;
  return keys::RemoteCredentials(client->get(), key, keys::Waiting::kBlocks,
                                 std::move(certificates), name);
}

platform::CaPath PathOfArgument(const std::string& path,
                                absl::string_view argument) {
  platform::CaPath place;
  place.path = path;
  place.argument = std::string(argument);
  return place;
}

bool AddBundle(ContextObject* context, const Content& content) {
  const absl::Status status =
      context->trusted.AddBundle(content.bytes.view(), content.name);
  if (!status.ok()) {
    // OpenSSL distinguishes damage from a file without useful content.
    const absl::string_view bytes = content.bytes.view();
    const bool holds_any = absl::StrContains(bytes, "CERTIFICATE-----") ||
                           absl::StrContains(bytes, "X509 CRL-----") ||
                           content.name == "cadata";
    RaiseBundleStatus(*context->state, status, holds_any, __LINE__);
    return false;
  }
  return true;
}

// Adds the bundle at `path`, if another context has loaded it or it is valid.
// Otherwise the caller finds out what is wrong with it.
bool AddSharedFile(ContextObject* context, const std::string& path) {
  platform::Runtime& runtime = *context->state->runtime;
  const absl::StatusOr<platform::FileStatus> found = runtime.host().Stat(path);
  if (!found.ok() || found->type != platform::FileType::kRegular) return false;
  absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> store =
      runtime.LoadCaCerts(PathOfArgument(path, "cafile"));
  if (store.ok()) context->trusted.AddFile(*std::move(store));
  return store.ok();
}

bool AddCafile(ContextObject* context, PyObject* cafile) {
  platform::Host& host = context->state->runtime->host();
  Content content;
  std::string path;
  if (!FindContent(&host, cafile, "cafile", &content, &path)) return false;
  if (!path.empty()) {
    if (AddSharedFile(context, path)) return true;
    if (!ReadPath(&host, path, &content.bytes)) return false;
  }
  return AddBundle(context, content);
}

// Like the stock module, which has no number for it since Python 3.8.
void RaiseNoData(const ModuleState& state, bool text, absl::string_view bytes) {
  constexpr bool kNumbered = !AIRLOCK_PYTHON_AT_LEAST(3, 8);
  SslErrorText said;
  if (text) {
    if (kNumbered) said = {"PEM", "NO_START_LINE", ""};
    said.message = "no start line: cadata does not contain a certificate";
  } else {
    said.message = "not enough data: cadata does not contain a certificate";
  }
  const std::string form = ssl::DescribeInputForm(bytes);
  if (!form.empty()) absl::StrAppend(&said.message, ": it ", form);
  const int number = text ? kReasonNoStartLine : kReasonNotEnoughData;
  RaiseSslError(state.ssl_error.get(), kNumbered ? number : 0, said, __LINE__);
}

// Python's text is PEM, its bytes are DER; both may hold several.
bool AddData(ContextObject* context, PyObject* data) {
  Content content;
  content.name = "cadata";
  const bool text = PyUnicode_Check(data) != 0;
  if (text) {
    const PyRef ascii = PyRef::Steal(PyUnicode_AsASCIIString(data));
    if (!ascii) {
      if (!PyErr_ExceptionMatches(PyExc_UnicodeError)) return false;
      PyErr_Clear();
      PyErr_SetString(
          PyExc_TypeError,
          "cadata should be an ASCII string or a bytes-like object");
      return false;
    }
    content.bytes = ssl::Secret(
        absl::string_view(PyBytes_AS_STRING(ascii.get()),
                          static_cast<size_t>(PyBytes_GET_SIZE(ascii.get()))));
  } else {
    Py_buffer view;
    if (!PyObject_CheckBuffer(data)) {
      PyErr_SetString(
          PyExc_TypeError,
          "cadata should be an ASCII string or a bytes-like object");
      return false;
    }
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) {
      if (!AIRLOCK_PYTHON_AT_LEAST(3, 8) &&
          PyErr_ExceptionMatches(PyExc_BufferError)) {
        PyErr_Clear();
        PyErr_SetString(
            PyExc_TypeError,
            "cadata should be a contiguous buffer with a single dimension");
      }
      return false;
    }
    content.bytes = ssl::Secret(absl::string_view(
        static_cast<const char*>(view.buf), static_cast<size_t>(view.len)));
    PyBuffer_Release(&view);
  }
  const absl::string_view bytes = content.bytes.view();
  if (bytes.empty()) {
    PyErr_SetString(PyExc_ValueError, "Empty certificate data");
    return false;
  }
  if (ssl::LooksLikeContent(bytes)) return AddBundle(context, content);
  RaiseNoData(*context->state, text, bytes);
  return false;
}

// Adds the certificates at `place`. If `listed`, get_ca_certs() shows them at
// once.
bool AddPlace(ContextObject* context, const platform::CaCerts& place,
              bool listed) {
  Trusted& trusted = context->trusted;
  absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> store =
      context->state->runtime->LoadCaCerts(place);
  if (store.ok()) {
    if (listed) {
      trusted.AddFile(*std::move(store));
    } else {
      trusted.AddDirectory(*std::move(store));
    }
    return true;
  }
  const absl::Status& status = store.status();
  const std::optional<ssl::Error> error = ssl::GetError(status);
  if (error.has_value() && error->reason == platform::kNoCertificateReason) {
    trusted.AddAbsent(std::string(status.message()));
    return true;
  }
  RaisePemStatus(*context->state, status, __LINE__);
  return false;
}

// Adds the directories `found`, which come from `name`. It is not an error yet
// if none holds certificates, but then no peer is trusted.
bool AddDirectories(ContextObject* context, absl::string_view name,
                    const platform::CaDirectories& found) {
  context->trusted.NoteNamed();
  for (const ssl::ErrorText& why : found.empty) {
    context->trusted.AddAbsent(why.text());
  }
  return std::all_of(found.paths.begin(), found.paths.end(),
                     [context, name](const std::string& path) {
                       return AddPlace(context, PathOfArgument(path, name),
                                       /*listed=*/false);
                     });
}

bool AddCapath(ContextObject* context, PyObject* capath) {
  std::string path;
  if (!PathOf(capath, &path)) {
    if (!PyErr_ExceptionMatches(PyExc_TypeError)) return false;
    PyErr_Clear();
    PyErr_SetString(PyExc_TypeError,
                    "capath should be a valid filesystem path");
    return false;
  }
  if (path.empty()) {
    RaiseSslError(context->state->ssl_error.get(), kReasonInvalidDirectory,
                  {"X509", "INVALID_DIRECTORY",
                   "invalid directory: capath is an empty string"},
                  __LINE__);
    return false;
  }
  return AddDirectories(
      context, "capath",
      platform::FindCaDirectories(&context->state->runtime->host(), path));
}

// Adds what SSL_CERT_FILE and SSL_CERT_DIR name, or else the platform's bundle.
// False with an exception set.
bool AddDefaultPlaces(ContextObject* context) {
  platform::Runtime& runtime = *context->state->runtime;
  // As elsewhere, the current environment selects the bundle, unless the policy
  // does.
  const bool obeyed =
      !runtime.policy().ca_certs.stated() && !platform::IsSecureProcess();
  const auto variable = [obeyed](const char* name) -> std::string {
    const char* value = obeyed ? std::getenv(name) : nullptr;
    return value == nullptr ? "" : value;
  };
  const std::string file = variable(config::kCertFileVariable);
  const std::string directories = variable(config::kCertDirVariable);
  if (file.empty() && directories.empty() &&
      !AddPlace(context, platform::CaCerts(), /*listed=*/true)) {
    return false;
  }
  if (!file.empty()) {
    const platform::CaDirectories named =
        platform::FindNamedCas(&runtime.host(), file, /*directories=*/"");
    for (const ssl::ErrorText& why : named.empty) {
      context->trusted.AddAbsent(why.text());
    }
    if (!named.paths.empty() &&
        !AddPlace(context, PathOfArgument(file, config::kCertFileVariable),
                  /*listed=*/true)) {
      return false;
    }
  }
  if (!directories.empty()) context->trusted.AddNamedDirectories(directories);
  return true;
}

// Whether CAs can be added; false with an exception set.
bool TakesCas(const ContextObject& context) {
  if (context.live_cas.empty()) return true;
  PyErr_SetString(PyExc_ValueError,
                  "the context has the CAs of airlock.watch_ca, in place of "
                  "others; add these to that file");
  return false;
}

}  // namespace

std::optional<std::string> KeyReferenceOf(PyObject* value) {
  if (!PyUnicode_Check(value) && !PyBytes_Check(value)) return std::nullopt;
  ssl::Secret text;
  if (!SecretOf(value, "keyfile", &text)) {
    PyErr_Clear();  // The reader of the argument finds out.
    return std::nullopt;
  }
  return keys::KeyReference(text.view());
}

PyObject* LoadCertChain(PyObject* self, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {"certfile", "keyfile", "password",
                                       nullptr};
  PyObject* certfile = nullptr;
  PyObject* keyfile = Py_None;
  PyObject* password = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|OO:load_cert_chain",
                                   Keywords(kNames), &certfile, &keyfile,
                                   &password)) {
    return nullptr;
  }
  ssl::CredentialsOptions options;
  if (password != Py_None) {
    ssl::Secret unused;
    if (!PyCallable_Check(password) &&
        !TakePassword(password, "password should be a string or callable",
                      &unused)) {
      return nullptr;
    }
    options.password = Password(password);
  }
  ContextObject& context = ContextOf(self);
  platform::Host& host = context.state->runtime->host();
  const std::optional<std::string> chain_of = KeyReferenceOf(certfile);
  std::optional<std::string> key_of = KeyReferenceOf(keyfile);
  const bool one = keyfile == Py_None || keyfile == certfile;
  const bool key_tells = key_of.has_value() ||
                         (!one && PyObject_HasAttrString(keyfile, "read") != 0);
  // If both are the same object, it can be read only once.
  std::optional<Content> certificates;
  if (chain_of.has_value() && (one || key_of == chain_of)) {
    key_of = chain_of;
  } else if (certfile != Py_None || !key_tells) {
    certificates.emplace();
    if (!ReadContent(&host, certfile, "certfile", &*certificates)) {
      return nullptr;
    }
    if (one && (key_of = ReferenceIn(certfile, *certificates)).has_value()) {
      certificates.reset();
    }
  }
  if (!one && !key_of.has_value()) {
    Content key;
    if (!ReadContent(&host, keyfile, "keyfile", &key)) return nullptr;
    key_of = ReferenceIn(keyfile, key);
    options.keyfile = std::move(key.bytes);
    options.keyfile_name = key.name;
  }
  if (!key_of.has_value() && !certificates.has_value()) {
    certificates.emplace();
    if (!ReadContent(&host, certfile, "certfile", &*certificates)) {
      return nullptr;
    }
  }
  if (key_of.has_value() && password != Py_None) {
    PyErr_SetString(PyExc_ValueError,
                    "a key of the key service has no password; leave it out");
    return nullptr;
  }
  absl::StatusOr<std::shared_ptr<const ssl::Credentials>> made;
  if (key_of.has_value()) {
    made = LoadReference(*key_of, std::move(certificates));
  } else {
    options.certfile = std::move(certificates->bytes);
    options.certfile_name = certificates->name;
    made = ssl::Credentials::Create(std::move(options));
  }
  if (PyErr_Occurred()) return nullptr;
  if (!made.ok()) {
    return RaisePemStatus(*context.state, made.status(), __LINE__);
  }
  // Like OpenSSL: a key or certificate that is too weak for the level is
  // refused here, and not at the first connection.
  ssl::ContextOptions basics = context.Basics();
  basics.credentials = {*made};
  const auto usable = ssl::Context::Create(std::move(basics));
  if (!usable.ok() &&
      ssl::GetErrorKind(usable.status()) == ssl::ErrorKind::kCredentials) {
    return RaiseWeakStatus(*context.state, usable.status(), __LINE__);
  }
  auto same_type = [&made](const auto& other) {
    return other->key_type() == (*made)->key_type();
  };
  context.live = nullptr;
  auto& all = context.credentials;
  all.erase(std::remove_if(all.begin(), all.end(), same_type), all.end());
  all.push_back(*made);
  context.Changed();
  return None();
}

PyObject* LoadVerifyLocations(PyObject* self, PyObject* args,
                              PyObject* kwargs) {
  static const char* const kNames[] = {"cafile", "capath", "cadata", nullptr};
  PyObject* cafile = Py_None;
  PyObject* capath = Py_None;
  PyObject* cadata = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OOO:load_verify_locations",
                                   Keywords(kNames), &cafile, &capath,
                                   &cadata)) {
    return nullptr;
  }
  if (cafile == Py_None && capath == Py_None && cadata == Py_None) {
    PyErr_SetString(PyExc_TypeError,
                    "cafile, capath and cadata cannot be all omitted");
    return nullptr;
  }
  ContextObject& context = ContextOf(self);
  if (!TakesCas(context)) return nullptr;
  const bool added = (cafile == Py_None || AddCafile(&context, cafile)) &&
                     (capath == Py_None || AddCapath(&context, capath)) &&
                     (cadata == Py_None || AddData(&context, cadata));
  // What precedes an error stays.
  if (context.trusted.TakeChanged()) context.Changed();
  return added ? None() : nullptr;
}

PyObject* SetDefaultVerifyPaths(PyObject* self, PyObject* /*unused*/) {
  ContextObject& context = ContextOf(self);
  if (!TakesCas(context)) return nullptr;
  const bool added = AddDefaultPlaces(&context);
  if (context.trusted.TakeChanged()) context.Changed();
  return added ? None() : nullptr;
}

// BoringSSL has no finite-field DH, so valid parameters have no effect.
PyObject* LoadDhParams(PyObject* self, PyObject* path_object) {
  std::string path;
  if (!PathOf(path_object, &path)) return nullptr;
  ssl::Secret bytes;
  ContextObject& context = ContextOf(self);
  if (!ReadPath(&context.state->runtime->host(), path, &bytes)) return nullptr;
  if (!absl::StrContains(bytes.view(), "-----BEGIN DH PARAMETERS-----")) {
    return RaiseSslError(
        context.state->ssl_error.get(), kReasonNoStartLine,
        {"PEM", "NO_START_LINE",
         absl::StrCat("no start line: ", path, " holds no DH PARAMETERS")},
        __LINE__);
  }
  return None();
}

}  // namespace airlock::python
