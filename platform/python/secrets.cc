// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/secrets.h"

#include <algorithm>
#include <string>

#include "absl/types/span.h"

namespace airlock::python {
namespace {

absl::string_view ViewOfBytes(PyObject* bytes) {
  return {PyBytes_AS_STRING(bytes),
          static_cast<size_t>(PyBytes_GET_SIZE(bytes))};
}

// Takes ASCII text without a copy by Python, which would keep it, or in 2.7
// leave it on the stack. False for other text.
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
  const ssl::ScopedWipe wipe(&copy);
  *out = ssl::Secret(copy);
  return true;
#endif
}

// The memory of a string or bytearray; empty for other objects. Python looks up
// its interned strings by their content, and shares strings of one character.
absl::Span<char> MemoryOf(PyObject* object) {
  absl::Span<char> memory;
  if (PyBytes_CheckExact(object)) {
#if PY_MAJOR_VERSION < 3
    if (PyString_CHECK_INTERNED(object)) return memory;
#endif
    memory = {PyBytes_AS_STRING(object),
              static_cast<size_t>(PyBytes_GET_SIZE(object))};
  } else if (PyByteArray_CheckExact(object)) {
    memory = {PyByteArray_AS_STRING(object),
              static_cast<size_t>(PyByteArray_GET_SIZE(object))};
  } else if (PyUnicode_CheckExact(object)) {
#if PY_MAJOR_VERSION >= 3
    if (PyUnicode_CHECK_INTERNED(object) || !PyUnicode_IS_COMPACT(object)) {
      return memory;
    }
    memory = {static_cast<char*>(PyUnicode_DATA(object)),
              static_cast<size_t>(PyUnicode_GET_LENGTH(object)) *
                  static_cast<size_t>(PyUnicode_KIND(object))};
#else
    memory = {reinterpret_cast<char*>(PyUnicode_AS_UNICODE(object)),
              static_cast<size_t>(PyUnicode_GET_DATA_SIZE(object))};
#endif
  }
  return memory;
}

}  // namespace

void WipeIfOwn(PyObject* object) {
  if (!HasOnlyReference(object)) return;
  const absl::Span<char> memory = MemoryOf(object);
  if (memory.size() > 1) ssl::Wipe(memory.data(), memory.size());
}

bool SecretOf(PyObject* object, const char* what, ssl::Secret* out) {
  if (PyBytes_Check(object)) {
    *out = ssl::Secret(ViewOfBytes(object));
    return true;
  }
  if (!PyUnicode_Check(object)) {
    PyErr_Format(PyExc_TypeError, "%s must be a string or bytes, not %.200s",
                 what, Py_TYPE(object)->tp_name);
    return false;
  }
  if (TakeAscii(object, out)) return true;
  const PyRef encoded = PyRef::Steal(PyUnicode_AsUTF8String(object));
  if (!encoded) return false;
  *out = ssl::Secret(ViewOfBytes(encoded.get()));
  WipeIfOwn(encoded.get());
  return true;
}

}  // namespace airlock::python
