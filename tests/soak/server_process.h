// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock serve` as a process, and what it uses.
#ifndef AIRLOCK_TESTS_SOAK_SERVER_PROCESS_H_
#define AIRLOCK_TESTS_SOAK_SERVER_PROCESS_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace airlock::soak {

struct Usage {
  size_t resident_kib = 0;
  size_t descriptors = 0;
};

// Sends back what its clients send. Killed when this is destroyed.
class ServerProcess {
 public:
  // Runs `program` with the chain and key in `certs`, on a free port.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(
      const std::string& program, const std::string& certs);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  uint16_t port() const { return port_; }
  Usage usage() const;

  // Asks it to end; its exit status, or the negative signal number.
  int Stop();

 private:
  explicit ServerProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_;
  uint16_t port_ = 0;
};

}  // namespace airlock::soak

#endif  // AIRLOCK_TESTS_SOAK_SERVER_PROCESS_H_
