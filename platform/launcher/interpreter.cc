// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/interpreter.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "platform/launcher/program.h"

namespace airlock::launcher {
namespace {

// The working directory for queries: with -c, interpreters first import from
// there, and the caller's directory may belong to an application.
constexpr char kNeutralFolder[] = "/";

// Run by an interpreter before it is used: does it have the version in argv[1]
// and our _ssl? A failed import gives the reason.
constexpr char kProbe[] = R"(
import sys
release = "%d.%d.%d." % sys.version_info[:3]
if not release.startswith(sys.argv[1] and sys.argv[1] + "."):
    sys.exit(10)
try:
    import _ssl
except ImportError as error:
    sys.stdout.write(str(error))
    sys.exit(12)
sys.exit("Airlock" not in _ssl.OPENSSL_VERSION and 11)
)";
enum class Answer { kGood = 0, kVersion = 10, kNoModule = 11, kImport = 12 };

// Also works with version 2.7. Without site, no installed packages run.
constexpr char kFacts[] = R"(
import os, sys, sysconfig
old = sys.version_info[0] == 2
if "_ssl" in sys.builtin_module_names:
    sys.exit("its _ssl is built in")
if old:
    import imp
    try:
        imp.find_module("_ssl")
    except ImportError:
        sys.exit("it has no _ssl")
else:
    import importlib.util
    if importlib.util.find_spec("_ssl") is None:
        sys.exit("it has no _ssl")
prefixes = [sys.prefix, sys.exec_prefix, getattr(sys, "base_prefix", sys.prefix)]
print(os.path.realpath(sys.executable))
print("%d.%d.%d" % sys.version_info[:3])
print(".so" if old else sysconfig.get_config_var("EXT_SUFFIX"))
for prefix in sorted(set(os.path.realpath(p) for p in prefixes)):
    print(prefix)
)";

// Folders are not: this decides what the sandbox shows.
bool IsExecutable(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

// The interpreters to try for `version`, which may be empty, in order.
std::vector<std::string> Candidates(const std::string& version,
                                    const config::EnvironmentMap& environment,
                                    platform::Host* host) {
  const std::vector<absl::string_view> numbers = absl::StrSplit(version, '.');
  const std::string name =
      version.empty()
          ? "python3"
          : absl::StrCat(
                "python", numbers[0],
                numbers.size() > 1 ? absl::StrCat(".", numbers[1]) : "");
  std::vector<std::string> result = FindInPath(name, environment);
  const auto home = environment.find("HOME");
  if (!version.empty() && home != environment.end()) {
    const std::string pyenv = absl::StrCat(home->second, "/.pyenv/versions");
    const auto versions = host->ListDirectory(pyenv);
    for (const std::string& found :
         versions.ok() ? *versions : std::vector<std::string>()) {
      std::string file = absl::StrCat(pyenv, "/", found, "/bin/python");
      if (absl::StartsWith(absl::StrCat(found, "."),
                           absl::StrCat(version, ".")) &&
          IsExecutable(file)) {
        result.push_back(std::move(file));
      }
    }
  }
  return result;
}

}  // namespace

absl::StatusOr<std::string> ModulesFolder() {
  char self[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof(self));
  if (size <= 0 || size == sizeof(self)) {
    return absl::InternalError("cannot find the path of this program");
  }
  std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(self, size), '/');
  parts.resize(parts.size() - std::min<size_t>(parts.size(), 2));
  const std::string root = absl::StrJoin(parts, "/");
  const std::string built = absl::StrCat(root, "/python");
  const std::string installed = absl::StrCat(root, "/lib/airlock/python");
  for (const std::string& folder : {built, installed}) {
    if (access(absl::StrCat(folder, "/package/airlock").c_str(), R_OK) == 0) {
      return folder;
    }
  }
  return absl::NotFoundError(absl::StrCat(
      "the modules for Python are neither at ", built,
      ", where `bazel build //platform/python:all` builds them, nor at ",
      installed, ", where `bazel run //:install` puts them"));
}

