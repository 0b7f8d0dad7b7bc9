// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which line of an application uses ssl.
#ifndef AIRLOCK_PLATFORM_PYTHON_CALL_SITE_H_
#define AIRLOCK_PLATFORM_PYTHON_CALL_SITE_H_

#include <string>

#include "platform/python/python_compat.h"

namespace airlock::python {

// "path/of/file.py:12" of the innermost Python code on this thread's stack that
// is neither ssl.py's nor the package airlock's; empty where there is none.
// Needs the GIL; sets no exception, and none may be set.
std::string CallSite();

// Whether `ssl` or the package airlock, rather than the application, sets the
// attribute that is being set now: as its default, or with what it was handed.
bool IsSetByLibrary();

// Whether the application says what the library sets verify_mode to: false only
// where the library sets it, and the code that called it mentions no way to ask
// for that.
bool SaysVerifyMode();

// An attribute of a frame, or of one of its attributes; null where `object` is,
// or has it not. As above, of GIL and exceptions; so is the next.
PyRef FrameAttribute(const PyRef& object, const char* name);

// Whether the innermost Python code on this thread's stack is that function of
// that module. As above, too.
bool IsCalledBy(const char* module, const char* function);

// The name of the module whose code `frame` runs; empty where it has none.
std::string ModuleOfFrame(const PyRef& frame);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_CALL_SITE_H_
