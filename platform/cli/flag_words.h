// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The library's errors in the words of the command line.
#ifndef AIRLOCK_PLATFORM_CLI_FLAG_WORDS_H_
#define AIRLOCK_PLATFORM_CLI_FLAG_WORDS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::cli {

// An error's message with the flags of `command` in place of the library's
// names: "--cert" for "certfile". Other commands' messages stay as they are.
std::string InWordsOfFlags(absl::string_view command,
                           absl::string_view message);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_FLAG_WORDS_H_
