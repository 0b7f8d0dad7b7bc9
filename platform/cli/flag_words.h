// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Translates the library's errors for the command line.
#ifndef AIRLOCK_PLATFORM_CLI_FLAG_WORDS_H_
#define AIRLOCK_PLATFORM_CLI_FLAG_WORDS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::cli {

// An error's message with the flags of `command` instead of the library's
// names: "--cert" for "certfile". Other commands' messages do not change.
std::string InWordsOfFlags(absl::string_view command,
                           absl::string_view message);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_FLAG_WORDS_H_
