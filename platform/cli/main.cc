// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The `airlock` command.

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "platform/cli/ca.h"
#include "platform/cli/command.h"
#include "platform/cli/command_line.h"
#include "platform/cli/connect.h"
#include "platform/cli/decode.h"
#include "platform/cli/ech_keys.h"
#include "platform/cli/fetch.h"
#include "platform/cli/keyd.h"
#include "platform/cli/policy.h"
#include "platform/cli/python.h"
#include "platform/cli/run.h"
#include "platform/cli/serve.h"
#include "platform/launcher/sandbox_entry.h"

namespace {

// Opens closed standard descriptors: the next file opened would otherwise be
// standard output, for example. The replacement cannot be written to, so that
// an audit to it fails instead of being lost.
void OpenStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", O_RDONLY);
  }
}

// Whether the reader of a pipe has closed it: then it does not want the rest.
bool ReaderClosed(int fd) {
  pollfd output = {fd, POLLOUT, 0};
  return poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

// The exit status after all output is written: not success if some of it was
// lost, as on a full disk.
int AfterOutput(int exit_status) {
  std::cout.flush();
  const bool output_lost = !std::cout.good() && !ReaderClosed(STDOUT_FILENO);
  if (output_lost) std::cerr << "airlock: cannot write to standard output\n";
  // std::cerr writes to it, too. Only the exit status can tell of this.
  const bool errors_lost =
      std::ferror(stderr) != 0 && !ReaderClosed(STDERR_FILENO);
  const bool lost = output_lost || errors_lost;
  return lost && exit_status == airlock::cli::kExitOk
             ? airlock::cli::kExitFailed
             : exit_status;
}

}  // namespace

int main(int argc, char** argv) {
  using airlock::cli::Command;
  OpenStandardDescriptors();
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words[0] == airlock::launcher::kSandboxEntry) {
    return airlock::launcher::EnterSandbox({words.begin() + 1, words.end()});
  }
  const std::vector<Command> commands = {
      airlock::cli::ConnectCommand(), airlock::cli::FetchCommand(),
      airlock::cli::ServeCommand(),   airlock::cli::DecodeCommand(),
      airlock::cli::CaCommand(),      airlock::cli::PolicyCommand(),
      airlock::cli::PythonCommand(),  airlock::cli::RunCommand(),
      airlock::cli::KeydCommand(),    airlock::cli::EchKeysCommand(),
  };
  // If a reader closes (`airlock ca | head`), writing fails, but the process
  // lives.
  std::signal(SIGPIPE, SIG_IGN);

  const auto request = airlock::cli::ParseCommandLine(words, commands);
  if (!request.ok()) {
    std::cerr << "airlock: " << request.status().message() << "\n";
    return airlock::cli::kExitUsage;
  }
  if (request->version) {
    std::cout << airlock::cli::ProgramVersion();
    return AfterOutput(airlock::cli::kExitOk);
  }
  if (request->help) {
    std::cout << (request->command == nullptr
                      ? airlock::cli::ProgramHelp(commands)
                      : airlock::cli::CommandHelp(*request->command));
    return AfterOutput(airlock::cli::kExitOk);
  }
  return AfterOutput(request->command->run(request->arguments));
}
