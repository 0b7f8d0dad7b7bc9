// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The operator's policy. Input: the file.

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "config/effective_policy.h"
#include "config/policy_file.h"
#include "config/policy_report.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  const absl::string_view content = fuzz::Text(data, size);
  const absl::CivilDay today(2026, 6, 30);
  const auto policy = config::ParsePolicyFile(content, "f.yaml", today);
  const auto tightens = config::ParsePolicyFile(
      content, "f.yaml", today, config::PolicyFileRole::kTightens);
  fuzz::Require(policy.ok() || !tightens.ok(),
                "what an application may say, the operator may, too");
  if (!policy.ok()) {
    const absl::string_view message = policy.status().message();
    fuzz::Require(
        policy.status().code() == absl::StatusCode::kInvalidArgument &&
            message.size() < 2000 &&
            std::all_of(message.begin(), message.end(),
                        [](char c) { return c >= ' ' && c <= '~'; }),
        "an error can be shown");
    return 0;
  }
  const std::string report = config::PolicyTable(config::PolicyRows(*policy));
  fuzz::Require(!report.empty(), "a policy can be shown");
  for (const config::PolicyException& exception : policy->exceptions) {
    (void)config::PolicyTable(config::PolicyRows(
        config::PolicyForHost(*policy, exception.host.text(), today)));
  }
  const auto again = config::ParsePolicyFile(content, "f.yaml", today);
  fuzz::Require(
      again.ok() && config::PolicyTable(config::PolicyRows(*again)) == report,
      "the same file is the same policy");
  return 0;
}
