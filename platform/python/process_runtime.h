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

// Made by the first call that succeeds, and kept: importing the module again,
// or from another interpreter of the process, changes no policy. It is made for
// platform::ApplicationEnvironment, as of that call. AIRLOCK_APP_YAML is the
// path of the application's app.yaml, which takes effect, too. An error where
// these state no valid policy, or cannot be read. Thread-safe.
absl::StatusOr<platform::Runtime*> ProcessRuntime();

// The `ssl` that the application's app.yaml asks for.
struct ProcessProfile {
  // Unset: as the interpreter has it.
  absl::optional<config::SslProfile> profile;
  std::string place;  // Of its version in the file: "app.yaml:5:12".
};

// That of AIRLOCK_APP_YAML, as of the same call. An error where the file
// cannot be read, and (kNotFound) for App Engine's runtime python27 where it
// does not list the library: with what to write. Thread-safe.
absl::StatusOr<ProcessProfile> ReadProcessProfile();

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_
