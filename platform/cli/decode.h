// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock decode`: shows the TLS in a capture of packets.
#ifndef AIRLOCK_PLATFORM_CLI_DECODE_H_
#define AIRLOCK_PLATFORM_CLI_DECODE_H_

#include "platform/cli/command.h"

namespace airlock::cli {

Command DecodeCommand();

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_DECODE_H_
