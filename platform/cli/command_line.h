// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Parses argv into a subcommand, and sets its flags.
#ifndef AIRLOCK_PLATFORM_CLI_COMMAND_LINE_H_
#define AIRLOCK_PLATFORM_CLI_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "platform/cli/command.h"

namespace airlock::cli {

// The request in a command line.
struct Request {
  // Null: the help of the whole program, or its version.
  const Command* command = nullptr;
  bool help = false;
  bool version = false;
  std::vector<std::string> arguments;
};

// Parses `words` (argv without the program's name) and sets the flags that they
// name. Flags are `--name=value`, `--name value`, or `--name` alone if they are
// boolean; "-" and "_" in a name are the same; "--" ends the flags. (Abseil's
// own parser would accept every subcommand's flags in each of them, and would
// end the process with a status that means something else here.)
//
// An error (kInvalidArgument) says what is wrong and suggests the nearest word.
// `commands` must outlive the result.
absl::StatusOr<Request> ParseCommandLine(absl::Span<const std::string> words,
                                         absl::Span<const Command> commands);

// "airlock 1.0.0" and a newline.
std::string ProgramVersion();

// The help text of the program, and of one command.
std::string ProgramHelp(absl::Span<const Command> commands);
std::string CommandHelp(const Command& command);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_COMMAND_LINE_H_
