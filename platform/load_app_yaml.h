// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Loads an application's app.yaml with its included files.
#ifndef AIRLOCK_PLATFORM_LOAD_APP_YAML_H_
#define AIRLOCK_PLATFORM_LOAD_APP_YAML_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "config/app_yaml.h"
#include "platform/host.h"

namespace airlock::platform {

// The files that an app.yaml includes.
struct IncludedFiles {
  std::vector<std::string> read;
  // Paths that were tried first but do not exist: if they exist the next time,
  // they are included instead.
  std::vector<std::string> missing;
};

// Reads an app.yaml and its included files, as App Engine's SDK does. A path is
// relative to the folder of the file that names it or, if it does not exist
// there, to that of app.yaml; a folder means include.yaml in it. Each file is
// read once, before the files that it includes; env_variables of later files
// take precedence over those of earlier ones and of app.yaml. `files`, if not
// null, gets all paths.
//
// Errors (kInvalidArgument) name the file and the position in it. Among them: a
// file that does not exist or cannot be read, app.yaml itself as an include,
// and more than 100 files.
absl::StatusOr<config::AppYaml> LoadAppYaml(Host* host, const std::string& path,
                                            IncludedFiles* files = nullptr);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_LOAD_APP_YAML_H_
