// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/policy.h"

#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "config/app_yaml.h"
#include "config/effective_policy.h"
#include "config/policy.h"
#include "config/policy_report.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/text.h"
#include "platform/load_app_yaml.h"
#include "platform/load_policy.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"

ABSL_FLAG(std::string, app, "",
          "The application's app.yaml, whose env_variables also apply.");
ABSL_FLAG(std::string, host, "",
          "The host to show the policy for, with any exception for it applied. "
          "Without it: the policy for all hosts, and the exceptions.");

namespace airlock::cli {
namespace {

using config::VerificationPolicy;

absl::StatusOr<VerificationPolicy> Load(platform::Host* host) {
  const std::string app_path = absl::GetFlag(FLAGS_app);
  std::optional<config::AppYaml> app;
  if (!app_path.empty()) {
    absl::StatusOr<config::AppYaml> loaded =
        platform::LoadAppYaml(host, app_path);
    if (!loaded.ok()) return loaded.status();
    for (const std::string& warning : loaded->warnings) {
      std::cerr << "airlock policy: " << ForTerminal(warning) << "\n";
    }
    app = *std::move(loaded);
  }
  absl::StatusOr<VerificationPolicy> policy = platform::LoadPolicy(
      host, platform::ProcessEnvironment(), app.has_value() ? &*app : nullptr);
  const std::string name = absl::GetFlag(FLAGS_host);
  if (!policy.ok() || name.empty()) return policy;
  return config::PolicyForHost(
      *policy, name, absl::ToCivilDay(host->Now(), absl::UTCTimeZone()));
}

int RunPolicy(const std::vector<std::string>& /*arguments*/) {
  platform::PosixHost host;
  const absl::StatusOr<VerificationPolicy> policy = Load(&host);
  if (!policy.ok()) return Fail("policy", policy.status());
  std::vector<config::PolicyRow> rows = config::PolicyRows(*policy);
  if (absl::GetFlag(FLAGS_json)) {
    std::cout << config::PolicyJson(rows);
    return kExitOk;
  }
  for (config::PolicyRow& row : rows) row.value = ForTerminal(row.value);
  std::cout << config::PolicyTable(rows);
  return kExitOk;
}

}  // namespace

Command PolicyCommand() {
  Command command;
  command.name = "policy";
  command.summary = "Show what is enforced here, and where it was set.";
  command.description =
      "Shows every setting of the policy in force: its value, where it was "
      "set, and what it overrode. The operator's file (/etc/airlock.yaml) "
      "comes first, then the one that AIRLOCK_CONFIG names, the environment "
      "and app.yaml; the strictest setting takes effect, and only the "
      "operator's file can be laxer, by an exception for a host.\nA mistake in "
      "a file is an error that names the place; no runtime starts with it.";
  command.examples = {
      {"airlock policy", "For all hosts."},
      {"airlock policy --app app.yaml --host db.corp.internal",
       "For one host, as an application gets it."},
      {"airlock policy --json", "For a program to read."},
  };
  command.flags = {{"app", "FILE"}, {"host", "HOST"}, {"json", ""}};
  command.run = RunPolicy;
  return command;
}

}  // namespace airlock::cli
