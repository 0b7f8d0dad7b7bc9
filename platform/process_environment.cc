// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/process_environment.h"

#include <sys/auxv.h>
#include <unistd.h>

#include <cstddef>
#include <utility>

#include "absl/strings/string_view.h"

namespace airlock::platform {

config::EnvironmentMap CurrentVariables() {
  config::EnvironmentMap variables;
  if (environ == nullptr) return variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const absl::string_view text(*entry);
    const size_t equals = text.find('=');
    if (equals == absl::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

bool IsSecureProcess() { return getauxval(AT_SECURE) != 0; }

config::Environment ProcessEnvironment() {
  config::EnvironmentMap variables = CurrentVariables();
  return IsSecureProcess()
             ? config::Environment::OfSecureProcess(std::move(variables))
             : config::Environment(std::move(variables));
}

}  // namespace airlock::platform
