// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The `airlock` command, run as a process.
#ifndef AIRLOCK_TESTS_PLATFORM_CLI_PROCESS_H_
#define AIRLOCK_TESTS_PLATFORM_CLI_PROCESS_H_

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace airlock::testing {

// A running process. Its environment is `environment` and nothing else. Killed
// when dropped. Thread-compatible.
class Process {
 public:
  // Starts bazel's //platform/cli:airlock with `arguments`.
  explicit Process(const std::vector<std::string>& arguments,
                   const std::map<std::string, std::string>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Write(absl::string_view input);
  void CloseInput();
  void Signal(int signal);
  // From here on it gets descriptors below `count` only (RLIMIT_NOFILE).
  void LimitDescriptors(size_t count);

  // Waits until the output, or what goes to standard error, holds `text`; false
  // where it ends without.
  bool WaitForOutput(absl::string_view text) { return WaitFor(output_, text); }
  bool WaitForErrors(absl::string_view text) { return WaitFor(errors_, text); }

  // Waits for the end. The exit status, or minus the signal.
  int Wait();

  std::string output() const;
  std::string errors() const;

 private:
  struct Pipe {
    std::string text;
    bool ended = false;
  };
  void Collect(int fd, Pipe* pipe);
  bool WaitFor(const Pipe& pipe, absl::string_view text);

  pid_t pid_ = -1;
  int input_ = -1;
  mutable absl::Mutex mutex_;
  Pipe output_ ABSL_GUARDED_BY(mutex_);
  Pipe errors_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> collectors_;
};

struct Outcome {
  int status = -1;
  std::string output;
  std::string errors;
};

// Runs it to its end with `input` as its standard input.
Outcome RunAirlock(const std::vector<std::string>& arguments,
                   const std::map<std::string, std::string>& environment = {},
                   absl::string_view input = "");

// `airlock serve` with `arguments`, at a port that was free.
class Server {
 public:
  explicit Server(std::vector<std::string> arguments,
                  const std::map<std::string, std::string>& environment = {});

  // "localhost:12345".
  const std::string& address() const { return address_; }
  Process& process() { return process_; }

 private:
  Process process_;
  std::string address_;
};

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_PLATFORM_CLI_PROCESS_H_
