// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An application's app.yaml, from the files that make it up.
#ifndef AIRLOCK_PLATFORM_LOAD_APP_YAML_H_
#define AIRLOCK_PLATFORM_LOAD_APP_YAML_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "config/app_yaml.h"
#include "platform/host.h"

namespace airlock::platform {

// What an app.yaml includes.
struct IncludedFiles {
  std::vector<std::string> read;
  // Paths that came before them and are not there: what lies there the next
  // time is included in their place.
  std::vector<std::string> missing;
};

// Reads an app.yaml, and what it includes, as App Engine's SDK does: a path is
// looked for in the folder of the file that names it, then in that of app.yaml;
// of a folder it stands for include.yaml in it. Each file is read once, before
// those that it includes itself; of their env_variables the last one takes
// precedence over those before it, and over app.yaml. `files`, if not null,
// gets the paths of all of them.
//
// Errors (kInvalidArgument) name the file and the place in it: among them what
// is not there, what cannot be read, app.yaml itself as an include, and more
// than 100 files.
absl::StatusOr<config::AppYaml> LoadAppYaml(Host* host, const std::string& path,
                                            IncludedFiles* files = nullptr);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_LOAD_APP_YAML_H_
