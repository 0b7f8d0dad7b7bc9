// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/files.h"

#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/python/errors.h"
#include "platform/python/secrets.h"

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

bool CouldBePath(absl::string_view text) {
  return text.size() < 1024 && text.find_first_of(absl::string_view(
                                   "\r\n\0", 3)) == absl::string_view::npos;
}

// Whether what is not the path of a file may be a key that lost its first and
// last line: it has more base64 in one piece than names have, and neither a
// folder before it nor an extension after it.
bool MayBeKey(absl::string_view text) {
  constexpr size_t kLongest = 20;
  if (absl::StartsWith(text, "/") || absl::StrContains(text, '.')) return false;
  size_t run = 0;
  for (const char c : text) {
    run = absl::ascii_isalnum(c) || absl::StrContains("+=", c) ? run + 1 : 0;
    if (run > kLongest) return true;
  }
  return false;
}

// Gives false.
bool RaiseNotFound(const char* parameter, const std::string& path) {
  RaiseOsError(ENOENT,
               absl::StrCat("No such file or directory: ", parameter,
                            " is neither PEM text (there is no \"-----BEGIN "
                            "\" in it) nor the path of a file"),
               path);
  return false;
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
    RaiseOsError(ErrorNumber(host, path, content.status()),
                 std::string(content.status().message()), path);
    return false;
  }
  const ssl::ScopedWipe wipe(&content->bytes);
  *bytes = ssl::Secret(content->bytes);
  return true;
}

bool ReadContent(platform::Host* host, PyObject* argument,
                 const char* parameter, Content* content) {
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
    if (LooksLikePem(text.view()) ||
        (PyBytes_Check(argument) && LooksLikeDer(text.view()))) {
      content->bytes = std::move(text);
      return true;
    }
    // It may be a key that lost its first line: such text is neither copied
    // nor shown.
    if (!CouldBePath(text.view())) return RaiseNotFound(parameter, "");
  } else if (PyObject_CheckBuffer(argument)) {
    return TakeRead(argument, parameter, &content->bytes);
  }
  std::string path;
  if (!PathOf(argument, &path)) {
    if (!PyErr_ExceptionMatches(PyExc_TypeError)) return false;
    PyErr_Clear();
    PyErr_Format(PyExc_TypeError,
                 "%s should be a valid filesystem path, PEM text, or an object "
                 "with read(), not %.200s",
                 parameter, Py_TYPE(argument)->tp_name);
    return false;
  }
  if (!CouldBePath(path)) return RaiseNotFound(parameter, "");
  if (absl::IsNotFound(host->Stat(path).status())) {
    return RaiseNotFound(parameter, MayBeKey(path) ? "" : path);
  }
  content->name = absl::StrCat(parameter, " ", path);
  return ReadPath(host, path, &content->bytes);
}

}  // namespace airlock::python
