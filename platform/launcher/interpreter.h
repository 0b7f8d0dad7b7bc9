// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The Pythons of this machine, and Airlock's modules for them.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_INTERPRETER_H_
#define AIRLOCK_PLATFORM_LAUNCHER_INTERPRETER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/environment.h"
#include "platform/host.h"

namespace airlock::launcher {

// Where the modules of this build, or of this installation, lie: the folder has
// `py3` and `py2.7`, with a `_ssl` for each Python, and `package`, with the
// package `airlock`. An error (kNotFound) says how to get them.
absl::StatusOr<std::string> ModulesFolder();

// The value of PYTHONPATH that makes `modules` (see ModulesFolder) those of a
// Python of `version`, before what `environment` has there.
std::string PythonPath(const std::string& modules, absl::string_view version,
                       const config::EnvironmentMap& environment);

// The executable files named `name` in the folders of PATH, in their order;
// relative folders count for nothing.
std::vector<std::string> FindInPath(absl::string_view name,
                                    const config::EnvironmentMap& environment);

// An interpreter of `version` ("3.11", "3.11.7", "3"; empty: python3) in PATH
// or ~/.pyenv/versions that, with PYTHONPATH set to `python_path`, imports
// Airlock's `_ssl`. Errors list what was tried, and why it would not do. Starts
// the candidates, one after the other, in the folder /.
absl::StatusOr<std::string> FindInterpreter(
    const std::string& version, const std::string& python_path,
    const config::EnvironmentMap& environment, platform::Host* host);

// What an interpreter says of itself.
struct InterpreterFacts {
  std::string executable;  // No symbolic link.
  std::string release;     // "3.11.2".
  // Folders, without duplicates: where it is installed, which are several for a
  // virtual environment.
  std::vector<std::string> prefixes;
  // How the names of its extension modules end.
  std::string suffix;
};

// The names by which a sandbox has it in PATH, before all else there: python,
// and with its numbers: python3, python3.11.
std::vector<std::string> InterpreterNames(const InterpreterFacts& python);

// Whether an interpreter with that prefix has its files among the system's.
bool IsSystemPrefix(absl::string_view prefix);

// Asks `interpreter`, which runs none but its own code for that. An error where
// it does not run, or where its `_ssl` is no file that another could take the
// place of.
absl::StatusOr<InterpreterFacts> AskInterpreter(const std::string& interpreter);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_INTERPRETER_H_
