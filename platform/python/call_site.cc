// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/call_site.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/python/python_compat.h"

namespace airlock::python {
namespace {

// Whether it is code between an application and this module.
bool IsOurs(const PyRef& frame) {
  const std::string module = ModuleOfFrame(frame);
  return module == "ssl" || absl::StartsWith(module, "airlock.");
}

}  // namespace

// The attributes of frames are the same in all versions; their fields are not.
PyRef FrameAttribute(const PyRef& object, const char* name) {
  if (!object) return PyRef();
  PyRef value = PyRef::Steal(PyObject_GetAttrString(object.get(), name));
  if (!value) PyErr_Clear();
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
  const PyRef frame =
      PyRef::Borrow(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
  if (ModuleOfFrame(frame) != module) return false;
  const PyRef name = FrameAttribute(FrameAttribute(frame, "f_code"), "co_name");
  std::string text;
  if (!name || !TextOf(name.get(), "name", &text)) PyErr_Clear();
  return text == function;
}

std::string CallSite() {
  PyRef frame = PyRef::Borrow(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
  while (frame && frame.get() != Py_None && IsOurs(frame)) {
    frame = FrameAttribute(frame, "f_back");
  }
  if (!frame || frame.get() == Py_None) return "";
  const PyRef line = FrameAttribute(frame, "f_lineno");
  const long number = line ? PyLong_AsLong(line.get()) : -1;
  PyErr_Clear();
  const PyRef name =
      FrameAttribute(FrameAttribute(frame, "f_code"), "co_filename");
  std::string file;
  if (!name || !PathOf(name.get(), &file)) PyErr_Clear();
  return file.empty() ? "" : absl::StrCat(file, ":", number);
}

}  // namespace airlock::python
