// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock ech-keys`: makes a key of Encrypted Client Hello.
#ifndef AIRLOCK_PLATFORM_CLI_ECH_KEYS_H_
#define AIRLOCK_PLATFORM_CLI_ECH_KEYS_H_

#include "platform/cli/command.h"

namespace airlock::cli {

Command EchKeysCommand();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_ECH_KEYS_H_
