// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// SPIFFE IDs that an _ssl._SSLContext allows.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "platform/python/context.h"
#include "platform/python/errors.h"
#include "platform/python/files.h"
#include "platform/spiffe_bundle.h"
#include "ssl/error.h"
#include "ssl/spiffe_peers.h"

namespace airlock::python {
namespace {

// The UTF-8 text of a str; false with an exception set.
bool TakeText(PyObject* value, const char* what, std::string* text) {
  Py_ssize_t size = 0;
#if AIRLOCK_PYTHON_AT_LEAST(3, 0)
  const char* const data =
      PyUnicode_Check(value) ? PyUnicode_AsUTF8AndSize(value, &size) : nullptr;
  if (data == nullptr) {
    if (!PyErr_Occurred()) {
      PyErr_Format(PyExc_TypeError, "%s must be a str", what);
    }
    return false;
  }
  text->assign(data, static_cast<size_t>(size));
#else
  const PyRef encoded = PyUnicode_Check(value)
                            ? PyRef::Steal(PyUnicode_AsUTF8String(value))
                            : PyRef::Borrow(value);
  char* data = nullptr;
  if (!encoded || PyBytes_AsStringAndSize(encoded.get(), &data, &size) != 0) {
    if (encoded) {
      PyErr_Format(PyExc_TypeError, "%s must be a str", what);
    }
    return false;
  }
  text->assign(data, static_cast<size_t>(size));
#endif
  return true;
}

PyObject* RaiseSpiffe(const ModuleState& state, const absl::Status& status) {
  if (ssl::GetErrorKind(status) == ssl::ErrorKind::kInvalidArgument) {
    PyErr_SetString(PyExc_ValueError, std::string(status.message()).c_str());
    return nullptr;
  }
  return RaiseStatus(state, status, __LINE__);
}

}  // namespace

// Takes a list of pairs, a trust domain and its bundle, and a list of IDs.
PyObject* SetSpiffe(PyObject* self, PyObject* args) {
  PyObject* domains = nullptr;
  PyObject* ids = nullptr;
  if (!PyArg_ParseTuple(args, "O!O!:spiffe", &PyList_Type, &domains,
                        &PyList_Type, &ids)) {
    return nullptr;
  }
  ContextObject& context = ContextOf(self);
  std::vector<ssl::SpiffeBundle> bundles;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(domains); ++i) {
    PyObject* const pair = PyList_GET_ITEM(domains, i);
    std::string domain;
    if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
      PyErr_SetString(PyExc_TypeError, "trust_domains must be a dict");
      return nullptr;
    }
    Content content;
    if (!TakeText(PyTuple_GET_ITEM(pair, 0), "a trust domain", &domain) ||
        !ReadContent(&context.state->runtime->host(), PyTuple_GET_ITEM(pair, 1),
                     "trust_domains", &content)) {
      return nullptr;
    }
    auto bundle = platform::MakeSpiffeBundle(
        std::move(domain), content.bytes.view(), content.name);
    if (!bundle.ok()) return RaiseSpiffe(*context.state, bundle.status());
    bundles.push_back(*std::move(bundle));
  }
  std::vector<std::string> allowed;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(ids); ++i) {
    std::string id;
    if (!TakeText(PyList_GET_ITEM(ids, i), "a SPIFFE ID", &id)) return nullptr;
    allowed.push_back(std::move(id));
  }
  auto peers = platform::MakeSpiffePeers(bundles, allowed);
  if (!peers.ok()) return RaiseSpiffe(*context.state, peers.status());
  context.spiffe = *std::move(peers);
  context.Changed();
  return None();
}

}  // namespace airlock::python
