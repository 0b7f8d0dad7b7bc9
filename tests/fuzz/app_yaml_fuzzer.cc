// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An application's app.yaml and a file that it includes. Input: the file.

#include <algorithm>

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

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  const absl::string_view content = fuzz::Text(data, size);
  auto app = config::ParseAppYaml(content, "f.yaml");
  fuzz::RequireShowable(app.status());
  const auto included = config::ParseIncludedYaml(content, "f.yaml");
  fuzz::RequireShowable(included.status());
  if (app.ok()) {
    fuzz::RequireShowable(config::ParseVariables(app->env_variables).status());
  }
  if (app.ok() && included.ok()) {
    const size_t variables = app->env_variables.size();
    config::MergeIncluded(*included, &*app);
    fuzz::Require(app->env_variables.size() >= variables,
                  "an included file takes no variable away");
    fuzz::RequireShowable(config::ParseVariables(app->env_variables).status());
  }
  return 0;
}
