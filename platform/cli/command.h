// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a subcommand of `airlock` is.
#ifndef AIRLOCK_PLATFORM_CLI_COMMAND_H_
#define AIRLOCK_PLATFORM_CLI_COMMAND_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace airlock::cli {

// Exit statuses; the same for every subcommand.
enum ExitCode : int {
  kExitOk = 0,
  // What was asked for did not succeed: no connection, no trust, a broken file.
  kExitFailed = 1,
  // It was asked for wrongly: flags, arguments, or the environment's policy.
  kExitUsage = 2,
};

// A flag that a subcommand takes. Its type, default and help text are those of
// the ABSL_FLAG of the name `name`.
struct FlagUse {
  absl::string_view name;
  // What stands for its value in the help text, such as "DURATION"; empty for a
  // flag that is on or off.
  absl::string_view value;
};

// One subcommand. Plain data; the functions that give one are listed in
// main.cc.
struct Command {
  absl::string_view name;
  // The arguments, as the help text shows them: "HOST:PORT".
  absl::string_view arguments;
  // One line, for the list of all commands.
  absl::string_view summary;
  // Paragraphs, each a line of any length.
  absl::string_view description;
  // Command lines to copy, each with what it does.
  struct Example {
    absl::string_view command;
    absl::string_view what;
  };
  std::vector<Example> examples;
  std::vector<FlagUse> flags;
  // How many arguments there may be.
  int min_arguments = 0;
  int max_arguments = 0;
  // The arguments keep the "--" that ends the flags: what follows it is another
  // program's.
  bool keeps_separator = false;
  // Runs it. The flags have been set.
  int (*run)(const std::vector<std::string>& arguments) = nullptr;
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_COMMAND_H_
