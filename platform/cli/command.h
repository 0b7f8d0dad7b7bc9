// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A subcommand of `airlock`.
#ifndef AIRLOCK_PLATFORM_CLI_COMMAND_H_
#define AIRLOCK_PLATFORM_CLI_COMMAND_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace airlock::cli {

// Exit statuses; the same for every subcommand. `airlock fetch` has more.
enum ExitCode : int {
  kExitOk = 0,
  // The request failed: no connection, no trust, a broken file.
  kExitFailed = 1,
  // The request was invalid: flags, arguments, or the environment's policy.
  kExitUsage = 2,
};

// A flag of a subcommand. Its type, default and help text are those of the
// ABSL_FLAG `name`.
struct FlagUse {
  absl::string_view name;
  // The placeholder for its value in the help text, such as "DURATION"; empty
  // for a boolean flag.
  absl::string_view value;
  // Whether it may be given several times. Then the flag is a string, in which
  // the values are lines.
  bool repeatable = false;
};

// One subcommand. Plain data; main.cc lists the functions that return them.
struct Command {
  absl::string_view name;
  // The arguments in the help text: "HOST:PORT".
  absl::string_view arguments;
  // One line, for the list of all commands.
  absl::string_view summary;
  // Paragraphs, each a line of any length.
  absl::string_view description;
  // Command lines to copy, each with its purpose.
  struct Example {
    absl::string_view command;
    absl::string_view what;
  };
  std::vector<Example> examples;
  std::vector<FlagUse> flags;
  // The exit statuses, if there are others than the common ones.
  absl::string_view exit_statuses;
  // The allowed number of arguments.
  int min_arguments = 0;
  int max_arguments = 0;
  // The arguments keep the "--" that ends the flags: what follows it belongs to
  // another program.
  bool keeps_separator = false;
  // Runs it, after the flags have been set.
  int (*run)(const std::vector<std::string>& arguments) = nullptr;
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_COMMAND_H_
