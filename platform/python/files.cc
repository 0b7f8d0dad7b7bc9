// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/files.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/internal/errno_status.h"
#include "platform/python/errors.h"
#include "platform/python/secrets.h"
#include "ssl/bundle.h"
#include "ssl/input_form.h"

namespace airlock::python {
namespace {

bool CouldBePath(absl::string_view text) {
  return text.size() < 1024 && text.find_first_of(absl::string_view(
                                   "\r\n\0", 3)) == absl::string_view::npos;
}

// Returns false. `text` is neither content nor a readable path. It may be a key
// in some other form, and is then not shown.
bool RaiseNoContent(const char* parameter, absl::string_view text, int error) {
  std::string what = absl::StrCat(std::strerror(error), ": ", parameter,
                                  " is neither PEM text (it contains no "
                                  "\"-----BEGIN \") nor the path of a file");
  const std::string form = ssl::DescribeInputForm(text);
  if (!form.empty()) absl::StrAppend(&what, ": it ", form);
  const bool shown =
      !text.empty() && CouldBePath(text) && !ssl::MayHoldKey(text);
  RaiseOsError(error, what, shown ? std::string(text) : "");
  return false;
}

// The errno for a Host's error.
int ErrorNumber(const absl::Status& status) {
  return platform::internal::ErrnoOf(status).value_or(
      absl::IsNotFound(status)           ? ENOENT
      : absl::IsPermissionDenied(status) ? EACCES
                                         : EIO);
}

// Takes the result of read().
bool TakeRead(PyObject* result, const char* parameter, ssl::Secret* bytes) {
  if (PyObject_CheckBuffer(result) && !PyUnicode_Check(result)) {
    BufferView view;
    if (!view.Took(PyObject_GetBuffer(result, view.get(), PyBUF_SIMPLE) == 0)) {
      PyErr_Clear();
      PyErr_Format(PyExc_TypeError, "%s: the buffer must be contiguous",
                   parameter);
      return false;
    }
    *bytes = ssl::Secret(view.bytes());
    return true;
  }
  const std::string what = absl::StrCat("what ", parameter, ".read() returns");
  return SecretOf(result, what.c_str(), bytes);
}

}  // namespace

bool ReadPath(platform::Host* host, const std::string& path,
              ssl::Secret* bytes) {
  if (path.empty()) {
    RaiseOsError(ENOENT, "No such file or directory: the path is empty", path);
    return false;
  }
  absl::StatusOr<platform::FileContent> content = host->ReadFile(path);
  if (!content.ok()) {
    RaiseOsError(ErrorNumber(content.status()),
                 std::string(content.status().message()), path);
    return false;
  }
  const ssl::ScopedWipe wipe(&content->bytes);
  *bytes = ssl::Secret(content->bytes);
  return true;
}

bool ReadContent(platform::Host* host, PyObject* argument,
                 const char* parameter, Content* content) {
  std::string path;
  return FindContent(host, argument, parameter, content, &path) &&
         (path.empty() || ReadPath(host, path, &content->bytes));
}

bool FindContent(platform::Host* host, PyObject* argument,
                 const char* parameter, Content* content, std::string* path) {
  path->clear();
  content->name = parameter;
  if (PyObject_HasAttrString(argument, "read")) {
    const PyRef result =
        PyRef::Steal(PyObject_CallMethod(argument, "read", nullptr));
    if (!result) return false;
    const bool took = TakeRead(result.get(), parameter, &content->bytes);
    WipeIfOwn(result.get());
    return took;
  }
  // bytes may be the content or a path; other buffers are never paths.
  if (PyBytes_Check(argument) || PyUnicode_Check(argument)) {
    ssl::Secret text;
    if (!SecretOf(argument, parameter, &text)) return false;
    if (ssl::LooksLikeContent(text.view())) {
      content->bytes = std::move(text);
      return true;
    }
    // It may be a key without its first line: such text is neither copied nor
    // shown.
    if (!CouldBePath(text.view())) {
      return RaiseNoContent(parameter, text.view(), ENOENT);
    }
  } else if (PyObject_CheckBuffer(argument)) {
    return TakeRead(argument, parameter, &content->bytes);
  }
  std::string named;
  const ssl::ScopedWipe wipe(&named);  // It may still be a key.
  if (!PathOf(argument, &named)) {
    if (!PyErr_ExceptionMatches(PyExc_TypeError)) return false;
    PyErr_Clear();
    PyErr_Format(PyExc_TypeError,
                 "%s should be a valid filesystem path, PEM text, or an object "
                 "with read(), not %.200s",
                 parameter, Py_TYPE(argument)->tp_name);
    return false;
  }
  if (named.empty()) return ReadPath(host, named, &content->bytes);
  const absl::Status found = CouldBePath(named)
                                 ? host->Stat(named).status()
                                 : absl::NotFoundError("no path");
  if (absl::IsNotFound(found) || (!found.ok() && ssl::MayHoldKey(named))) {
    return RaiseNoContent(parameter, named, ErrorNumber(found));
  }
  content->name = absl::StrCat(parameter, " ", named);
  *path = named;
  return true;
}

}  // namespace airlock::python
