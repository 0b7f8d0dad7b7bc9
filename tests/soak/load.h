// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Thousands of clients of an echo server, on one thread.
#ifndef AIRLOCK_TESTS_SOAK_LOAD_H_
#define AIRLOCK_TESTS_SOAK_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/http/event_loop.h"
#include "platform/posix_transport.h"
#include "ssl/context.h"
#include "ssl/io_result.h"
#include "ssl/socket.h"

namespace airlock::soak {

struct LoadOptions {
  uint16_t port = 0;  // Of 127.0.0.1.
  size_t connections = 1;
  // Between two messages of a connection, on average.
  absl::Duration interval = absl::Seconds(5);
  std::shared_ptr<const ssl::Context> context;
};

struct LoadFigures {
  uint64_t messages = 0;  // That came back complete.
  uint64_t bytes = 0;     // In those.
  uint64_t failed = 0;    // Connections that could not be made.
  uint64_t lost = 0;      // Connections that ended by themselves.
  uint64_t wrong = 0;     // Messages that came back changed.
  absl::Duration longest = absl::ZeroDuration();  // From sending to return.
  std::string first_failure;
};

// Thread-compatible.
class Load {
 public:
  static absl::StatusOr<std::unique_ptr<Load>> Create(LoadOptions options);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Opens all connections, a few at once; each sends its first message when it
  // is open. Returns when each is open or has failed.
  absl::Status Open();
  // Goes on for this time: each connection sends a message in every interval,
  // and expects it back.
  absl::Status RunFor(absl::Duration duration);
  // Waits until no message is under way, at most for `limit`; those that still
  // are then have been lost. Closes all connections.
  absl::Status Close(absl::Duration limit);

  size_t open() const { return open_; }
  const LoadFigures& figures() const { return figures_; }

 private:
  class Connection;

  Load(LoadOptions options, std::unique_ptr<http::EventLoop> loop);

  absl::Status RunUntil(http::EventLoop::Time end);
  // A time from now, so that the connections do not send all at once.
  http::EventLoop::Time SoonAtRandom();
  void NoteFailure(uint64_t* counter, const absl::Status& why);

  const LoadOptions options_;
  const std::unique_ptr<http::EventLoop> loop_;
  std::minstd_rand random_;
  std::vector<std::unique_ptr<Connection>> connections_;
  size_t opening_ = 0;
  size_t open_ = 0;
  size_t under_way_ = 0;  // Messages.
  bool closing_ = false;
  LoadFigures figures_;
};

}  // namespace airlock::soak

#endif  // AIRLOCK_TESTS_SOAK_LOAD_H_
