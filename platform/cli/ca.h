// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock ca`: shows the content of a CA bundle.
#ifndef AIRLOCK_PLATFORM_CLI_CA_H_
#define AIRLOCK_PLATFORM_CLI_CA_H_

#include "platform/cli/command.h"

namespace airlock::cli {

Command CaCommand();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_CA_H_