std::string PythonPath(const std::string& modules, absl::string_view version,
                       const config::EnvironmentMap& environment) {
  const bool old = absl::StartsWith(version, "2");
  std::string path =
      absl::StrCat(modules, old ? "/py2.7" : "/py3", ":", modules, "/package");
  const auto before = environment.find("PYTHONPATH");
  if (before != environment.end() && !before->second.empty()) {
    absl::StrAppend(&path, ":", before->second);
  }
  return path;
}

std::vector<std::string> FindInPath(absl::string_view name,
                                    const config::EnvironmentMap& environment) {
  std::vector<std::string> result;
  const auto path = environment.find("PATH");
  if (path == environment.end()) return result;
  for (absl::string_view folder : absl::StrSplit(path->second, ':')) {
    std::string file = absl::StrCat(folder, "/", name);
    if (file[0] == '/' && IsExecutable(file)) result.push_back(std::move(file));
  }
  return result;
}

absl::StatusOr<std::string> FindInterpreter(
    const std::string& version, const std::string& python_path,
    const config::EnvironmentMap& environment, platform::Host* host) {
  std::vector<std::string> tried;
  Program probe;
  probe.folder = kNeutralFolder;
  probe.environment = environment;
  probe.environment["PYTHONPATH"] = python_path;
  for (const std::string& candidate : Candidates(version, environment, host)) {
    probe.argv = {candidate, "-c", kProbe, version};
    const absl::StatusOr<ProgramAnswer> answer = AskProgram(probe);
    switch (static_cast<Answer>(answer.ok() ? answer->status : -1)) {
      case Answer::kGood:
        return candidate;
      case Answer::kImport:
        return absl::FailedPreconditionError(
            absl::StrCat(candidate, " does not import Airlock's _ssl: ",
                         absl::StripAsciiWhitespace(answer->output)));
      case Answer::kVersion:
        tried.push_back(absl::StrCat(candidate, " (another version)"));
        break;
      case Answer::kNoModule:
        tried.push_back(absl::StrCat(
            candidate,
            " (no module for its version; build it: AIRLOCK_PYTHONS=",
            candidate, " bazel build //platform/python:all)"));
        break;
      default:
        tried.push_back(absl::StrCat(candidate, " (does not run)"));
        break;
    }
  }
  return absl::NotFoundError(absl::StrCat(
      "no usable Python", version.empty() ? "" : " ", version,
      tried.empty() ? "; none is in PATH or ~/.pyenv/versions"
                    : absl::StrCat("; tried: ", absl::StrJoin(tried, ", "))));
}

std::vector<std::string> InterpreterNames(const InterpreterFacts& python) {
  const std::vector<std::string> numbers = absl::StrSplit(python.release, '.');
  const std::string major = absl::StrCat("python", numbers[0]);
  return {"python", major, absl::StrCat(major, ".", numbers[1])};
}

bool IsSystemPrefix(absl::string_view prefix) {
  return prefix == "/usr" || prefix == "/usr/local";
}

absl::StatusOr<InterpreterFacts> AskInterpreter(
    const std::string& interpreter) {
  Program program;
  program.folder = kNeutralFolder;
  program.argv = {interpreter, "-E", "-s", "-S", "-c", kFacts};
  const absl::StatusOr<ProgramAnswer> answer = AskProgram(program);
  if (!answer.ok()) return answer.status();
  std::vector<std::string> lines =
      absl::StrSplit(answer->output, '\n', absl::SkipEmpty());
  if (answer->status != 0 || lines.size() < 4) {
    return absl::FailedPreconditionError(absl::StrCat(
        interpreter, " cannot use Airlock's _ssl instead of its own: ",
        absl::StripAsciiWhitespace(answer->output)));
  }
  InterpreterFacts facts;
  facts.executable = lines[0];
  facts.release = lines[1];
  facts.suffix = lines[2];
  facts.prefixes.assign(lines.begin() + 3, lines.end());
  return facts;
}

}  // namespace airlock::launcher
