// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// TCP between a test and the programs that it runs, on 127.0.0.1.
#ifndef AIRLOCK_TESTS_INTEROP_LOOPBACK_H_
#define AIRLOCK_TESTS_INTEROP_LOOPBACK_H_

#include <memory>

#include "absl/status/statusor.h"
#include "ssl/transport.h"

namespace airlock::interop {

// Connects to 127.0.0.1:`port`. The transport blocks, with a deadline far
// beyond what is needed.
absl::StatusOr<std::unique_ptr<ssl::Transport>> ConnectLoopback(int port);

// A socket on 127.0.0.1 and a port of the kernel's choice, not used by anybody
// else while this lives. Thread-compatible.
class LoopbackSocket {
 public:
  // Listens, for Accept or to be handed to another program.
  static absl::StatusOr<std::unique_ptr<LoopbackSocket>> Listen();
  // Holds the port for another program to listen on, which the kernel allows
  // where both set SO_REUSEADDR and one does not listen.
  static absl::StatusOr<std::unique_ptr<LoopbackSocket>> Reserve();

  ~LoopbackSocket();
  LoopbackSocket(const LoopbackSocket&) = delete;
  LoopbackSocket& operator=(const LoopbackSocket&) = delete;

  // The next connection, as ConnectLoopback's.
  absl::StatusOr<std::unique_ptr<ssl::Transport>> Accept();

  int port() const { return port_; }
  int fd() const { return fd_; }

 private:
  LoopbackSocket(int fd, int port) : fd_(fd), port_(port) {}

  const int fd_;
  const int port_;
};

}  // namespace airlock::interop

#endif  // AIRLOCK_TESTS_INTEROP_LOOPBACK_H_
