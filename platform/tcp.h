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

// Connects to `host`, a name or an address, and tries each of its addresses
// until `timeout` has passed (the name lookup does not count: the system's
// resolver has its own limit). The transport waits without limit until a
// timeout is set. Errors name host, port and each address with its reason:
// kNotFound if the host does not exist, kDeadlineExceeded, and the system's own
// errors. Thread-safe.
absl::StatusOr<std::unique_ptr<PosixTransport>> Dial(const std::string& host,
                                                     uint16_t port,
                                                     absl::Duration timeout);

// A listening socket. Thread-safe.
class TcpListener {
 public:
  // Listens on `address` ("127.0.0.1", "::1", a name; empty: all addresses of
  // the machine) and `port`; 0: any free port. Errors as for Dial.
  static absl::StatusOr<TcpListener> Listen(const std::string& address,
                                            uint16_t port);

  // Waits for a connection; kDeadlineExceeded after `timeout`. The transport
  // waits without limit until a timeout is set.
  absl::StatusOr<std::unique_ptr<PosixTransport>> Accept(
      absl::Duration timeout) const;

  // The port that it listens on.
  uint16_t port() const { return port_; }
  // For poll and similar calls. The listener keeps its ownership.
  int fd() const { return fd_.get(); }

 private:
  TcpListener(internal::UniqueFd fd, uint16_t port)
      : fd_(std::move(fd)), port_(port) {}

  internal::UniqueFd fd_;
  uint16_t port_;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_TCP_H_
