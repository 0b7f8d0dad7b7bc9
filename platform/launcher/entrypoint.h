// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The program that an application's entrypoint may start in the sandbox.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_ENTRYPOINT_H_
#define AIRLOCK_PLATFORM_LAUNCHER_ENTRYPOINT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "config/environment.h"
#include "platform/launcher/application.h"
#include "platform/launcher/interpreter.h"

namespace airlock::launcher {

// The machine's program that the entrypoint of `application` starts with, as a
// plain word, found in PATH of `environment`: the sandbox shows and runs it in
// addition to the interpreter. Empty if it does not exist, or the sandbox
// already has it: the interpreter, sh, env, and `named`, the operator's
// (NamedPrograms).
//
// It must be a script, unless `any` program may be run; otherwise it is an
// error (kInvalidArgument), with the place. The application's author chooses
// the entrypoint, and a policy in Python only controls Python.
absl::StatusOr<std::string> EntrypointProgram(
    const Application& application, const InterpreterFacts& python,
    const std::vector<std::string>& named, bool any,
    const config::EnvironmentMap& environment);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_ENTRYPOINT_H_
