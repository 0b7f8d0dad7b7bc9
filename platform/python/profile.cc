// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/profile.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/python/call_site.h"

namespace airlock::python {
namespace {

constexpr char kAdvice[] = "; write \"version: latest\" for ssl in app.yaml";

// Modules that make contexts for their callers: the standard library's, and
// ours, if ssl itself has no wrap_socket. This is not a security boundary: it
// shows an application that the profile has no contexts.
constexpr absl::string_view kLibrary[] = {
    "airlock._wrap", "asyncio.sslproto", "ftplib",         "http.client",
    "httplib",       "imaplib",          "nntplib",        "poplib",
    "smtplib",       "urllib",           "urllib.request", "urllib2"};

}  // namespace

bool IsOldest(const ModuleState& state) {
  return state.profile.profile == config::SslProfile::k2_7;
}

int ApplyProfile(PyObject* module, const ModuleState& state) {
  if (!IsOldest(state)) return 0;
  if (PyObject_SetAttrString(module, "HAS_SNI", Py_False) < 0) return -1;
  return PyErr_WarnEx(
      PyExc_DeprecationWarning,
      absl::StrCat(state.profile.place,
                   ": version 2.7 of the library ssl is deprecated: it uses "
                   "TLS 1.0 by default, and has neither SNI nor SSLContext",
                   kAdvice)
          .c_str(),
      1);
}

bool MayMakeContext(const ModuleState& state) {
  if (!IsOldest(state)) return true;
  PyRef frame = CurrentFrame();
  std::string module = ModuleOfFrame(frame);
  while (module == "ssl") {
    const PyRef name =
        FrameAttribute(FrameAttribute(frame, "f_code"), "co_name");
    std::string function;
    if (!name || !TextOf(name.get(), "name", &function)) PyErr_Clear();
    if (function == "wrap_socket") return true;
    frame = FrameAttribute(frame, "f_back");
    module = ModuleOfFrame(frame);
  }
  if (std::find(std::begin(kLibrary), std::end(kLibrary), module) !=
      std::end(kLibrary)) {
    return true;
  }
  PyErr_SetString(PyExc_AttributeError,
                  absl::StrCat(state.profile.place,
                               ": version 2.7 of the library ssl has no "
                               "SSLContext, nor anything that uses it",
                               kAdvice)
                      .c_str());
  return false;
}

}  // namespace airlock::python
