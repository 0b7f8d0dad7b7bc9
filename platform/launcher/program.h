// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Starts other programs and waits for them.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_PROGRAM_H_
#define AIRLOCK_PLATFORM_LAUNCHER_PROGRAM_H_

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "config/environment.h"

namespace airlock::launcher {

// The program to start.
struct Program {
  std::vector<std::string> argv;  // Begins with the path.
  config::EnvironmentMap environment;
  std::string folder;  // Where it starts; empty: the current folder.
  // Descriptors that it inherits with the same numbers, in addition to standard
  // input, output and error.
  std::vector<int> inherited;
  // Its standard streams; unset: ours.
  struct Streams {
    int input = -1;  // Negative: an empty one.
    int output = -1;
    int error = -1;
  };
  std::optional<Streams> streams;
  // Whether its process group ends with it.
  bool ends_its_group = false;
};

struct ProgramAnswer {
  int status = -1;  // 128 plus the number if a signal ended it.
  std::string output;
};

// Runs `program` to its end, without standard input. Returns its exit status
// and its standard output and error together. Kills what is left in its process
// group, which is its own. An error (kInternal) if it cannot be started.
absl::StatusOr<ProgramAnswer> AskProgram(const Program& program);

// Starts `program` in its own process group, without standard input, and
// returns its process: the caller waits for it. Errors: kInternal.
absl::StatusOr<pid_t> StartProgram(const Program& program);

// Runs `program` to its end in its own process group, so that only this
// process gets a signal from the terminal. Forwards SIGTERM, SIGINT, SIGHUP,
// SIGQUIT, SIGUSR1 and SIGUSR2 to the process that `target` returns for the
// program's process, or to the latter if it returns 0. Does not pass a terminal
// on as standard input. Returns the exit status, 128 plus the number if a
// signal ended it. Calls `started`, if set, after the start, with those signals
// blocked in the calling thread; afterwards the signals act as before.
absl::StatusOr<int> SuperviseProgram(
    const Program& program, const std::function<pid_t(pid_t)>& target,
    const std::function<void()>& started = nullptr);

// The only child of process `pid`, or 0.
pid_t OnlyChild(pid_t pid);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_PROGRAM_H_
