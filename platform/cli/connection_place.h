// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The slot of a connection in a server, and how the server takes it back.
#ifndef AIRLOCK_PLATFORM_CLI_CONNECTION_PLACE_H_
#define AIRLOCK_PLATFORM_CLI_CONNECTION_PLACE_H_

#include <chrono>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "platform/internal/unique_fd.h"

namespace airlock::cli {

// Shared by the connection's own thread and the accepting one. Thread-safe.
class ConnectionPlace {
 public:
  enum class End {
    kNone,      // It continues.
    kStopping,  // The server stops.
    kMakeRoom,  // Others need the place.
  };

  // `interrupt` is an eventfd, which becomes readable when the connection must
  // give up its place.
  explicit ConnectionPlace(platform::internal::UniqueFd interrupt)
      : interrupt_(std::move(interrupt)) {}

  // For PosixTransport::set_interrupt.
  int interrupt_fd() const { return interrupt_.get(); }

  // The connection has made progress with its client. `in_request`: the client
  // is waiting for the rest of a response; a server that stops lets it finish.
  void Progress(bool in_request);

  // Why the connection must end; kNone if it must not.
  End ended() const;

  // For the accepting thread. Ends the connection; the first reason is kept.
  void Interrupt(End why);
  // The same, but lets a request in progress finish first.
  void InterruptAfterRequest(End why);

  // When Progress was last called, or the place was taken.
  std::chrono::steady_clock::time_point waits_since() const;

 private:
  void InterruptLocked(End why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const platform::internal::UniqueFd interrupt_;
  mutable absl::Mutex mutex_;
  std::chrono::steady_clock::time_point waits_since_ ABSL_GUARDED_BY(mutex_) =
      std::chrono::steady_clock::now();
  bool in_request_ ABSL_GUARDED_BY(mutex_) = false;
  End ended_ ABSL_GUARDED_BY(mutex_) = End::kNone;
  End after_request_ ABSL_GUARDED_BY(mutex_) = End::kNone;
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_CONNECTION_PLACE_H_
