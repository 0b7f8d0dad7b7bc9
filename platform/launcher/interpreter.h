// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The Python interpreters of this machine, and Airlock's modules for them.
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

// The folder of the modules of this build or installation. It has `py3` and
// `py2.7`, with a `_ssl` for each Python, and `package`, with the package
// `airlock`. An error (kNotFound) says how to get them.
absl::StatusOr<std::string> ModulesFolder();

// The value of PYTHONPATH with which a Python of `version` uses `modules` (see
// ModulesFolder), followed by the value in `environment`.
std::string PythonPath(const std::string& modules, absl::string_view version,
                       const config::EnvironmentMap& environment);

// The executable files named `name` in the folders of PATH, in their order;
// relative folders are ignored.
std::vector<std::string> FindInPath(absl::string_view name,
                                    const config::EnvironmentMap& environment);

// An interpreter of `version` ("3.11", "3.11.7", "3"; empty: python3) in PATH
// or ~/.pyenv/versions that, with PYTHONPATH set to `python_path`, imports
// Airlock's `_ssl`. Errors list the candidates, and why each failed. Runs the
// candidates one after the other, in the folder /.
absl::StatusOr<std::string> FindInterpreter(
    const std::string& version, const std::string& python_path,
    const config::EnvironmentMap& environment, platform::Host* host);

// The properties that an interpreter reports.
struct InterpreterFacts {
  std::string executable;  // Without symbolic links.
  std::string release;     // "3.11.2".
  // Installation folders, without duplicates; a virtual environment has
  // several.
  std::vector<std::string> prefixes;
  // The file name suffix of its extension modules.
  std::string suffix;
};

// Its names in a sandbox, first in PATH: python, and with its numbers: python3,
// python3.11.
std::vector<std::string> InterpreterNames(const InterpreterFacts& python);

// Whether an interpreter with that prefix is installed among the system's
// files.
bool IsSystemPrefix(absl::string_view prefix);

// Asks `interpreter`, which runs only its own code for this. An error if it
// does not run, or if its `_ssl` is not a file that can be replaced.
absl::StatusOr<InterpreterFacts> AskInterpreter(const std::string& interpreter);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_INTERPRETER_H_
