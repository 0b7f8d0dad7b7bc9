// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock fetch`.
#ifndef AIRLOCK_PLATFORM_CLI_FETCH_H_
#define AIRLOCK_PLATFORM_CLI_FETCH_H_

#include "platform/cli/command.h"

namespace airlock::cli {

Command FetchCommand();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_FETCH_H_
