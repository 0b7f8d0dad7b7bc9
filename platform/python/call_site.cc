// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/call_site.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "platform/python/python_compat.h"

namespace airlock::python {
namespace {

// Whether it is code between an application and this module.
bool IsOurs(const PyRef& frame) {
  const std::string module = ModuleOfFrame(frame);
  return module == "ssl" || absl::StartsWith(module, "airlock.");
}

bool IsFrame(const PyRef& frame) { return frame && frame.get() != Py_None; }

// Null outside of a function and, from Python 3.11 on, if memory for its object
// runs out.
PyRef CurrentFrame() {
  PyRef frame = PyRef::Borrow(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
  if (!frame) PyErr_Clear();
  return frame;
}

// The first of `frame` and its callers that belongs to the application.
PyRef ApplicationFrame(PyRef frame) {
  while (IsFrame(frame) && IsOurs(frame)) {
    frame = FrameAttribute(frame, "f_back");
  }
  return frame;
}

// Whether `value` is a string equal to one of `words`, or a tuple with one.
bool Mentions(PyObject* value, absl::Span<const absl::string_view> words) {
  if (PyTuple_Check(value)) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(value); ++i) {
      if (Mentions(PyTuple_GET_ITEM(value, i), words)) return true;
    }
    return false;
  }
  if (!PyUnicode_Check(value) && !PyBytes_Check(value)) return false;
  std::string text;
  if (!TextOf(value, "a word", &text)) {
    PyErr_Clear();
    return false;
  }
  return std::find(words.begin(), words.end(), text) != words.end();
}

// The frame that sets an attribute of a context. From Python 3.6 onwards,
// ssl.py wraps some attributes in properties.
PyRef SettingFrame() {
  constexpr absl::string_view kProperties[] = {"verify_mode", "verify_flags"};
  PyRef frame = CurrentFrame();
  const PyRef name =
      IsFrame(frame)
          ? FrameAttribute(FrameAttribute(frame, "f_code"), "co_name")
          : PyRef();
  if (name && IsOurs(frame) && Mentions(name.get(), kProperties)) {
    frame = FrameAttribute(frame, "f_back");
  }
  return frame;
}

}  // namespace

// Frames have the same attributes in all versions, but not the same fields.
PyRef FrameAttribute(const PyRef& object, const char* name) {
  if (!object) return PyRef();
  PyRef value = PyRef::Steal(PyObject_GetAttrString(object.get(), name));
  // If memory for that frame's object runs out, Python 3.11 returns None for
  // f_back and also sets an exception.
  PyErr_Clear();
  return value;
}

std::string ModuleOfFrame(const PyRef& frame) {
  const PyRef globals = FrameAttribute(frame, "f_globals");
  if (!globals || !PyDict_Check(globals.get())) return "";
  PyObject* name = PyDict_GetItemString(globals.get(), "__name__");
  std::string module;
  if (name != nullptr && !TextOf(name, "__name__", &module)) PyErr_Clear();
  return module;
}

bool IsCalledBy(const char* module, const char* function) {
  const PyRef frame = CurrentFrame();
  if (ModuleOfFrame(frame) != module) return false;
  const PyRef name = FrameAttribute(FrameAttribute(frame, "f_code"), "co_name");
  std::string text;
  if (!name || !TextOf(name.get(), "name", &text)) PyErr_Clear();
  return text == function;
}

std::string CallSite() {
  const PyRef frame = ApplicationFrame(CurrentFrame());
  if (!IsFrame(frame)) return "";
  const PyRef line = FrameAttribute(frame, "f_lineno");
  const long number = line ? PyLong_AsLong(line.get()) : -1;
  PyErr_Clear();
  const PyRef name =
      FrameAttribute(FrameAttribute(frame, "f_code"), "co_filename");
  std::string file;
  if (!name || !PathOf(name.get(), &file)) PyErr_Clear();
  return file.empty() ? "" : absl::StrCat(file, ":", number);
}

bool IsSetByLibrary() {
  const PyRef frame = SettingFrame();
  return IsFrame(frame) && IsOurs(frame);
}

bool SaysVerifyMode() {
  if (!IsSetByLibrary()) return true;
  const PyRef frame = ApplicationFrame(CurrentFrame());
  if (!IsFrame(frame)) return true;
  constexpr absl::string_view kWords[] = {
      "cert_reqs", "CERT_NONE", "verify_mode", "_create_unverified_context",
      "validate_certificate"};
  const PyRef code = FrameAttribute(frame, "f_code");
  for (const char* names : {"co_names", "co_consts", "co_varnames"}) {
    const PyRef mentioned = FrameAttribute(code, names);
    if (mentioned && Mentions(mentioned.get(), kWords)) return true;
  }
  return false;
}

}  // namespace airlock::python
