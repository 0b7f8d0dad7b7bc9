// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Certificates of _ssl._SSLContext that are replaced while it is used.

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/credentials/credential_files.h"
#include "platform/fork_guard.h"
#include "platform/internal/errno_status.h"
#include "platform/keys/key_client.h"
#include "platform/python/context.h"
#include "platform/python/errors.h"
#include "platform/python/files.h"
#include "platform/python/process_runtime.h"
#include "platform/python/secrets.h"
#include "platform/runtime.h"
#include "platform/wrap_options.h"
#include "ssl/credential_source.h"
#include "ssl/error.h"
#include "ssl/trust_source.h"

namespace airlock::python {
namespace {

// The path of a file or directory; false with an exception set.
bool TakeWatchedPath(platform::Host* host, PyObject* argument,
                     const char* parameter, std::string* path) {
  Content content;
  if (!FindContent(host, argument, parameter, &content, path)) return false;
  if (!path->empty()) return true;
  PyErr_Format(PyExc_TypeError,
               "%s must be a path: PEM text and objects with read() do not "
               "change; use load_cert_chain",
               parameter);
  return false;
}

PyObject* RaiseWatchStatus(const ModuleState& state,
                           const absl::Status& status) {
  if (ssl::GetError(status).has_value()) {
    return RaisePemStatus(state, status, __LINE__);
  }
  return RaiseOsError(platform::internal::ErrnoOf(status).value_or(
                          absl::IsNotFound(status)           ? ENOENT
                          : absl::IsPermissionDenied(status) ? EACCES
                                                             : EIO),
                      std::string(status.message()), "");
}

// Sets what makes the credentials of a key of the key service.
void SetWatchedReference(std::string key, platform::CredentialPaths* paths) {
  paths->make = [key = std::move(key)](ssl::Secret certfile,
                                       const std::string& name)
      -> absl::StatusOr<std::shared_ptr<const ssl::Credentials>> {
    const auto client = ProcessKeys();
    if (!client.ok()) return client.status();
    return keys::RemoteCredentials(client->get(), key, keys::Waiting::kBlocks,
                                   std::move(certfile), name);
  };
}

// False with an exception set. `password` may be None.
bool SetWatchedPassword(PyObject* password, platform::CredentialPaths* paths) {
  if (password == Py_None) return true;
  ssl::Secret secret;
  if (!SecretOf(password, "password", &secret)) return false;
  // std::function requires a copyable target.
  paths->password = [shared = std::make_shared<const ssl::Secret>(
                         std::move(secret))]() -> absl::StatusOr<ssl::Secret> {
    return shared->Clone();
  };
  return true;
}

double Seconds(absl::Time time) {
  return absl::ToDoubleSeconds(time - absl::UnixEpoch());
}

// What Watch and CaWatch have in common.
PyObject* StateTuple(uint64_t generation,
                     const std::optional<absl::Time>& updated,
                     uint64_t failures, const absl::Status& error) {
  const PyRef when = updated.has_value()
                         ? PyRef::Steal(PyFloat_FromDouble(Seconds(*updated)))
                         : PyRef::Borrow(Py_None);
  if (!when) return nullptr;
  return Py_BuildValue(
      "KOKs", static_cast<unsigned long long>(generation), when.get(),
      static_cast<unsigned long long>(failures),
      error.ok() ? nullptr : std::string(error.message()).c_str());
}

std::shared_ptr<platform::CredentialFiles> WatchedOf(PyObject* self) {
  const auto& live = ContextOf(self).live;
  if (live == nullptr) {
    PyErr_SetString(PyExc_ValueError,
                    "the context watches no files: load_cert_chain was called "
                    "later");
  }
  return live;
}

}  // namespace

PyObject* WatchCertChain(PyObject* self, PyObject* args, PyObject* kwargs) {
  static const char* const kNames[] = {"certfile", "keyfile", "password",
                                       nullptr};
  PyObject* certfile = nullptr;
  PyObject* keyfile = Py_None;
  PyObject* password = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|OO:watch", Keywords(kNames),
                                   &certfile, &keyfile, &password)) {
    return nullptr;
  }
  ContextObject& context = ContextOf(self);
  platform::Host& host = context.state->runtime->host();
  platform::CredentialPaths paths;
  if (!TakeWatchedPath(&host, certfile, "certfile", &paths.certfile) ||
      !SetWatchedPassword(password, &paths)) {
    return nullptr;
  }
  std::optional<std::string> key = KeyReferenceOf(keyfile);
  if (key.has_value()) {
    SetWatchedReference(*std::move(key), &paths);
  } else if (keyfile != Py_None && keyfile != certfile &&
             !TakeWatchedPath(&host, keyfile, "keyfile", &paths.keyfile)) {
    return nullptr;
  }
  platform::CredentialFilesOptions options;
  options.pairs.push_back(std::move(paths));
  absl::StatusOr<std::unique_ptr<platform::CredentialFiles>> made;
  {
    const GilRelease released;
    const platform::ForkGuard guard;
    // The process's runtime, and so its host, is never destroyed.
    made = platform::CredentialFiles::Create(
        std::shared_ptr<platform::Host>(std::shared_ptr<void>(), &host),
        std::move(options));
  }
  if (!made.ok()) return RaiseWatchStatus(*context.state, made.status());
  // As in load_cert_chain: what is too weak is refused here.
  ssl::ContextOptions basics = context.Basics();
  basics.credential_source = (*made)->source();
  const auto usable = ssl::Context::Create(std::move(basics));
  if (!usable.ok() &&
      ssl::GetErrorKind(usable.status()) == ssl::ErrorKind::kCredentials) {
    return RaiseWeakStatus(*context.state, usable.status(), __LINE__);
  }
  context.live = *std::move(made);
  context.credentials.clear();
  context.Changed();
  return None();
}

