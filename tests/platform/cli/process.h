// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs the `airlock` command as a process.
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

// A running process. Its environment is exactly `environment`. Killed by the
// destructor. Thread-compatible.
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
  // From now on it only gets descriptors below `count` (RLIMIT_NOFILE).
  void LimitDescriptors(size_t count);
  // From now on its files cannot grow beyond `bytes` (RLIMIT_FSIZE).
  void LimitFiles(size_t bytes);

  // Waits until the output, or standard error, contains `text`; false if it
  // ends without.
  bool WaitForOutput(absl::string_view text) { return WaitFor(output_, text); }
  bool WaitForErrors(absl::string_view text) { return WaitFor(errors_, text); }

  pid_t pid() const { return pid_; }

  // Waits for the end. Returns the exit status, or the negative signal number.
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

// Runs it to its end with standard input `input`.
Outcome RunAirlock(const std::vector<std::string>& arguments,
                   const std::map<std::string, std::string>& environment = {},
                   absl::string_view input = "");

// `airlock serve` with `arguments`, on a free port.
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
