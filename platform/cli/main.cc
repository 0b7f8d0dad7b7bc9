// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The `airlock` command.

#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "platform/cli/ca.h"
#include "platform/cli/command.h"
#include "platform/cli/command_line.h"
#include "platform/cli/connect.h"
#include "platform/cli/demo.h"
#include "platform/cli/policy.h"
#include "platform/cli/python.h"
#include "platform/cli/run.h"
#include "platform/cli/serve.h"

int main(int argc, char** argv) {
  using airlock::cli::Command;
  const std::vector<Command> commands = {
      airlock::cli::DemoCommand(),   airlock::cli::ConnectCommand(),
      airlock::cli::ServeCommand(),  airlock::cli::CaCommand(),
      airlock::cli::PolicyCommand(), airlock::cli::PythonCommand(),
      airlock::cli::RunCommand(),
  };
  // A reader that goes away (`airlock ca | head`) is a failed write, no death.
  std::signal(SIGPIPE, SIG_IGN);

  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto request = airlock::cli::ParseCommandLine(words, commands);
  if (!request.ok()) {
    std::cerr << "airlock: " << request.status().message() << "\n";
    return airlock::cli::kExitUsage;
  }
  if (request->version) {
    std::cout << airlock::cli::ProgramVersion();
    return airlock::cli::kExitOk;
  }
  if (request->help) {
    std::cout << (request->command == nullptr
                      ? airlock::cli::ProgramHelp(commands)
                      : airlock::cli::CommandHelp(*request->command));
    return airlock::cli::kExitOk;
  }
  return request->command->run(request->arguments);
}
