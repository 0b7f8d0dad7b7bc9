// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/process_environment.h"

#include <sys/auxv.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace airlock::platform {

config::EnvironmentMap CurrentVariables(std::vector<std::string>* repeated,
                                        std::vector<std::string>* valueless) {
  config::EnvironmentMap variables;
  if (environ == nullptr) return variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const absl::string_view text(*entry);
    const size_t equals = text.find('=');
    if (equals == absl::string_view::npos) {
      if (valueless != nullptr) valueless->emplace_back(text);
      continue;
    }
    const absl::string_view value = text.substr(equals + 1);
    const auto [there, is_new] =
        variables.emplace(text.substr(0, equals), value);
    if (!is_new && there->second != value && repeated != nullptr) {
      repeated->push_back(there->first);
    }
  }
  return variables;
}

bool IsSecureProcess() { return getauxval(AT_SECURE) != 0; }

config::Environment ProcessEnvironment() {
  std::vector<std::string> repeated;
  std::vector<std::string> valueless;
  config::Environment environment(CurrentVariables(&repeated, &valueless));
  environment.set_repeated(std::move(repeated));
  environment.set_valueless(std::move(valueless));
  return IsSecureProcess()
             ? config::Environment::OfSecureProcess(std::move(environment))
             : environment;
}

}  // namespace airlock::platform
