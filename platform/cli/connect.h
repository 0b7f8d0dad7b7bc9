// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock connect`: a client for interactive use.
#ifndef AIRLOCK_PLATFORM_CLI_CONNECT_H_
#define AIRLOCK_PLATFORM_CLI_CONNECT_H_

#include "platform/cli/command.h"

namespace airlock::cli {

Command ConnectCommand();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_CONNECT_H_
