// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keys, certificates and CA bundles from Python code: a path, a file-like
// object, or the content itself.
#ifndef AIRLOCK_PLATFORM_PYTHON_FILES_H_
#define AIRLOCK_PLATFORM_PYTHON_FILES_H_

#include <string>

#include "platform/host.h"
#include "platform/python/python_compat.h"
#include "ssl/secret.h"

namespace airlock::python {

// The content of an argument, and its name in error messages.
struct Content {
  ssl::Secret bytes;
  std::string name;
};

// Reads `argument`: an object with read(), PEM text or bytes, DER bytes, or a
// path. False with an exception set: OSError if the path cannot be read, with a
// text that also names the alternatives. `parameter` is its name.
bool ReadContent(platform::Host* host, PyObject* argument,
                 const char* parameter, Content* content);

// The same, but does not read a path: sets `path`, which is empty otherwise,
// and content->name.
bool FindContent(platform::Host* host, PyObject* argument,
                 const char* parameter, Content* content, std::string* path);

// Reads a file; false with OSError set.
bool ReadPath(platform::Host* host, const std::string& path,
              ssl::Secret* bytes);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_FILES_H_
