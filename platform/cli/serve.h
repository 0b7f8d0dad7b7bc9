// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock serve`: an echo or file server.
#ifndef AIRLOCK_PLATFORM_CLI_SERVE_H_
#define AIRLOCK_PLATFORM_CLI_SERVE_H_

#include "platform/cli/command.h"

namespace airlock::cli {

Command ServeCommand();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SERVE_H_
