// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What an application's entrypoint may start in the sandbox.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_ENTRYPOINT_H_
#define AIRLOCK_PLATFORM_LAUNCHER_ENTRYPOINT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "config/environment.h"
#include "platform/launcher/application.h"
#include "platform/launcher/interpreter.h"

namespace airlock::launcher {

// The program of the machine that the entrypoint of `application` begins with,
// by a plain word, as PATH of `environment` finds it: what the sandbox shows
// and runs beside the interpreter. Empty where there is none, or where the
// sandbox has it already: the interpreter, sh, env, and `named`, which are the
// operator's (NamedPrograms).
//
// It must be a script, unless `any` program may be run; else an error
// (kInvalidArgument), with the place. The application's author chooses the
// entrypoint, and what a policy in Python holds is Python alone.
absl::StatusOr<std::string> EntrypointProgram(
    const Application& application, const InterpreterFacts& python,
    const std::vector<std::string>& named, bool any,
    const config::EnvironmentMap& environment);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_ENTRYPOINT_H_
