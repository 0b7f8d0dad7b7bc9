// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The one Runtime of an interpreter's process.
#ifndef AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_
#define AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_

#include "absl/status/statusor.h"
#include "platform/runtime.h"

namespace airlock::python {

// Made by the first call, and kept: importing the module again, or from another
// interpreter of the process, changes no policy. The policy's variables are
// those with which the process began, which Python code cannot change, or in
// the sandbox of `airlock run` those that the application was started with,
// whatever environment it gives to other processes; what else the environment
// says is as of the first call. AIRLOCK_APP_YAML is the path of the
// application's app.yaml, which counts, too. An error where they state no valid
// policy. Thread-safe.
absl::StatusOr<platform::Runtime*> ProcessRuntime();

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_
