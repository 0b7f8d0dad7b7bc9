// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/system_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <iterator>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "platform/launcher/elf_file.h"

namespace airlock::launcher {
namespace {

// Debian keeps its libraries in folders of /usr/lib named after the machine
// ("x86_64-linux-gnu"); others have them in the root itself, which is then
// shown as a whole.
constexpr const char* kRoots[] = {"/usr/lib", "/usr/lib64", "/usr/local/lib",
                                  "/usr/local/lib64"};
constexpr size_t kManyLibraries = 64;
// Folders in a root that are not named after a machine or a Python.
constexpr const char* kFolders[] = {"locale", "ssl"};

bool IsPythonFolder(absl::string_view name) {
  return absl::StartsWith(name, "python");
}

bool IsMachineFolder(absl::string_view name) {
  return absl::StrContains(name, "-linux-");
}

bool SameFile(const std::string& one, const std::string& other) {
  struct stat first;
  struct stat second;
  return stat(one.c_str(), &first) == 0 && stat(other.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

bool IsProgram(const std::string& path) {
  struct stat status;
  return path[0] == '/' && stat(path.c_str(), &status) == 0 &&
         S_ISREG(status.st_mode) && access(path.c_str(), X_OK) == 0;
}

absl::Status AddRoot(const std::string& root, platform::Host* host,
                     SystemFiles* files, FoundPrograms* programs) {
  const auto names = host->ListDirectory(root);
  // Then nothing in it is shown.
  if (!names.ok()) return absl::OkStatus();
  const auto libraries = absl::c_count_if(*names, IsSharedLibrary);
  const bool whole = static_cast<size_t>(libraries) >= kManyLibraries;
  if (whole) files->visible.push_back(root);
  for (const std::string& name : *names) {
    const std::string path = absl::StrCat(root, "/", name);
    const bool is_machines = IsMachineFolder(name);
    if (!whole &&
        (is_machines || IsPythonFolder(name) || IsSharedLibrary(name) ||
         absl::c_linear_search(kFolders, name))) {
      files->visible.push_back(path);
    }
    // Python's folders are large, and contain modules rather than programs.
    if (is_machines || (whole && !IsPythonFolder(name))) {
      const absl::Status status = FindPrograms(path, programs);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

// /usr/share is for data (FHS 3.0, section 4.11), but Debian's Go has programs
// among its sources.
absl::Status AddShare(platform::Host* host, SystemFiles* files,
                      FoundPrograms* programs) {
  constexpr char kShare[] = "/usr/share";
  const auto names = host->ListDirectory(kShare);
  if (absl::IsNotFound(names.status())) return absl::OkStatus();
  if (!names.ok()) return names.status();
  files->visible.emplace_back(kShare);
  for (const std::string& name : *names) {
    if (!absl::StartsWith(name, "go-")) continue;
    const absl::Status status =
        FindPrograms(absl::StrCat(kShare, "/", name), programs);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Whether writing below `writable` may change the file `path`.
bool MayBeWritten(const std::string& path,
                  const std::vector<std::string>& writable) {
  struct stat status;
  return absl::c_any_of(writable,
                        [&path](const std::string& folder) {
                          return absl::StartsWith(path,
                                                  absl::StrCat(folder, "/"));
                        }) ||
         (!writable.empty() &&
          (stat(path.c_str(), &status) != 0 || status.st_nlink > 1));
}

std::vector<std::string> ProgramFolders(const InterpreterFacts& python) {
  std::vector<std::string> folders;
  for (const std::string& prefix : python.prefixes) {
    if (IsSystemPrefix(prefix)) continue;
    for (const char* name : {"/bin", "/sbin", "/libexec"}) {
      folders.push_back(absl::StrCat(prefix, name));
    }
  }
  return folders;
}

}  // namespace

std::vector<std::string> LibraryRoots() {
  return {std::begin(kRoots), std::end(kRoots)};
}

absl::StatusOr<SystemFiles> FindSystemFiles(const InterpreterFacts& python,
                                            platform::Host* host) {
  SystemFiles files;
  FoundPrograms programs;
  absl::Status status;
  for (const char* root : kRoots) {
    if (status.ok()) status = AddRoot(root, host, &files, &programs);
  }
  if (status.ok()) status = AddShare(host, &files, &programs);
  for (const std::string& folder : ProgramFolders(python)) {
    if (status.ok()) status = FindPrograms(folder, &programs);
  }
  if (!status.ok()) return status;
  for (std::string& program : programs.machine_code) {
    if (!SameFile(program, python.executable)) {
      files.hidden.push_back(std::move(program));
    }
  }
  return files;
}

absl::StatusOr<std::vector<std::string>> NamedPrograms(
    absl::string_view flag, const config::EnvironmentMap& environment) {
  std::vector<std::string> programs;
  if (flag == kAnyProgram) return programs;
  const std::vector<std::string> words =
      absl::StrSplit(flag, ',', absl::SkipEmpty());
  for (const std::string& word : words) {
    std::vector<std::string> found;
    if (!absl::StrContains(word, '/')) {
      found = FindInPath(word, environment);
    } else if (IsProgram(word)) {
      found = {word};
    }
    if (found.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--programs=", word,
          ": no such program; use a name in PATH, or an absolute path"));
    }
    programs.push_back(std::move(found[0]));
  }
  return programs;
}

absl::StatusOr<std::vector<std::string>> RunnablePrograms(
    const std::vector<std::string>& programs, const std::string& own,
    const std::vector<std::string>& writable, const InterpreterFacts& python) {
  std::set<std::string> result(programs.begin(), programs.end());
  for (const std::string& program : programs) {
    std::string loader = ElfLoader(program);
    if (!loader.empty()) result.insert(std::move(loader));
  }
  FoundPrograms found;
  absl::Status status = FindPrograms(own, &found);
  for (const std::string& folder : ProgramFolders(python)) {
    if (status.ok()) status = FindPrograms(folder, &found);
  }
  if (!status.ok()) return status;
  for (std::string& script : found.scripts) {
    if (!MayBeWritten(script, writable)) result.insert(std::move(script));
  }
  return std::vector<std::string>(result.begin(), result.end());
}

}  // namespace airlock::launcher
