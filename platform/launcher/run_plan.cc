// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/run_plan.h"

#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "platform/launcher/development.h"
#include "platform/launcher/entrypoint.h"
#include "platform/launcher/protected_paths.h"
#include "platform/launcher/system_files.h"
#include "platform/launcher/writable.h"

namespace airlock::launcher {
namespace {

void Append(const std::vector<std::string>& more,
            std::vector<std::string>* paths) {
  paths->insert(paths->end(), more.begin(), more.end());
}

// Adds the programs that it may run.
absl::Status AddPrograms(const RunOptions& options, const RunFacts& facts,
                         const RunPolicy& policy, SandboxPlan* plan) {
  absl::StatusOr<std::vector<std::string>> named =
      NamedPrograms(options.programs, policy.environment());
  if (!named.ok()) return named.status();
  plan->programs = *std::move(named);
  plan->any_program = options.programs == kAnyProgram;
  const absl::StatusOr<std::string> program =
      EntrypointProgram(facts.application, facts.python, plan->programs,
                        plan->any_program, policy.environment());
  if (!program.ok()) return program.status();
  if (!program->empty()) plan->programs.push_back(*program);
  return absl::OkStatus();
}

void AddEnvironment(const RunPolicy& policy, SandboxPlan* plan) {
  plan->environment =
      policy.OthersFor(absl::StrCat(kSandboxModules, "/package"));
  std::string& path = plan->environment["PATH"];
  path = absl::StrCat(kSandboxPrograms, ":",
                      path.empty() ? "/usr/local/bin:/usr/bin:/bin" : path);
  // Otherwise Python would buffer output that a terminal gets line by line.
  if (isatty(STDOUT_FILENO) != 0) {
    plan->environment.emplace("PYTHONUNBUFFERED", "1");
  }
}

// Checks that writable paths do not overlap with those that this run relies on.
absl::Status CheckPaths(const RunOptions& options, const RunFacts& facts,
                        const RunPolicy& policy, const SandboxPlan& plan) {
  RunPaths paths;
  paths.app_yaml = facts.app_yaml;
  paths.application = &facts.application;
  paths.python = &facts.python;
  paths.modules = facts.modules;
  paths.policies = policy.Files();
  if (!options.keys.empty()) paths.policies.push_back(options.keys);
  paths.audit = options.audit.value_or("");
  paths.bundles = policy.bundle();
  Append(policy.OtherBundles(), &paths.bundles);
  Append(policy.NamedBundles(), &paths.bundles);
  paths.programs = plan.programs;
  return CheckWritable(plan.writable,
                       ProtectedPaths(paths, policy.environment()));
}

}  // namespace

absl::StatusOr<SandboxPlan> MakePlan(const RunOptions& options,
                                     const RunFacts& facts,
                                     const RunPolicy& policy,
                                     platform::Host* host) {
  SandboxPlan plan;
  plan.python = facts.python;
  plan.modules = facts.modules;
  plan.folder = facts.application.folder;
  plan.network = options.network;
  absl::StatusOr<std::vector<std::string>> writable =
      WritableFolders(options.writable);
  if (!writable.ok()) return writable.status();
  plan.writable = *std::move(writable);
  absl::Status status = AddPrograms(options, facts, policy, &plan);
  if (!status.ok()) return status;
  AddEnvironment(policy, &plan);
  plan.readable = policy.bundle();
  Append(policy.OtherBundles(), &plan.readable);
  Append(facts.application.included.read, &plan.readable);
  status = CheckPaths(options, facts, policy, plan);
  if (status.ok() && options.development) {
    status = AddDevelopment(policy.bundle(),
                            policy.policy().ca_certs.value.value_or(""), host,
                            &plan);
  }
  if (status.ok()) status = policy.PutInto(&plan);
  if (!status.ok()) return status;
  return plan;
}

}  // namespace airlock::launcher
