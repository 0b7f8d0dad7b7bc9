// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The machine's files that an application can see, and those it can run.
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

// All folders that may hold a Python's libraries: /usr/lib, /usr/local/lib etc.
std::vector<std::string> LibraryRoots();

// Files and folders to show, and programs in them to hide.
struct SystemFiles {
  std::vector<std::string> visible;
  std::vector<std::string> hidden;
};

// The files of the library roots that an interpreter loads: shared libraries
// and their folders, Python's own and the locales; and /usr/share. Not folders
// of other programs, such as /usr/lib/git-core. Programs (not libraries) among
// these, or in `python`'s own bin, are hidden. Errors as in FindPrograms.
absl::StatusOr<SystemFiles> FindSystemFiles(const InterpreterFacts& python,
                                            platform::Host* host);

// The value of --programs that lets an application run any visible program.
inline constexpr char kAnyProgram[] = "any";

// The programs in `flag`, the value of --programs: separated by commas, names
// in PATH of `environment` or absolute paths. Empty if it is kAnyProgram.
// Errors: kInvalidArgument, for anything that is not a program.
absl::StatusOr<std::vector<std::string>> NamedPrograms(
    absl::string_view flag, const config::EnvironmentMap& environment);

// Programs that each sandbox has, in addition to the interpreter.
inline constexpr const char* kShells[] = {"/bin/sh", "/usr/bin/sh",
                                          "/usr/bin/env"};

// The programs that an application may run: `programs`, the scripts in the
// folder `own` and in the interpreter's bin, and the loaders of all these.
// Excludes scripts that it can modify, since the permission is for the file:
// those below a folder of `writable`, or that may have another name there.
// Errors as in FindPrograms.
absl::StatusOr<std::vector<std::string>> RunnablePrograms(
    const std::vector<std::string>& programs, const std::string& own,
    const std::vector<std::string>& writable, const InterpreterFacts& python);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_SYSTEM_FILES_H_