PyObject* WatchCas(PyObject* self, PyObject* cafile) {
  ContextObject& context = ContextOf(self);
  platform::Runtime& runtime = *context.state->runtime;
  platform::CaPath place;
  place.argument = "cafile";
  if (!TakeWatchedPath(&runtime.host(), cafile, "cafile", &place.path)) {
    return nullptr;
  }
  absl::StatusOr<std::shared_ptr<const ssl::TrustStore>> store;
  {
    const GilRelease released;
    const platform::ForkGuard guard;
    store = runtime.LoadCaCerts(place);
  }
  if (!store.ok()) return RaiseWatchStatus(*context.state, store.status());
  // What get_ca_certs() lists.
  context.trusted = Trusted(&runtime);
  context.trusted.AddFile(*std::move(store));
  context.live_cas = std::move(place.path);
  context.live_bundle = nullptr;
  context.Changed();
  return None();
}

PyObject* WatchedCas(PyObject* self, PyObject* /*unused*/) {
  const std::shared_ptr<ssl::TrustSource> live = ContextOf(self).live_bundle;
  const ssl::TrustSourceState state =
      live == nullptr ? ssl::TrustSourceState() : live->state();
  return StateTuple(state.generation, state.updated, state.failures,
                    state.error);
}

PyObject* RefreshCertChain(PyObject* self, PyObject* /*unused*/) {
  const std::shared_ptr<platform::CredentialFiles> live = WatchedOf(self);
  if (live == nullptr) return nullptr;
  absl::Status status;
  {
    const GilRelease released;
    const platform::ForkGuard guard;
    status = live->Refresh();
  }
  if (status.ok()) return None();
  return RaiseWatchStatus(*ContextOf(self).state, status);
}

PyObject* WatchedCertChain(PyObject* self, PyObject* /*unused*/) {
  const std::shared_ptr<platform::CredentialFiles> live = WatchedOf(self);
  if (live == nullptr) return nullptr;
  const ssl::CredentialSourceState state = live->source()->state();
  const PyRef common = PyRef::Steal(
      StateTuple(state.generation, state.updated, state.failures, state.error));
  if (!common) return nullptr;
  return Py_BuildValue("Od", common.get(), Seconds(state.expires));
}

}  // namespace airlock::python
