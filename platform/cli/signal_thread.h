// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Signals as calls, for servers.
#ifndef AIRLOCK_PLATFORM_CLI_SIGNAL_THREAD_H_
#define AIRLOCK_PLATFORM_CLI_SIGNAL_THREAD_H_

#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "platform/internal/unique_fd.h"

namespace airlock::cli {

// Waits for signals on a thread of its own. Thread-compatible.
class SignalThread {
 public:
  // Blocks `signals` in this thread and in those that it starts later, so that
  // they wait for Start: make it before there are other threads.
  explicit SignalThread(std::vector<int> signals);
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

  // Calls `handle` for each signal, on the thread, until Stop. Call
  // it once. Errors: a lack of descriptors or threads.
  absl::Status Start(std::function<void(int signal)> handle);
  // Waits until `handle` is not called any more. Does nothing the second time.
  void Stop();

 private:
  void Run();

  const std::vector<int> signals_;
  std::function<void(int)> handle_;
  platform::internal::UniqueFd received_;  // Readable after a signal.
  platform::internal::UniqueFd stop_;      // Readable when it has to end.
  std::thread thread_;
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SIGNAL_THREAD_H_
