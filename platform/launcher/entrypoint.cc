// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/entrypoint.h"

#include <sys/stat.h>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/launcher/elf_file.h"
#include "platform/launcher/system_files.h"

namespace airlock::launcher {
namespace {

// The characters of a program's name.
constexpr char kPlain[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";

// Its first word, if that is a plain word; else empty.
std::string FirstWord(absl::string_view entrypoint) {
  const absl::string_view word = entrypoint.substr(0, entrypoint.find(' '));
  return word.find_first_not_of(kPlain) == absl::string_view::npos
             ? std::string(word)
             : "";
}

bool SameFile(const std::string& one, const std::string& other) {
  struct stat first;
  struct stat second;
  return stat(one.c_str(), &first) == 0 && stat(other.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

}  // namespace

absl::StatusOr<std::string> EntrypointProgram(
    const Application& application, const InterpreterFacts& python,
    const std::vector<std::string>& named, bool any,
    const config::EnvironmentMap& environment) {
  const auto& entrypoint = application.yaml.entrypoint;
  if (!entrypoint.has_value()) return "";
  const std::string word = FirstWord(entrypoint->value);
  // In the sandbox these names, first in PATH, are the interpreter.
  if (word.empty() || absl::c_linear_search(InterpreterNames(python), word)) {
    return "";
  }
  const std::vector<std::string> found = FindInPath(word, environment);
  if (found.empty()) return "";
  const auto is_it = [&](const std::string& program) {
    return SameFile(program, found[0]);
  };
  if (is_it(python.executable) || absl::c_any_of(kShells, is_it) ||
      absl::c_any_of(named, is_it)) {
    return "";
  }
  if (any || IsScript(found[0])) return found[0];
  return absl::InvalidArgumentError(absl::StrCat(
      entrypoint->origin.ToString(), ": the entrypoint begins with ", word,
      ", which is ", found[0],
      ": a program of the machine, to which the policy does not apply. To "
      "allow it, run with --programs=",
      word, "; otherwise begin with python, sh, env or a script"));
}

}  // namespace airlock::launcher
