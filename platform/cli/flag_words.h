// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Translates the library's errors for the command line.
#ifndef AIRLOCK_PLATFORM_CLI_FLAG_WORDS_H_
#define AIRLOCK_PLATFORM_CLI_FLAG_WORDS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::cli {

// The message of `status`, which is not ok, with the flags of `command` in
// place of the library's names: "--cert" for "certfile". The same message for
// commands other than `connect`, `fetch`, `serve` and `ech-keys`.
std::string MessageWithFlags(absl::string_view command,
                             const absl::Status& status);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_FLAG_WORDS_H_
