// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock policy`: what is enforced here, and who says so.
#ifndef AIRLOCK_PLATFORM_CLI_POLICY_H_
#define AIRLOCK_PLATFORM_CLI_POLICY_H_

#include "platform/cli/command.h"

namespace airlock::cli {

Command PolicyCommand();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_POLICY_H_
