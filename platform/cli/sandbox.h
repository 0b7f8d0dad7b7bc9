// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Where applications are run: a sandbox by bubblewrap.
#ifndef AIRLOCK_PLATFORM_CLI_SANDBOX_H_
#define AIRLOCK_PLATFORM_CLI_SANDBOX_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/environment.h"
#include "platform/cli/interpreter.h"
#include "platform/cli/program.h"
#include "platform/host.h"
#include "platform/internal/unique_fd.h"

namespace airlock::cli {

// Where, in the sandbox, what ModulesFolder gives lies, and the programs
// `python` and `python3` are.
inline constexpr char kSandboxModules[] = "/run/airlock";
inline constexpr char kSandboxPrograms[] = "/run/airlock/bin";

// What an application gets to see. All paths are absolute, without symbolic
// links, and the same inside as outside.
struct SandboxPlan {
  InterpreterFacts python;
  std::string modules;  // See ModulesFolder.
  std::string folder;   // The application's, where it starts.
  // A program of the machine that it is started by, beside the interpreter, sh
  // and env; empty: none.
  std::string program;
  std::vector<std::string> readable;
  std::vector<std::string> writable;
  // Files by their paths, with these contents, whatever is there outside.
  std::map<std::string, std::string> files;
  // Descriptors that the application gets, under their numbers.
  std::vector<int> inherited;
  bool network = true;
  config::EnvironmentMap environment;
};

// A program that was wrapped, and the files that it is told by.
struct SandboxedProgram {
  Program program;
  std::vector<platform::internal::UniqueFd> files;
};

// What the sandbox is: an empty, read-only root with the system's libraries
// (/usr/lib, /usr/local/lib, /usr/share, a few files of /etc), the interpreter,
// the plan's own paths, /proc of a new pid namespace and five devices. Every
// `_ssl` of any CPython in these places is Airlock's, or where there is none
// for that version, an empty file. The process has no capabilities, cannot gain
// privileges, may make the calls of MakeSyscallFilter, and dies with its
// parent.

// bwrap, with its arguments, that runs `argv` in a sandbox of `plan`. Errors:
// kNotFound where PATH of `environment` has no bwrap, kInvalidArgument for a
// folder that may not be writable, and those of MakeSyscallFilter.
absl::StatusOr<SandboxedProgram> WrapInSandbox(
    const SandboxPlan& plan, const std::vector<std::string>& argv,
    const config::EnvironmentMap& environment, platform::Host* host);

// Starts such a sandbox to see that it comes up and that its interpreter's
// `_ssl` is Airlock's, also without its site-packages. Where the machine has no
// sandbox to give, an error (kUnavailable) that says why and what to do.
// With `may_refuse`, an import of `_ssl` that fails will do, too.
absl::Status TrySandbox(const SandboxPlan& plan, bool may_refuse,
                        const config::EnvironmentMap& environment,
                        platform::Host* host);

// The process that a signal to the application in the sandbox is for, where
// bwrap's process is `bwrap`: the child of the first process of its namespace.
pid_t SandboxedProcess(pid_t bwrap);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SANDBOX_H_
