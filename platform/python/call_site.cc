// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/call_site.h"

#include <algorithm>
#include <new>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "platform/python/python_compat.h"

namespace airlock::python {
namespace {

// After a failure. An answer without memory would be a guess: throws
// std::bad_alloc. Clears other exceptions.
void ThrowIfNoMemory() {
  const bool no_memory = PyErr_ExceptionMatches(PyExc_MemoryError) != 0;
  PyErr_Clear();
  if (no_memory) throw std::bad_alloc();
}

// The text of `object`; empty if it is null or not text.
std::string TextIn(const PyRef& object) {
  std::string text;
  if (object && !TextOf(object.get(), "a name", &text)) ThrowIfNoMemory();
  return text;
}

// Whether it is code between an application and this module.
bool IsOurs(const PyRef& frame) {
  const std::string module = ModuleOfFrame(frame);
  return module == "ssl" || absl::StartsWith(module, "airlock.");
}

bool IsFrame(const PyRef& frame) { return frame && frame.get() != Py_None; }

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
  const std::string text = TextIn(PyRef::Borrow(value));
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

PyRef CurrentFrame() {
  PyRef frame = PyRef::Borrow(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
  // From Python 3.11 on, null also means that there is no memory for its
  // object; the globals need none.
  if (!frame && PyEval_GetGlobals() != nullptr) throw std::bad_alloc();
  return frame;
}

// Frames have the same attributes in all versions, but not the same fields.
PyRef FrameAttribute(const PyRef& object, const char* name) {
  if (!object) return PyRef();
  PyRef value = PyRef::Steal(PyObject_GetAttrString(object.get(), name));
  // Not only if it is null: without memory for that frame's object, Python 3.11
  // returns None for f_back and also sets an exception.
  ThrowIfNoMemory();
  return value;
}

std::string ModuleOfFrame(const PyRef& frame) {
  const PyRef globals = FrameAttribute(frame, "f_globals");
  if (!globals) return "";
  // Not PyDict_GetItemString, which hides that memory ran out.
  const PyRef key = PyRef::Steal(NativeString("__name__"));
  const PyRef name =
      key ? PyRef::Steal(PyObject_GetItem(globals.get(), key.get())) : PyRef();
  if (!name) ThrowIfNoMemory();
  return TextIn(name);
}

bool IsCalledBy(const char* module, const char* function) {
  const PyRef frame = CurrentFrame();
  if (ModuleOfFrame(frame) != module) return false;
  return TextIn(FrameAttribute(FrameAttribute(frame, "f_code"), "co_name")) ==
         function;
}

std::string CallSite() {
  const PyRef frame = ApplicationFrame(CurrentFrame());
  if (!IsFrame(frame)) return "";
  const PyRef line = FrameAttribute(frame, "f_lineno");
  const long number = line ? PyLong_AsLong(line.get()) : -1;
  ThrowIfNoMemory();
  const PyRef name =
      FrameAttribute(FrameAttribute(frame, "f_code"), "co_filename");
  std::string file;
  if (name && !PathOf(name.get(), &file)) ThrowIfNoMemory();
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
