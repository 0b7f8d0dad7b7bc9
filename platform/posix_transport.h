// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The transport over a file descriptor.
#ifndef AIRLOCK_PLATFORM_POSIX_TRANSPORT_H_
#define AIRLOCK_PLATFORM_POSIX_TRANSPORT_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "platform/process_claim.h"
#include "ssl/transport.h"

namespace airlock::platform {

enum class FdOwnership {
  kOwned,     // Closed with the transport.
  kBorrowed,  // The caller's, who keeps it open as long as the transport lives.
};

struct PosixTransportOptions {
  FdOwnership ownership = FdOwnership::kOwned;
  // As set_timeout and set_deadline.
  absl::Duration timeout = absl::InfiniteDuration();
  absl::optional<std::chrono::steady_clock::time_point> deadline;
  // What errors call the other end, such as "example.com:443".
  std::string peer;
};

// A stream socket, or another descriptor that bytes flow through, such as a
// pipe. It does not matter whether the descriptor is in O_NONBLOCK mode, which
// stays as it is. Thread-compatible.
//
// Writing raises no SIGPIPE: what nobody reads any more is an error.
//
// After a fork, the process that uses it first keeps it (see ProcessClaim); in
// others, reading and writing is an error (kInvalidArgument), and destroying it
// closes their copy of an owned descriptor.
class PosixTransport final : public ssl::Transport {
 public:
  // An error (kInvalidArgument) where `fd` is not open, or a socket but no
  // stream. An owned `fd` is then closed.
  static absl::StatusOr<std::unique_ptr<PosixTransport>> Create(
      int fd, PosixTransportOptions options = {});

  ~PosixTransport() override;

  // As Transport says; errors name the peer and the reason.
  ssl::IoResult Read(absl::Span<uint8_t> into) override;
  ssl::IoResult Write(absl::Span<const uint8_t> from) override;

  // How long one Read or Write may wait. Infinite: as long as it takes. Zero:
  // not at all; it answers kWantRead or kWantWrite. Else it fails with
  // kDeadlineExceeded once the time is over.
  void set_timeout(absl::Duration timeout) { timeout_ = timeout; }
  absl::Duration timeout() const { return timeout_; }

  // When all reading and writing ends: from then on each call fails with
  // kDeadlineExceeded. Unset: never. Holds beside the timeout, a zero one too.
  void set_deadline(
      absl::optional<std::chrono::steady_clock::time_point> deadline) {
    deadline_ = deadline;
  }

  // Ends waiting from elsewhere: once the descriptor `fd`, such as an eventfd,
  // is readable, a Read or Write that would have to wait fails with
  // kDeadlineExceeded. The caller keeps it open. -1: no descriptor does.
  void set_interrupt(int fd) { interrupt_ = fd; }

  ProcessClaim& claim() { return claim_; }

  const absl::optional<std::chrono::steady_clock::time_point>& deadline()
      const {
    return deadline_;
  }

  // The error that says that waiting for `timeout`, or until the deadline, was
  // in vain: for callers who wait themselves.
  absl::Status TimedOut(bool reading, absl::Duration timeout) const;

  // For poll and its like. Stays the transport's.
  int fd() const { return fd_; }
  const std::string& peer() const { return peer_; }

  // The same, but the caller's from here on, who closes it, after this.
  int Release() {
    ownership_ = FdOwnership::kBorrowed;
    return fd_;
  }

 private:
  PosixTransport(int fd, bool is_socket, PosixTransportOptions options);

  enum class Direction { kRead, kWrite };

  // Does `io` (which answers as recv and send do) until it moves bytes, fails,
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
  absl::optional<std::chrono::steady_clock::time_point> deadline_;
  int interrupt_ = -1;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_POSIX_TRANSPORT_H_
