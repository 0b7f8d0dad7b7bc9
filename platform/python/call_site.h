// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Finds the line of an application that uses ssl.
#ifndef AIRLOCK_PLATFORM_PYTHON_CALL_SITE_H_
#define AIRLOCK_PLATFORM_PYTHON_CALL_SITE_H_

#include <string>

#include "platform/python/python_compat.h"

namespace airlock::python {

// All functions here need the GIL. They set no Python exception, and none may
// be set. If Python's memory runs out, they throw std::bad_alloc, which becomes
// a MemoryError (Guard): a guess could be taken for what the application chose.

// "path/of/file.py:12" of the innermost Python code on this thread's stack that
// belongs to neither ssl.py nor the package airlock; empty without such code.
std::string CallSite();

// Whether the attribute that is being set is set by `ssl` or the package
// airlock, as its default or from an argument, rather than by the application.
bool IsSetByLibrary();

// Whether the application chose the value that the library sets verify_mode to.
// False only if the library sets it, and the calling code mentions no way to
// ask for it.
bool SaysVerifyMode();

// The innermost frame of Python code on this thread's stack; null without one.
PyRef CurrentFrame();

// An attribute of a frame, or of one of its attributes; null if `object` is
// null or does not have it.
PyRef FrameAttribute(const PyRef& object, const char* name);

// Whether the innermost Python code on this thread's stack is that function of
// that module.
bool IsCalledBy(const char* module, const char* function);

// The name of the module whose code `frame` runs; empty if it has none.
std::string ModuleOfFrame(const PyRef& frame);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_CALL_SITE_H_
