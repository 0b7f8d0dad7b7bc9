// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What kind of program a file is.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_ELF_FILE_H_
#define AIRLOCK_PLATFORM_LAUNCHER_ELF_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::launcher {

// The loader that the ELF program `path` names (PT_INTERP); empty where it
// names none or is not an ELF file of this machine's byte order.
std::string ElfLoader(const std::string& path);

// Whether the file `path` begins with "#!".
bool IsScript(const std::string& path);

// Whether `name` is a shared library's ("libc.so.6").
bool IsSharedLibrary(absl::string_view name);

// Executable files below some folders, but for shared libraries, which may be
// executable as well.
struct FoundPrograms {
  std::vector<std::string> machine_code;  // ELF.
  std::vector<std::string> scripts;       // "#!".
};

// Adds the programs at or below `root` to `found`. Follows no symbolic links,
// and leaves out what is not there, or not this user's to read. An error
// (kInternal) where anything else keeps it from looking.
absl::Status FindPrograms(const std::string& root, FoundPrograms* found);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_ELF_FILE_H_
