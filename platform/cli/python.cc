// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/python.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/text.h"
#include "platform/posix_host.h"

namespace airlock::cli {
namespace {

// Asked of an interpreter before it is used: is it the version in argv[1], and
// is its _ssl ours? An import that fails tells why on standard output.
constexpr char kProbe[] = R"(
import sys
release = "%d.%d.%d." % sys.version_info[:3]
if not release.startswith(sys.argv[1] and sys.argv[1] + "."):
    sys.exit(10)
try:
    import _ssl
except ImportError as error:
    sys.stdout.write("airlock python: %s\n" % error)
    sys.exit(12)
sys.exit("Airlock" not in _ssl.OPENSSL_VERSION and 11)
)";
enum class Answer { kGood = 0, kVersion = 10, kNoModule = 11, kImport = 12 };

bool IsVersion(absl::string_view word) {
  return !word.empty() && absl::ascii_isdigit(word[0]) &&
         word.find_first_not_of("0123456789.") == absl::string_view::npos;
}

bool IsExecutable(const std::string& path) {
  return access(path.c_str(), X_OK) == 0;
}

// The folder platform/python of this very build.
absl::StatusOr<std::string> ModulesFolder() {
  char self[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof(self));
  if (size <= 0 || size == sizeof(self)) {
    return absl::InternalError("cannot tell where this program lies");
  }
  std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(self, size), '/');
  parts.resize(parts.size() - std::min<size_t>(parts.size(), 2));
  const std::string folder = absl::StrCat(absl::StrJoin(parts, "/"), "/python");
  if (access(absl::StrCat(folder, "/package/airlock").c_str(), R_OK) != 0) {
    return absl::NotFoundError(
        absl::StrCat("the modules for Python are not at ", folder,
                     "; build them: bazel build //platform/python:all"));
  }
  return folder;
}

// Interpreters to try for `version`, which may be empty, in order.
std::vector<std::string> Candidates(const std::string& version,
                                    const config::Environment& environment,
                                    platform::Host* host) {
  const std::vector<absl::string_view> numbers = absl::StrSplit(version, '.');
  const std::string name =
      version.empty()
          ? "python3"
          : absl::StrCat(
                "python", numbers[0],
                numbers.size() > 1 ? absl::StrCat(".", numbers[1]) : "");
  std::vector<std::string> result;
  const auto path = environment.find("PATH");
  if (path != environment.end()) {
    for (absl::string_view folder : absl::StrSplit(path->second, ':')) {
      std::string file = absl::StrCat(folder, "/", name);
      if (IsExecutable(file)) result.push_back(std::move(file));
    }
  }
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

// Runs the probe; -1 where the interpreter does not run.
int Ask(const std::string& interpreter, const std::string& version) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, 2, 1);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  const char* const argv[] = {interpreter.c_str(), "-c", kProbe,
                              version.c_str(), nullptr};
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, interpreter.c_str(), &files, nullptr,
                                 const_cast<char* const*>(argv), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) return -1;
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void PutOnPath(const std::string& modules, const std::string& version,
               const config::Environment& environment) {
  const bool old = absl::StartsWith(version, "2");
  std::string path =
      absl::StrCat(modules, old ? "/py2.7" : "/py3", ":", modules, "/package");
  const auto before = environment.find("PYTHONPATH");
  if (before != environment.end() && !before->second.empty()) {
    absl::StrAppend(&path, ":", before->second);
  }
  setenv("PYTHONPATH", path.c_str(), /*overwrite=*/1);
}

// An interpreter of that version whose _ssl is ours.
absl::StatusOr<std::string> Find(const std::string& version,
                                 const std::vector<std::string>& candidates) {
  std::vector<std::string> tried;
  for (const std::string& candidate : candidates) {
    switch (static_cast<Answer>(Ask(candidate, version))) {
      case Answer::kGood:
        return candidate;
      case Answer::kImport:  // It has said why.
        return absl::FailedPreconditionError(
            absl::StrCat(candidate, " does not import Airlock's _ssl (above)"));
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
      "no Python", version.empty() ? "" : " ", version, " to run; tried: ",
      tried.empty() ? "none is in PATH or ~/.pyenv/versions"
                    : absl::StrJoin(tried, ", ")));
}

int RunPython(const std::vector<std::string>& words) {
  absl::Span<const std::string> arguments = words;
  std::string version;
  if (!arguments.empty() && IsVersion(arguments[0])) {
    version = arguments[0];
    arguments.remove_prefix(1);
  }
  const absl::string_view isolating = IsolatingOption(arguments);
  if (!isolating.empty()) {
    return Fail("python",
                absl::InvalidArgumentError(absl::StrCat(
                    ForTerminal(isolating),
                    " has Python ignore PYTHONPATH, which Airlock is found by; "
                    "leave it out, or install the wheel, which holds under any "
                    "option")));
  }
  const absl::StatusOr<std::string> modules = ModulesFolder();
  if (!modules.ok()) return Fail("python", modules.status());
  platform::PosixHost host;
  const config::Environment environment = host.ReadEnvironment();
  PutOnPath(*modules, version, environment);
  const absl::StatusOr<std::string> interpreter =
      Find(version, Candidates(version, environment, &host));
  if (!interpreter.ok()) return Fail("python", interpreter.status());

  std::vector<char*> argv = {const_cast<char*>(interpreter->c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  std::signal(SIGPIPE, SIG_DFL);  // An ignored signal would be inherited.
  execv(argv[0], argv.data());
  return Fail("python",
              absl::InternalError(absl::StrCat("cannot run ", *interpreter,
                                               ": ", std::strerror(errno))));
}

}  // namespace

absl::string_view IsolatingOption(absl::Span<const std::string> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const absl::string_view word = arguments[i];
    if (word.size() < 2 || word[0] != '-' || word == "--") return {};
    if (word[1] == '-') continue;
    for (size_t at = 1; at < word.size(); ++at) {
      if (word[at] == 'I' || word[at] == 'E') return word;
      if (word[at] == 'c' || word[at] == 'm') return {};
      if (absl::StrContains("WXQ", word[at])) {
        if (at + 1 == word.size()) ++i;  // Its value is the next word.
        break;
      }
    }
  }
  return {};
}

Command PythonCommand() {
  Command command;
  command.name = "python";
  command.arguments = "[VERSION] -- ARGUMENTS";
  command.summary = "Start a Python whose ssl is Airlock's.";
  command.description =
      "Finds an interpreter (python3, or the one of VERSION, in PATH or "
      "~/.pyenv/versions), puts Airlock's module and the package airlock first "
      "on PYTHONPATH, and becomes that interpreter. The modules are those that "
      "`bazel build //platform/python:all` made beside this program; without "
      "one for the interpreter's version it is not started.";
  command.examples = {
      {"airlock python -- -c 'import ssl; print(ssl.OPENSSL_VERSION)'",
       "Which TLS is it?"},
      {"airlock python 2.7 -- server.py --port 8443",
       "An old application, unchanged."},
  };
  command.max_arguments = INT_MAX;
  command.run = RunPython;
  return command;
}

}  // namespace airlock::cli
