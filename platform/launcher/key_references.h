// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The keys that an app.yaml names.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_KEY_REFERENCES_H_
#define AIRLOCK_PLATFORM_LAUNCHER_KEY_REFERENCES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "config/policy.h"

namespace airlock::launcher {

// Ok if each of `variables`, the env_variables of an app.yaml, that is
// "airlock-key:NAME" names one of `keys`, those that the application has in the
// key service; null: there is no service. Errors (kInvalidArgument) begin with
// the position in app.yaml. Thread-safe.
absl::Status CheckKeyReferences(const config::Variables& variables,
                                const std::vector<std::string>* keys);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_KEY_REFERENCES_H_
