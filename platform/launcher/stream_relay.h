// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Standard input, output and error of a program that may not have ours.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_STREAM_RELAY_H_
#define AIRLOCK_PLATFORM_LAUNCHER_STREAM_RELAY_H_

#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/internal/unique_fd.h"
#include "platform/launcher/program.h"

namespace airlock::launcher {

// Copies between pipes and this process's descriptors 0, 1 and 2. Who has a
// descriptor can open what it leads to again, by /proc/self/fd: read a terminal
// that it was to write to, or empty a log. Of a pipe it gets what is its own.
//
// A terminal and /dev/null are not copied as input: the program has an empty
// one. What it does not read of another input is lost to others that read the
// same. Output and error go through one pipe where they lead to the same place,
// so that their order stays. A reader that goes away is told to the program, as
// EPIPE; what would go to a descriptor that the caller closed is dropped.
class StreamRelay {
 public:
  // Errors: kInternal, where pipes cannot be had.
  static absl::StatusOr<std::unique_ptr<StreamRelay>> Create();
  // After Start, Finish must have been called.
  ~StreamRelay();

  StreamRelay(const StreamRelay&) = delete;
  StreamRelay& operator=(const StreamRelay&) = delete;

  // Has `program` start with the relay's ends.
  void Give(Program* program) const;

  // To be called once the program has them.
  void Start();
  // Waits until all that the program and its children wrote is written. An
  // error where some of it could not be, unless the reader went away.
  absl::Status Finish();

 private:
  // From a pipe to one of our own.
  struct Output {
    int to = -1;  // Negative: nowhere.
    platform::internal::UniqueFd reading;
    platform::internal::UniqueFd writing;
    std::thread copier;
    int error = 0;  // Of the first write that failed.
  };

  StreamRelay() = default;
  static void Copy(Output* output);

  bool has_input_ = false;
  bool one_output_ = false;
  platform::internal::UniqueFd input_reading_;
  platform::internal::UniqueFd input_writing_;
  Output out_;
  Output err_;
};

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_STREAM_RELAY_H_
