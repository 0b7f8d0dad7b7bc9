// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/python.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/text.h"
#include "platform/launcher/interpreter.h"
#include "platform/load_policy.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"

namespace airlock::cli {
namespace {

using launcher::FindInterpreter;
using launcher::ModulesFolder;
using launcher::PythonPath;

bool IsVersion(absl::string_view word) {
  return !word.empty() && absl::ascii_isdigit(word[0]) &&
         word.find_first_not_of("0123456789.") == absl::string_view::npos;
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
    return Fail(
        "python",
        absl::InvalidArgumentError(absl::StrCat(
            ForTerminal(isolating),
            " makes Python ignore PYTHONPATH, where it finds Airlock; leave it "
            "out, or install the wheel, which works with any option")));
  }
  platform::PosixHost host;
  const config::Environment environment = platform::ProcessEnvironment();
  // Otherwise `import ssl` would report it, late, and to the application.
  const auto policy = platform::LoadPolicy(&host, environment);
  if (!policy.ok()) return Fail("python", policy.status());
  const absl::StatusOr<std::string> modules = ModulesFolder();
  if (!modules.ok()) return Fail("python", modules.status());
  const std::string path =
      PythonPath(*modules, version, environment.variables());
  const absl::StatusOr<std::string> interpreter =
      FindInterpreter(version, path, environment.variables(), &host);
  if (!interpreter.ok()) return Fail("python", interpreter.status());
  // Without it, that Python would start with its own ssl.
  if (setenv("PYTHONPATH", path.c_str(), /*overwrite=*/1) != 0) {
    return Fail("python",
                absl::ResourceExhaustedError(absl::StrCat(
                    "cannot set PYTHONPATH: ", std::strerror(errno))));
  }

  std::vector<char*> argv = {const_cast<char*>(interpreter->c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  std::signal(SIGPIPE, SIG_DFL);  // It would inherit an ignored signal.
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
      "Finds an interpreter (python3, or the one for VERSION, in PATH or "
      "~/.pyenv/versions), puts Airlock's module and the package airlock first "
      "on PYTHONPATH, and becomes that interpreter. The modules are those that "
      "`bazel build //platform/python:all` built next to this program, or "
      "those that were installed with it, for the system's Python 3. An "
      "interpreter without a module for its version is not started.";
  command.examples = {
      {"airlock python -- -c 'import ssl; print(ssl.OPENSSL_VERSION)'",
       "Which TLS library is it?"},
      {"airlock python 2.7 -- server.py --port 8443",
       "An old application, unchanged."},
  };
  command.max_arguments = INT_MAX;
  command.run = RunPython;
  return command;
}

}  // namespace airlock::cli
