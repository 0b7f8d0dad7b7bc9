// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The transport over a Python socket's descriptor.
#ifndef AIRLOCK_PLATFORM_PYTHON_FD_TRANSPORT_H_
#define AIRLOCK_PLATFORM_PYTHON_FD_TRANSPORT_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "platform/internal/fd_wait.h"
#include "platform/python/breakable_transport.h"
#include "ssl/transport.h"

namespace airlock::python {

// Never waits, whatever the descriptor's mode. The Python socket owns the
// descriptor, and may close it at any time. Thread-compatible.
class FdTransport final : public BreakableTransport {
 public:
  void set_fd(int fd) { fd_ = fd; }

  // Which directions the calling thread may use (see Turns). In the others the
  // descriptor seems not to be ready.
  void set_turns(bool may_read, bool may_write) {
    may_read_ = may_read;
    may_write_ = may_write;
  }

  ssl::IoResult Read(absl::Span<uint8_t> into) override;
  ssl::IoResult Write(absl::Span<const uint8_t> from) override;

  // Whether bytes were transferred since the last call.
  bool TakeMoved() { return std::exchange(moved_, false); }

 private:
  ssl::IoResult Settle(ssize_t result, ssl::IoResult wait);

  int fd_ = -1;
  bool may_read_ = true;
  bool may_write_ = true;
  bool moved_ = false;
};

// The errno in an error of FdTransport, which the connection above passes on; 0
// for other errors.
int ErrnoOf(const absl::Status& status);

enum class WaitResult { kReady, kTimeout, kInterrupted };

// Waits until `fd` can be read or written, `until` has passed, or a signal
// arrived. A descriptor that cannot be polled is ready: its next use returns
// the reason.
WaitResult WaitForFd(int fd, bool for_reading, platform::internal::Until until);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_FD_TRANSPORT_H_
