// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The one Runtime of an interpreter's process.
#ifndef AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_
#define AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_

#include "absl/status/statusor.h"
#include "platform/runtime.h"

namespace airlock::python {

// Made by the first call, and kept: importing the module again, or from another
// interpreter of the process, changes no policy. The policy is that of the
// environment with which the process began, which Python code cannot change;
// what else the environment says is as of the first call. An error where it
// states no valid policy. Thread-safe.
absl::StatusOr<platform::Runtime*> ProcessRuntime();

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_
