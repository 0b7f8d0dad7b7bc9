// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock demo`: what Airlock does, shown in one process.
#ifndef AIRLOCK_PLATFORM_CLI_DEMO_H_
#define AIRLOCK_PLATFORM_CLI_DEMO_H_

#include "platform/cli/command.h"

namespace airlock::cli {

Command DemoCommand();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_DEMO_H_
