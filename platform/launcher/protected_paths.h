// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The files that `airlock run` relies on, and no application may change.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_PROTECTED_PATHS_H_
#define AIRLOCK_PLATFORM_LAUNCHER_PROTECTED_PATHS_H_

#include <string>
#include <vector>

#include "config/environment.h"
#include "platform/launcher/application.h"
#include "platform/launcher/interpreter.h"
#include "platform/launcher/writable.h"

namespace airlock::launcher {

// The paths of one run.
struct RunPaths {
  std::string app_yaml;  // As given.
  const Application* application = nullptr;
  const InterpreterFacts* python = nullptr;
  std::string modules;                // See ModulesFolder.
  std::vector<std::string> policies;  // May not exist.
  std::string audit;                  // As in --audit; empty: none.
  std::vector<std::string> bundles;
  std::vector<std::string> programs;
};

// The paths of `run`, and the folders of the programs that run outside the
// sandbox: those in PATH of `environment`, and pyenv's.
std::vector<Protected> ProtectedPaths(
    const RunPaths& run, const config::EnvironmentMap& environment);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_PROTECTED_PATHS_H_
