// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The one Runtime of an interpreter's process.
#ifndef AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_
#define AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "config/app_yaml.h"
#include "platform/keys/key_client.h"
#include "platform/runtime.h"

namespace airlock::python {

// Made by the first successful call, and kept: importing the module again, or
// from another interpreter of the process, does not change the policy. It uses
// platform::ApplicationEnvironment at the time of that call. AIRLOCK_APP_YAML
// is the path of the application's app.yaml, which applies, too. An error if
// the policy is invalid or cannot be read. Thread-safe.
absl::StatusOr<platform::Runtime*> ProcessRuntime();

// The key service that AIRLOCK_KEYS names, at the time of the same call. An
// error (kFailedPrecondition) if it names none. Thread-safe.
absl::StatusOr<std::shared_ptr<keys::KeyClient>> ProcessKeys();

// The `ssl` version that the application's app.yaml asks for.
struct ProcessProfile {
  // Unset: the interpreter's own.
  std::optional<config::SslProfile> profile;
  std::string place;  // Where the version is set: "app.yaml:5:12".
};

// The profile in AIRLOCK_APP_YAML, at the time of the same call. An error if
// the file cannot be read, and (kNotFound) if App Engine's runtime python27
// does not list the library: with the text to add. Thread-safe.
absl::StatusOr<ProcessProfile> ReadProcessProfile();

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_PROCESS_RUNTIME_H_
