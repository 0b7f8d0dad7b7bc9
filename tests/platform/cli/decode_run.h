// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs `airlock decode` and other tools on captures.
#ifndef AIRLOCK_TESTS_PLATFORM_CLI_DECODE_RUN_H_
#define AIRLOCK_TESTS_PLATFORM_CLI_DECODE_RUN_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/interop/peers.h"
#include "tests/support/recording.h"

namespace airlock::interop {

struct Outcome {
  int status = -1;
  std::string output;
  std::string errors;
};

// The path of the `airlock` command.
std::string AirlockPath();
// Runs the command with `arguments` to its end.
Outcome Airlock(const Arguments& arguments);
// Runs a system's program, whose Debian package has the same name.
Outcome Tool(absl::string_view name, const Arguments& arguments);

// Writes a capture with Ethernet, which all tools know; returns its path.
std::string WriteCapture(const std::vector<testing::TcpSegment>& segments,
                         size_t snaplen = 1 << 18);
// The same for the keys.
std::string WriteKeys(const testing::Recording& recording);

}  // namespace airlock::interop

#endif  // AIRLOCK_TESTS_PLATFORM_CLI_DECODE_RUN_H_
