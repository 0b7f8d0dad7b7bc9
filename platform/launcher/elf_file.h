// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Detects the type of a program file.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_ELF_FILE_H_
#define AIRLOCK_PLATFORM_LAUNCHER_ELF_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::launcher {

// The loader of the ELF program `path` (PT_INTERP); empty if it names none or
// is not an ELF file of this machine's byte order.
std::string ElfLoader(const std::string& path);

// Whether the file `path` begins with "#!".
bool IsScript(const std::string& path);

// Whether `name` is the name of a shared library ("libc.so.6").
bool IsSharedLibrary(absl::string_view name);

// Executable files below some folders, except shared libraries, which may be
// executable, too.
struct FoundPrograms {
  std::vector<std::string> machine_code;  // ELF.
  std::vector<std::string> scripts;       // "#!".
};

// Adds the programs at or below `root` to `found`. Does not follow symbolic
// links, and skips what does not exist or this user may not read. Any other
// failure is an error (kInternal).
absl::Status FindPrograms(const std::string& root, FoundPrograms* found);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_ELF_FILE_H_
