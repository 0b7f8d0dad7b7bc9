// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// TCP connections.
#ifndef AIRLOCK_PLATFORM_TCP_H_
#define AIRLOCK_PLATFORM_TCP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/internal/unique_fd.h"
#include "platform/posix_transport.h"

namespace airlock::platform {

// Connects to `host`, a name or an address, trying each of its addresses until
// `timeout` is over (which the name's look-up does not count for: the system's
// resolver has a limit of its own). The transport waits without end until told
// otherwise. Errors name host, port and each address with its reason: kNotFound
// where there is no such host, kDeadlineExceeded, and what the system said.
// Thread-safe.
absl::StatusOr<std::unique_ptr<PosixTransport>> Dial(const std::string& host,
                                                     uint16_t port,
                                                     absl::Duration timeout);

// A socket that waits for connections. Thread-safe.
class TcpListener {
 public:
  // Listens at `address` ("127.0.0.1", "::1", a name; empty: at every address
  // of the machine) and `port`; 0: any that is free. Errors as Dial's.
  static absl::StatusOr<TcpListener> Listen(const std::string& address,
                                            uint16_t port);

  // Waits for a connection; kDeadlineExceeded after `timeout`. The transport
  // waits without end until told otherwise.
  absl::StatusOr<std::unique_ptr<PosixTransport>> Accept(
      absl::Duration timeout) const;

  // The port that it listens at.
  uint16_t port() const { return port_; }
  // For poll and its like. Stays the listener's.
  int fd() const { return fd_.get(); }

 private:
  TcpListener(internal::UniqueFd fd, uint16_t port)
      : fd_(std::move(fd)), port_(port) {}

  internal::UniqueFd fd_;
  uint16_t port_;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_TCP_H_
