// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A transport over a file descriptor.
#ifndef AIRLOCK_PLATFORM_POSIX_TRANSPORT_H_
#define AIRLOCK_PLATFORM_POSIX_TRANSPORT_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "platform/process_claim.h"
#include "ssl/transport.h"

namespace airlock::platform {

enum class FdOwnership {
  kOwned,     // Closed with the transport.
  kBorrowed,  // The caller keeps it open while the transport exists.
};

struct PosixTransportOptions {
  FdOwnership ownership = FdOwnership::kOwned;
  // As for set_timeout and set_deadline.
  absl::Duration timeout = absl::InfiniteDuration();
  std::optional<std::chrono::steady_clock::time_point> deadline;
  // What errors call the other end, such as "example.com:443".
  std::string peer;
};

// A stream socket, or another byte stream such as a pipe. The descriptor may be
// in O_NONBLOCK mode or not; the mode does not change. Thread-compatible.
//
// Writing does not raise SIGPIPE: if the reading end is closed, it is an error.
//
// After a fork, the process that uses it first keeps it (see ProcessClaim). In
// the others, reading and writing are errors (kInvalidArgument); destroying it
// closes their copy of an owned descriptor.
class PosixTransport final : public ssl::Transport {
 public:
  // An error (kInvalidArgument) if `fd` is not open, or is a socket but not a
  // stream socket. Then an owned `fd` is closed.
  static absl::StatusOr<std::unique_ptr<PosixTransport>> Create(
      int fd, PosixTransportOptions options = {});

  ~PosixTransport() override;

  // See Transport; errors name the peer and the reason.
  ssl::IoResult Read(absl::Span<uint8_t> into) override;
  ssl::IoResult Write(absl::Span<const uint8_t> from) override;

  // How long one Read or Write may wait. Infinite: without limit. Zero: it does
  // not wait, but returns kWantRead or kWantWrite. Otherwise it fails with
  // kDeadlineExceeded after that time.
  void set_timeout(absl::Duration timeout) { timeout_ = timeout; }
  absl::Duration timeout() const { return timeout_; }

  // The time after which each Read and Write fails with kDeadlineExceeded.
  // Unset: never. Applies in addition to the timeout, even a zero timeout.
  void set_deadline(
      std::optional<std::chrono::steady_clock::time_point> deadline) {
    deadline_ = deadline;
  }

  // Interrupts waiting: once the descriptor `fd`, such as an eventfd, is
  // readable, a Read or Write that would wait fails with kDeadlineExceeded. The
  // caller keeps it open. -1: none.
  void set_interrupt(int fd) { interrupt_ = fd; }

  ProcessClaim& claim() { return claim_; }

  const std::optional<std::chrono::steady_clock::time_point>& deadline() const {
    return deadline_;
  }

  // The error for a wait that ended after `timeout` or at the deadline, for
  // callers that wait themselves.
  absl::Status TimedOut(bool reading, absl::Duration timeout) const;

  // For poll and similar calls. The transport keeps its ownership.
  int fd() const { return fd_; }
  const std::string& peer() const { return peer_; }

  // The same, but the caller owns it from now on, and must close it after this
  // transport is destroyed.
  int Release() {
    ownership_ = FdOwnership::kBorrowed;
    return fd_;
  }

 private:
  PosixTransport(int fd, bool is_socket, PosixTransportOptions options);

  enum class Direction { kRead, kWrite };

  // Calls `io` (which returns like recv and send) until it moves bytes, fails,
  // or would have to wait longer than allowed.
  template <typename Io>
  ssl::IoResult Do(Direction direction, const Io& io);
  static ssl::IoResult WouldBlock(Direction direction);
  absl::Status Failed(Direction direction, int error) const;

  const int fd_;
  FdOwnership ownership_;
  const bool is_socket_;
  const std::string peer_;
  ProcessClaim claim_;
  absl::Duration timeout_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  int interrupt_ = -1;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_POSIX_TRANSPORT_H_
