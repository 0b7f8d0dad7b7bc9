// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An application's app.yaml and a file that it includes. Input: the two files,
// separated by a byte 0x1E, which YAML does not allow; or one file for both.

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "config/app_yaml.h"
#include "config/environment.h"
#include "tests/fuzz/fuzz.h"

namespace airlock::fuzz {
namespace {

void RequireShowable(const absl::Status& status) {
  if (status.ok()) return;
  const absl::string_view message = status.message();
  Require(status.code() == absl::StatusCode::kInvalidArgument &&
              message.size() < 2000 &&
              std::all_of(message.begin(), message.end(),
                          [](char c) { return c >= ' ' && c <= '~'; }),
          "an error can be shown");
}

// What an application may say of the policy (config/environment.h).
void RequireOwnVariables(const config::Variables& variables) {
  for (const auto& [name, setting] : variables) {
    Require(!config::StatesPolicy(name) || name == config::kVerifyVariable ||
                name == config::kHttpsVerifyVariable ||
                name == config::kApplicationCasVariable,
            "an application sets none of the operator's variables");
  }
}

void Merge(const config::AppYaml& included, config::AppYaml app) {
  const config::Variables before = app.env_variables;
  const size_t overridden = app.overridden.size();
  config::MergeIncluded(included, &app);
  size_t replaced = 0;
  for (const auto& variable : before) {
    // The lambda below cannot capture structured bindings (C++17).
    const std::string& name = variable.first;
    const auto& setting = variable.second;
    const auto other = included.env_variables.find(name);
    const bool stays = other == included.env_variables.end();
    const auto now = app.env_variables.find(name);
    Require(now != app.env_variables.end() &&
                now->second.value == (stays ? setting : other->second).value,
            "the last of the values takes effect");
    if (stays || !config::StatesPolicy(name)) continue;
    ++replaced;
    const bool is_kept = std::any_of(
        app.overridden.begin(), app.overridden.end(),
        [&](const config::Variables& variables) {
          const auto old = variables.find(name);
          return old != variables.end() && old->second.value == setting.value;
        });
    Require(is_kept, "the policy sees a value that was replaced");
  }
  Require(app.overridden.size() == overridden + replaced,
          "nothing else was replaced");
  for (const auto& [name, setting] : included.env_variables) {
    Require(app.env_variables[name].value == setting.value,
            "an included file sets its variables");
  }
  RequireOwnVariables(app.env_variables);
  RequireShowable(config::ParseVariables(app.env_variables).status());
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  fuzz::Input input(data, size);
  const absl::string_view content = input.Until('\x1e');
  const absl::string_view second = input.Rest();
  const auto app = config::ParseAppYaml(content, "f.yaml");
  fuzz::RequireShowable(app.status());
  const auto included = config::ParseIncludedYaml(
      second.empty() ? content : second, "included.yaml");
  fuzz::RequireShowable(included.status());
  if (app.ok()) {
    fuzz::RequireOwnVariables(app->env_variables);
    fuzz::RequireShowable(config::ParseVariables(app->env_variables).status());
  }
  if (app.ok() && included.ok()) fuzz::Merge(*included, *app);
  return 0;
}
