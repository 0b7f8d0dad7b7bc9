// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Other programs, started and waited for.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_PROGRAM_H_
#define AIRLOCK_PLATFORM_LAUNCHER_PROGRAM_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "config/environment.h"

namespace airlock::launcher {

// What to start.
struct Program {
  std::vector<std::string> argv;  // The path first.
  config::EnvironmentMap environment;
  std::string folder;  // Where it starts; empty: here.
  // Descriptors that it gets under their own numbers, beside standard input,
  // output and error.
  std::vector<int> inherited;
  // What it gets as those three; unset: ours.
  struct Streams {
    int input = -1;  // Negative: an empty one.
    int output = -1;
    int error = -1;
  };
  absl::optional<Streams> streams;
  // Whether its end is that of its process group, too.
  bool ends_its_group = false;
};

struct ProgramAnswer {
  int status = -1;  // 128 and the signal where one ended it.
  std::string output;
};

// Runs `program` to its end, without standard input; gives its exit status and
// what it wrote, to standard output and error together. Kills what it leaves in
// its process group, which is its own. An error (kInternal) where it cannot be
// started.
absl::StatusOr<ProgramAnswer> AskProgram(const Program& program);

// Runs `program` to its end in a process group of its own, so that a signal
// from the terminal comes to this process alone, which hands SIGTERM, SIGINT,
// SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 on to the process that `target` gives
// for that of the program, or to the latter where it gives 0. A terminal is not
// handed over as standard input. Gives the exit status, 128 and the signal
// where one ended it. Calls `started`, if any, once it has been started, with
// those signals blocked in the calling thread; afterwards they act as before.
absl::StatusOr<int> SuperviseProgram(
    const Program& program, const std::function<pid_t(pid_t)>& target,
    const std::function<void()>& started = nullptr);

// The process that is the only child of `pid`, or 0.
pid_t OnlyChild(pid_t pid);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_PROGRAM_H_
