// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What of the machine an application sees, and what of it it can run.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_SYSTEM_FILES_H_
#define AIRLOCK_PLATFORM_LAUNCHER_SYSTEM_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/environment.h"
#include "platform/host.h"
#include "platform/launcher/interpreter.h"

namespace airlock::launcher {

// All that may hold libraries of a Python: /usr/lib, /usr/local/lib and such.
std::vector<std::string> LibraryRoots();

// Files and folders to be shown, and programs in them not to be.
struct SystemFiles {
  std::vector<std::string> visible;
  std::vector<std::string> hidden;
};

// Of the library roots, what an interpreter loads: shared libraries and the
// folders that hold them, Python's own and the locales; and /usr/share. Not
// folders of other programs, such as /usr/lib/git-core. Programs (not
// libraries) that lie among these, or in `python`'s own bin, are hidden. Errors
// as of FindPrograms.
absl::StatusOr<SystemFiles> FindSystemFiles(const InterpreterFacts& python,
                                            platform::Host* host);

// The value of --programs for which an application may run any program that it
// sees.
inline constexpr char kAnyProgram[] = "any";

// The programs in `flag`, the value of --programs: divided by commas, names in
// PATH of `environment` or absolute paths. None where it is kAnyProgram.
// Errors: kInvalidArgument, for what is not a program.
absl::StatusOr<std::vector<std::string>> NamedPrograms(
    absl::string_view flag, const config::EnvironmentMap& environment);

// Programs that each sandbox has beside the interpreter.
inline constexpr const char* kShells[] = {"/bin/sh", "/usr/bin/sh",
                                          "/usr/bin/env"};

// What an application may run: `programs`, the scripts in the folder `own` and
// in the interpreter's bin, and the loaders of all these. Of the scripts not
// those that it can put other bytes into, for what is allowed is the file: such
// as lie below a folder of `writable`, or may have another name there. Errors
// as of FindPrograms.
absl::StatusOr<std::vector<std::string>> RunnablePrograms(
    const std::vector<std::string>& programs, const std::string& own,
    const std::vector<std::string>& writable, const InterpreterFacts& python);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_SYSTEM_FILES_H_
