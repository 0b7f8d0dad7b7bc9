// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What `airlock run` relies on, and no application may change.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_PROTECTED_PATHS_H_
#define AIRLOCK_PLATFORM_LAUNCHER_PROTECTED_PATHS_H_

#include <string>
#include <vector>

#include "config/environment.h"
#include "platform/launcher/application.h"
#include "platform/launcher/interpreter.h"
#include "platform/launcher/writable.h"

namespace airlock::launcher {

// All of one run.
struct RunPaths {
  std::string app_yaml;  // As it was named.
  const Application* application = nullptr;
  const InterpreterFacts* python = nullptr;
  std::string modules;                // See ModulesFolder.
  std::vector<std::string> policies;  // Which may not be there.
  std::string audit;                  // As --audit has it; empty: none.
  std::vector<std::string> bundles;
  std::vector<std::string> programs;
};

// The paths of `run`, and where the programs are looked for that run outside of
// the sandbox: the folders in PATH of `environment`, and pyenv's.
std::vector<Protected> ProtectedPaths(
    const RunPaths& run, const config::EnvironmentMap& environment);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_PROTECTED_PATHS_H_
