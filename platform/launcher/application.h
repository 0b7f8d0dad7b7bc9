// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An application, described by its app.yaml.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_APPLICATION_H_
#define AIRLOCK_PLATFORM_LAUNCHER_APPLICATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "config/app_yaml.h"
#include "platform/host.h"
#include "platform/load_app_yaml.h"

namespace airlock::launcher {

struct Application {
  std::string app_yaml;  // An absolute path, without symbolic links.
  std::string folder;    // The folder of app.yaml.
  config::AppYaml yaml;
  platform::IncludedFiles included;
  // Python's version for FindInterpreter: "2.7", "3.11"; empty: any 3.
  std::string version;

  // Whether its runtime is App Engine's first Python, in which an application
  // lists its libraries, and verification was optional.
  bool lists_libraries() const { return yaml.runtime->value == "python27"; }
};

// Reads the app.yaml at `path`. `runtime` must be python27, python3, or one of
// python38 to python313. Errors: those of platform::LoadAppYaml, and
// kInvalidArgument, with the place, if the runtime is missing or another one.
absl::StatusOr<Application> LoadApplication(const std::string& path,
                                            platform::Host* host);

// The command that starts it: its entrypoint, run by sh, or `python` with
// main.py next to app.yaml, followed by `arguments`. An error (kNotFound) if it
// has neither.
absl::StatusOr<std::vector<std::string>> StartCommand(
    const Application& application, const std::string& python,
    const std::vector<std::string>& arguments);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_APPLICATION_H_
