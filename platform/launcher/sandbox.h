// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Where applications are run: a sandbox by bubblewrap.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_SANDBOX_H_
#define AIRLOCK_PLATFORM_LAUNCHER_SANDBOX_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/environment.h"
#include "platform/host.h"
#include "platform/internal/unique_fd.h"
#include "platform/launcher/interpreter.h"
#include "platform/launcher/program.h"
#include "ssl/secret.h"

namespace airlock::launcher {

// Where, in the sandbox, what ModulesFolder gives lies, and the programs
// `python` and `python3` are.
inline constexpr char kSandboxModules[] = "/run/airlock";
inline constexpr char kSandboxPrograms[] = "/run/airlock/bin";
// Where the audit is written to.
inline constexpr char kSandboxAudit[] = "/run/airlock/audit";

// What an application gets to see. All paths are absolute, without symbolic
// links, and the same inside as outside.
struct SandboxPlan {
  InterpreterFacts python;
  std::string modules;  // See ModulesFolder.
  std::string folder;   // The application's, where it starts.
  // Programs of the machine that it may run, beside the interpreter, sh and
  // env.
  std::vector<std::string> programs;
  // Whether it may run any that it sees.
  bool any_program = false;
  std::vector<std::string> readable;
  std::vector<std::string> writable;
  // Files by their paths, with these contents, whatever is there outside.
  std::map<std::string, std::string> files;
  // Where the platform's CA bundle is, if not where it is outside.
  std::string bundle;
  // A FIFO that it gets as kSandboxAudit; empty: none.
  std::string audit;
  bool network = true;
  config::EnvironmentMap environment;
  // What it gets as AIRLOCK_DEV_KEY; null: nothing.
  std::shared_ptr<const ssl::Secret> development_key;
};

// A program that was wrapped, and the files that it is told by, which may hold
// secrets: once it is started, it has copies of its own.
struct SandboxedProgram {
  Program program;
  std::vector<platform::internal::UniqueFd> files;
  // Of a plan with an audit: a socket by which the sandbox says, with one byte,
  // that its mounts are made, and waits for one before the application starts.
  platform::internal::UniqueFd gate;
};

// What the sandbox is: an empty, read-only root with the system's libraries
// (FindSystemFiles, a few files of /etc), the interpreter, the plan's own
// paths, /proc of a new pid namespace and five devices. Every `_ssl` of any
// CPython in these places is Airlock's, or where there is none for that
// version, an empty file. The process has no capabilities, cannot gain
// privileges, can run RunnablePrograms, may make the calls of
// MakeSyscallFilter, and dies with its parent.

// bwrap, with its arguments, that runs `argv` in a sandbox of `plan`. Errors:
// kNotFound where PATH of `environment` has no bwrap, and those of
// CheckLandlock and MakeSyscallFilter.
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

// Waits until the sandbox of `program`, which was started, has its mounts; or
// until that failed, which its exit status tells. For a program with a gate,
// whose `files` are closed: their copies tell the gate's end.
void AwaitSandbox(SandboxedProgram* program);
// Lets the application in it start.
void OpenGate(SandboxedProgram* program);

// The process that a signal to the application in the sandbox is for, where
// bwrap's process is `bwrap`: the child of the first process of its namespace.
pid_t SandboxedProcess(pid_t bwrap);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_SANDBOX_H_
