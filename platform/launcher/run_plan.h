// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What an application of `airlock run` gets to see.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_RUN_PLAN_H_
#define AIRLOCK_PLATFORM_LAUNCHER_RUN_PLAN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "platform/host.h"
#include "platform/launcher/application.h"
#include "platform/launcher/interpreter.h"
#include "platform/launcher/run_policy.h"
#include "platform/launcher/sandbox.h"

namespace airlock::launcher {

// What the operator says of a run, as the flags of the same names have it.
struct RunOptions {
  bool sandbox = true;
  bool development = false;  // --dev
  bool network = true;
  std::string writable;
  std::string programs;
  // Where the audit goes, as platform::OpenAuditTarget has it; unset: nowhere.
  absl::optional<std::string> audit;
};

// What a run found on the machine.
struct RunFacts {
  std::string app_yaml;  // As it was named.
  Application application;
  std::string modules;  // See ModulesFolder.
  InterpreterFacts python;
};

// The plan of a sandbox for that application under that policy, without an
// audit. Errors: kInvalidArgument, where what may be written is not apart from
// what a run relies on, or a program is none; and those of AddDevelopment and
// RunPolicy::PutInto.
absl::StatusOr<SandboxPlan> MakePlan(const RunOptions& options,
                                     const RunFacts& facts,
                                     const RunPolicy& policy,
                                     platform::Host* host);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_RUN_PLAN_H_
