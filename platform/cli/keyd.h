// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef AIRLOCK_PLATFORM_CLI_KEYD_H_
#define AIRLOCK_PLATFORM_CLI_KEYD_H_

#include "platform/cli/command.h"

namespace airlock::cli {

// `airlock keyd`.
Command KeydCommand();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_KEYD_H_
