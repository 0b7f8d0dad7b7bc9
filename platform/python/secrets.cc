// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/secrets.h"

#include <openssl/mem.h>

namespace airlock::python {
namespace {

absl::string_view ViewOfBytes(PyObject* bytes) {
  return {PyBytes_AS_STRING(bytes),
          static_cast<size_t>(PyBytes_GET_SIZE(bytes))};
}

// Wipes bytes that were made here. Python shares those of one character.
void WipeBytes(PyObject* bytes) {
  if (Py_REFCNT(bytes) != 1 || PyBytes_GET_SIZE(bytes) < 2) return;
  OPENSSL_cleanse(PyBytes_AS_STRING(bytes),
                  static_cast<size_t>(PyBytes_GET_SIZE(bytes)));
}

}  // namespace

bool SecretOf(PyObject* object, const char* what, ssl::Secret* out) {
  if (PyBytes_Check(object)) {
    *out = ssl::Secret(ViewOfBytes(object));
    return true;
  }
  if (!PyUnicode_Check(object)) {
    PyErr_Format(PyExc_TypeError, "%s must be a string, not %.200s", what,
                 Py_TYPE(object)->tp_name);
    return false;
  }
#if PY_MAJOR_VERSION >= 3
  // Such are UTF-8 already. Of others, Python would keep its copy.
  if (PyUnicode_IS_COMPACT_ASCII(object)) {
    *out = ssl::Secret({static_cast<const char*>(PyUnicode_DATA(object)),
                        static_cast<size_t>(PyUnicode_GET_LENGTH(object))});
    return true;
  }
#endif
  const PyRef encoded = PyRef::Steal(PyUnicode_AsUTF8String(object));
  if (!encoded) return false;
  *out = ssl::Secret(ViewOfBytes(encoded.get()));
  WipeBytes(encoded.get());
  return true;
}

}  // namespace airlock::python
