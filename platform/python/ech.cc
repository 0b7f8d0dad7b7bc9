// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/ech.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "platform/python/context.h"
#include "platform/python/core_access.h"
#include "platform/python/socket.h"
#include "ssl/ech.h"
#include "ssl/secret.h"
#include "ssl/socket.h"

namespace airlock::python {
namespace {

PyObject* RaiseValue(const absl::Status& status) {
  PyErr_SetString(PyExc_ValueError, std::string(status.message()).c_str());
  return nullptr;
}

// Stores in `field` what `parse` makes of the bytes of `object`, or null for
// None.
template <typename Field, typename Parse>
PyObject* Set(PyObject* self, PyObject* object, Field ContextObject::*field,
              Parse parse) {
  Field made;
  if (object != Py_None) {
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) != 0) return nullptr;
    auto parsed = parse(absl::string_view(static_cast<const char*>(view.buf),
                                          static_cast<size_t>(view.len)));
    PyBuffer_Release(&view);
    if (!parsed.ok()) return RaiseValue(parsed.status());
    made = *std::move(parsed);
  }
  ContextObject& context = ContextOf(self);
  context.*field = std::move(made);
  context.Changed();
  return None();
}

}  // namespace

PyObject* SetEchConfigs(PyObject* self, PyObject* configs) {
  return Set(self, configs, &ContextObject::ech_configs,
             ssl::EchConfigs::Parse);
}

PyObject* SetEchKeys(PyObject* self, PyObject* pem) {
  return Set(self, pem, &ContextObject::ech_keys, ssl::EchKeys::FromPem);
}

PyObject* SetEchGrease(PyObject* self, PyObject* enabled) {
  const int value = PyObject_IsTrue(enabled);
  if (value < 0) return nullptr;
  ContextOf(self).ech_grease = value != 0;
  return None();
}

PyObject* GetEchStatus(PyObject* self, PyObject* /*unused*/) {
  SocketObject& socket = SocketOf(self);
  const SocketLock lock(&socket);
  if (socket.core == nullptr) return None();
  const std::optional<ssl::ConnectionInfo> info = socket.core->info();
  if (!info.has_value()) return None();
  return NativeString(ssl::EchStatusName(info->ech));
}

}  // namespace airlock::python
