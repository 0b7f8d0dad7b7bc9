// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Standard input, output and error of a program that must not have ours.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_STREAM_RELAY_H_
#define AIRLOCK_PLATFORM_LAUNCHER_STREAM_RELAY_H_

#include <atomic>
#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/internal/unique_fd.h"
#include "platform/launcher/program.h"

namespace airlock::launcher {

// Copies between pipes and this process's descriptors 0, 1 and 2. A program
// with a descriptor can open its target again in /proc/self/fd: read a terminal
// that it should only write to, or truncate a log. With a pipe it only has its
// own data.
//
// A terminal and /dev/null are not copied as input: the program's input is
// empty. Input that is copied but that the program does not read is lost to
// other readers. Input that cannot be read ends for the program, and Finish
// reports it. Output and error share one pipe if they have the same target,
// which preserves their order. If a reader closes, the program gets EPIPE;
// output to a descriptor that the caller closed is discarded.
class StreamRelay {
 public:
  // Errors: kInternal, if pipes cannot be made.
  static absl::StatusOr<std::unique_ptr<StreamRelay>> Create();
  // After Start, Finish must be called first.
  ~StreamRelay();

  StreamRelay(const StreamRelay&) = delete;
  StreamRelay& operator=(const StreamRelay&) = delete;

  // Makes `program` start with the relay's ends.
  void Give(Program* program) const;

  // Call it once the program has the ends.
  void Start();
  // Waits until all output of the program and its children is written. An error
  // if some could not be written, unless the reader closed, or if the input
  // could not be read to its end.
  absl::Status Finish();

 private:
  // From a pipe to one of our own descriptors.
  struct Output {
    int to = -1;  // Negative: nowhere.
    platform::internal::UniqueFd reading;
    platform::internal::UniqueFd writing;
    std::thread copier;
    int error = 0;  // From the first write that failed.
  };

  StreamRelay() = default;
  static void Copy(Output* output);

  bool has_input_ = false;
  bool one_output_ = false;
  platform::internal::UniqueFd input_reading_;
  platform::internal::UniqueFd input_writing_;
  // Of the read that failed. Shared with a thread that may outlive the relay.
  const std::shared_ptr<std::atomic<int>> input_error_ =
      std::make_shared<std::atomic<int>>(0);
  Output out_;
  Output err_;
};

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_STREAM_RELAY_H_
