// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Plans what an application of `airlock run` can see.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_RUN_PLAN_H_
#define AIRLOCK_PLATFORM_LAUNCHER_RUN_PLAN_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "platform/host.h"
#include "platform/launcher/application.h"
#include "platform/launcher/interpreter.h"
#include "platform/launcher/run_policy.h"
#include "platform/launcher/sandbox.h"

namespace airlock::launcher {

// The operator's settings of a run, from the flags of the same names.
struct RunOptions {
  bool sandbox = true;
  bool development = false;  // --dev
  bool network = true;
  std::string writable;
  std::string programs;
  // The configuration of the key service, and the application's name in it;
  // empty: no keys.
  std::string keys;
  std::string keys_for;
  // The target of the audit, as in platform::OpenAuditTarget; unset: none.
  std::optional<std::string> audit;
};

// The findings of a run on this machine.
struct RunFacts {
  std::string app_yaml;  // As given.
  Application application;
  std::string modules;  // See ModulesFolder.
  InterpreterFacts python;
};

// The sandbox plan for that application under that policy, without an audit.
// Errors: kInvalidArgument, if a writable path overlaps with paths that a run
// relies on, or a program is not one; and those of AddDevelopment and
// RunPolicy::PutInto.
absl::StatusOr<SandboxPlan> MakePlan(const RunOptions& options,
                                     const RunFacts& facts,
                                     const RunPolicy& policy,
                                     platform::Host* host);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_RUN_PLAN_H_
