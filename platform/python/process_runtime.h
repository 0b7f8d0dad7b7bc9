// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The one Runtime of an interpreter's process.
#ifndef AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_
#define AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "config/app_yaml.h"
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

// The `ssl` that the application's app.yaml asks for.
struct ProcessProfile {
  // Unset: as the interpreter has it.
  absl::optional<config::SslProfile> profile;
  std::string place;  // Of its version in the file: "app.yaml:5:12".
};

// That of AIRLOCK_APP_YAML, as of the first call. An error where the file
// cannot be read, and (kNotFound) for App Engine's runtime python27 where it
// does not list the library: with what to write. Thread-safe.
absl::StatusOr<ProcessProfile> ReadProcessProfile();

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_
