// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The environment of this process.
#ifndef AIRLOCK_PLATFORM_PROCESS_ENVIRONMENT_H_
#define AIRLOCK_PLATFORM_PROCESS_ENVIRONMENT_H_

#include <string>
#include <vector>

#include "config/environment.h"

namespace airlock::platform {

// The variables as they are now; of a name that is there twice the first takes
// effect, as for getenv. Not safe against another thread that changes the
// environment meanwhile. `repeated`, if not null, gets the names that are there
// with another value, too, and `valueless` the entries without "=".
config::EnvironmentMap CurrentVariables(
    std::vector<std::string>* repeated = nullptr,
    std::vector<std::string>* valueless = nullptr);

// Whether someone with other rights than this process may have chosen the
// environment (AT_SECURE): it is set-user-ID or set-group-ID, or has file
// capabilities. Thread-safe.
bool IsSecureProcess();

// The environment for Runtime::Create in a program that belongs to the
// platform: trusts CurrentVariables, except in an IsSecureProcess. If
// application code runs in the process, use ApplicationEnvironment.
config::Environment ProcessEnvironment();

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_PROCESS_ENVIRONMENT_H_
