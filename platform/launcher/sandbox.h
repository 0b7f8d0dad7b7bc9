// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs applications in a sandbox, with bubblewrap.
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

// The paths, in the sandbox, of the folder from ModulesFolder, and of the
// programs `python` and `python3`.
inline constexpr char kSandboxModules[] = "/run/airlock";
inline constexpr char kSandboxPrograms[] = "/run/airlock/bin";
// The audit's path in the sandbox.
inline constexpr char kSandboxAudit[] = "/run/airlock/audit";

// What an application can see. All paths are absolute, without symbolic links,
// and the same inside as outside.
struct SandboxPlan {
  InterpreterFacts python;
  std::string modules;  // See ModulesFolder.
  std::string folder;   // The application's, its working directory.
  // Programs of the machine that it may run, in addition to the interpreter, sh
  // and env.
  std::vector<std::string> programs;
  // Whether it may run any visible program.
  bool any_program = false;
  std::vector<std::string> readable;
  std::vector<std::string> writable;
  // Files by path, with these contents, which replace those outside.
  std::map<std::string, std::string> files;
  // The path of the platform's CA bundle, if different from outside.
  std::string bundle;
  // A FIFO, visible as kSandboxAudit; empty: none.
  std::string audit;
  // The value of AIRLOCK_KEYS for the application; empty: not set.
  std::string keys;
  bool network = true;
  config::EnvironmentMap environment;
  // The value of AIRLOCK_DEV_KEY; null: not set.
  std::shared_ptr<const ssl::Secret> development_key;
};

// A wrapped program, and the files from which it reads its configuration, which
// may hold secrets: after the start, it has its own copies.
struct SandboxedProgram {
  Program program;
  // Every path of the host that the sandbox shows, with all that is below it;
  // some may not exist.
  std::vector<std::string> visible;
  std::vector<platform::internal::UniqueFd> files;
  // For a plan with an audit: a socket on which the sandbox sends one byte when
  // its mounts are made, and waits for one before the application starts.
  platform::internal::UniqueFd gate;
};

// The sandbox has an empty, read-only root with the system's libraries
// (FindSystemFiles, a few files of /etc), the interpreter, the plan's own
// paths, /proc of a new pid namespace and five devices. Every `_ssl` of any
// CPython in these places is replaced by Airlock's, or by an empty file if
// that version has none. The process has no capabilities, cannot gain
// privileges, can run RunnablePrograms, may make the calls of
// MakeSyscallFilter, and dies with its parent.

// The bwrap command that runs `argv` in a sandbox of `plan`. Errors: kNotFound
// if PATH of `environment` has no bwrap, and those of CheckLandlock and
// MakeSyscallFilter.
absl::StatusOr<SandboxedProgram> WrapInSandbox(
    const SandboxPlan& plan, const std::vector<std::string>& argv,
    const config::EnvironmentMap& environment, platform::Host* host);

// Starts such a sandbox to check that it works and that its interpreter's
// `_ssl` is Airlock's, even without its site-packages. If the machine does not
// support a sandbox, the error (kUnavailable) says why and what to do. With
// `may_refuse`, an import of `_ssl` may also fail.
absl::Status TrySandbox(const SandboxPlan& plan, bool may_refuse,
                        const config::EnvironmentMap& environment,
                        platform::Host* host);

// Waits until the sandbox of `program`, which was started, has its mounts, or
// until that failed; the exit status then says so. For a program with a gate,
// whose `files` are closed: their copies would keep the gate open.
void AwaitSandbox(SandboxedProgram* program);
// Lets its application start.
void OpenGate(SandboxedProgram* program);

// The process that gets the signals for the application in the sandbox of the
// bwrap process `bwrap`: the child of the first process of its namespace.
pid_t SandboxedProcess(pid_t bwrap);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_SANDBOX_H_
