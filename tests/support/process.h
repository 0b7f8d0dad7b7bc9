// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A program that a test runs and talks to.
#ifndef AIRLOCK_TESTS_SUPPORT_PROCESS_H_
#define AIRLOCK_TESTS_SUPPORT_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace airlock::testing {

// The absolute path of a Debian program, found in the usual directories
// whatever PATH is. If it is missing, the error names the package, which
// ./setup installs.
absl::StatusOr<std::string> FindProgram(absl::string_view name,
                                        absl::string_view package);

struct ProcessOptions {
  std::vector<std::string> arguments;  // The first is the program's path.
  std::string directory;               // To run in; empty: the test's own.
  // NAME=VALUE, in addition to PATH, HOME (in the test's scratch directory) and
  // the variables that disable the system's configuration of OpenSSL and
  // GnuTLS.
  std::vector<std::string> environment;
};

// One running program. Its output is collected continuously, so it never blocks
// on output. Every wait has a generous deadline. Destroying this kills the
// program. Thread-compatible.
class Process {
 public:
  static absl::StatusOr<std::unique_ptr<Process>> Start(
      const ProcessOptions& options);

  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Writes all of `text` to its standard input. The program reads the text of
  // one call (up to 1 KiB) at once, without that of the next call.
  absl::Status WriteInput(absl::string_view text);
  // Closes its standard input.
  void CloseInput();

  // Waits until it has printed `text`, on either stream. If it ends or the
  // deadline passes first, returns an error with all of its output.
  absl::Status WaitForText(absl::string_view text);
  // The same for a line that begins with `prefix`; returns the rest of the
  // first such line.
  absl::StatusOr<std::string> WaitForLine(absl::string_view prefix);

  // Waits for it to end; its exit status, or 128 and the signal's number.
  absl::StatusOr<int> Wait();
  // Kills it with SIGKILL and waits for its end.
  void Kill();

  // Its output so far.
  std::string output() const;
  std::string errors() const;
  // Both, for failure messages.
  std::string Transcript() const;

 private:
  Process(pid_t pid, int input, int output, int errors);

  void Collect();
  bool Reap(bool wait);

  const pid_t pid_;
  int input_;
  const int output_fd_;
  const int errors_fd_;
  std::optional<int> status_;

  mutable absl::Mutex mutex_;
  std::string output_ ABSL_GUARDED_BY(mutex_);
  std::string errors_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;  // Both streams are closed.
  std::thread collector_;
};

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_PROCESS_H_
