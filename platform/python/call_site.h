// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which line of an application uses ssl.
#ifndef AIRLOCK_PLATFORM_PYTHON_CALL_SITE_H_
#define AIRLOCK_PLATFORM_PYTHON_CALL_SITE_H_

#include <string>

namespace airlock::python {

// "path/of/file.py:12" of the innermost Python code on this thread's stack that
// is neither ssl.py's nor the package airlock's; empty where there is none.
// Needs the GIL; sets no exception, and none may be set.
std::string CallSite();

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_CALL_SITE_H_
