// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/files.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/python/errors.h"

namespace airlock::python {
namespace {

bool LooksLikePem(absl::string_view bytes) {
  return absl::StrContains(bytes, "-----BEGIN ");
}

// A SEQUENCE with a length of one to three bytes.
bool LooksLikeDer(absl::string_view bytes) {
  return bytes.size() > 4 && bytes[0] == '\x30' &&
         (static_cast<unsigned char>(bytes[1]) & 0x80) != 0 &&
         (static_cast<unsigned char>(bytes[1]) & 0x7f) <= 3;
}

// The errno that stands for what a Host said.
int ErrorNumber(platform::Host* host, const std::string& path,
                const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return ENOENT;
    case absl::StatusCode::kPermissionDenied:
      return EACCES;
    default:
      break;
  }
  const absl::StatusOr<platform::FileStatus> file = host->Stat(path);
  return file.ok() && file->type == platform::FileType::kDirectory ? EISDIR
                                                                   : EIO;
}

// Takes what read() gave.
bool TakeRead(PyObject* result, const char* parameter, ssl::Secret* bytes) {
  if (PyObject_CheckBuffer(result) && !PyUnicode_Check(result)) {
    Py_buffer view;
    if (PyObject_GetBuffer(result, &view, PyBUF_SIMPLE) < 0) return false;
    *bytes = ssl::Secret(absl::string_view(static_cast<const char*>(view.buf),
                                           static_cast<size_t>(view.len)));
    PyBuffer_Release(&view);
    return true;
  }
  std::string text;
  const std::string what = absl::StrCat("what ", parameter, ".read() returns");
  if (!TextOf(result, what.c_str(), &text)) return false;
  *bytes = ssl::Secret(text);
  std::fill(text.begin(), text.end(), '\0');
  return true;
}

}  // namespace

bool ReadPath(platform::Host* host, const std::string& path,
              ssl::Secret* bytes) {
  absl::StatusOr<platform::FileContent> content = host->ReadFile(path);
  if (!content.ok()) {
    RaiseOsError(ErrorNumber(host, path, content.status()),
                 std::string(content.status().message()), path);
    return false;
  }
  *bytes = ssl::Secret(content->bytes);
  std::fill(content->bytes.begin(), content->bytes.end(), '\0');
  return true;
}

bool ReadContent(platform::Host* host, PyObject* argument,
                 const char* parameter, Content* content) {
  content->name = parameter;
  if (PyObject_HasAttrString(argument, "read")) {
    const PyRef result =
        PyRef::Steal(PyObject_CallMethod(argument, "read", nullptr));
    return result && TakeRead(result.get(), parameter, &content->bytes);
  }
  // bytes may be the content or a path; other buffers are never paths.
  if (PyBytes_Check(argument) || PyUnicode_Check(argument)) {
    std::string text;
    if (!TextOf(argument, parameter, &text)) return false;
    if (LooksLikePem(text) || (PyBytes_Check(argument) && LooksLikeDer(text))) {
      content->bytes = ssl::Secret(text);
      return true;
    }
  } else if (PyObject_CheckBuffer(argument)) {
    return TakeRead(argument, parameter, &content->bytes);
  }
  std::string path;
  if (!PathOf(argument, &path)) {
    PyErr_Clear();
    PyErr_Format(PyExc_TypeError,
                 "%s should be a valid filesystem path, PEM text, or an object "
                 "with read(), not %.200s",
                 parameter, Py_TYPE(argument)->tp_name);
    return false;
  }
  // It may be a key that lost its first line: such text stays out of sight.
  const bool is_path =
      path.size() < 1024 &&
      path.find_first_of(absl::string_view("\r\n\0", 3)) == std::string::npos;
  if (!is_path || absl::IsNotFound(host->Stat(path).status())) {
    RaiseOsError(ENOENT,
                 absl::StrCat("No such file or directory: ", parameter,
                              " is neither PEM text (there is no \"-----BEGIN "
                              "\" in it) nor the path of a file"),
                 is_path ? path : "");
    return false;
  }
  content->name = absl::StrCat(parameter, " ", path);
  return ReadPath(host, path, &content->bytes);
}

}  // namespace airlock::python
