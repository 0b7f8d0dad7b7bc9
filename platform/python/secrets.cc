// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/secrets.h"

#include <openssl/mem.h>

#include <algorithm>
#include <string>

namespace airlock::python {
namespace {

absl::string_view ViewOfBytes(PyObject* bytes) {
  return {PyBytes_AS_STRING(bytes),
          static_cast<size_t>(PyBytes_GET_SIZE(bytes))};
}

// Takes text of ASCII alone without a copy by Python, which would keep it, or
// in 2.7 leave it on the stack. False for other text.
bool TakeAscii(PyObject* text, ssl::Secret* out) {
#if PY_MAJOR_VERSION >= 3
  if (!PyUnicode_IS_COMPACT_ASCII(text)) return false;
  *out = ssl::Secret({static_cast<const char*>(PyUnicode_DATA(text)),
                      static_cast<size_t>(PyUnicode_GET_LENGTH(text))});
  return true;
#else
  const Py_UNICODE* const from = PyUnicode_AS_UNICODE(text);
  const auto size = static_cast<size_t>(PyUnicode_GET_SIZE(text));
  constexpr Py_UNICODE kNotAscii = 0x80;
  if (std::any_of(from, from + size,
                  [](Py_UNICODE c) { return c >= kNotAscii; })) {
    return false;
  }
  std::string copy(from, from + size);
  *out = ssl::Secret(copy);
  ssl::Wipe(&copy);
  return true;
#endif
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
  if (TakeAscii(object, out)) return true;
  const PyRef encoded = PyRef::Steal(PyUnicode_AsUTF8String(object));
  if (!encoded) return false;
  *out = ssl::Secret(ViewOfBytes(encoded.get()));
  WipeBytes(encoded.get());
  return true;
}

}  // namespace airlock::python
