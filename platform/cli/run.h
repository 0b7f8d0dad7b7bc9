// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock run`: an application in a sandbox, under the platform's policy.
#ifndef AIRLOCK_PLATFORM_CLI_RUN_H_
#define AIRLOCK_PLATFORM_CLI_RUN_H_

#include "platform/cli/command.h"

namespace airlock::cli {

Command RunCommand();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_RUN_H_
