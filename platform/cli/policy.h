// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock policy`: shows the policy in force, and its origins.
#ifndef AIRLOCK_PLATFORM_CLI_POLICY_H_
#define AIRLOCK_PLATFORM_CLI_POLICY_H_

#include "platform/cli/command.h"

namespace airlock::cli {

Command PolicyCommand();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_POLICY_H_
