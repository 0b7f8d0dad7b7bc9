// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The transport over a Python socket's descriptor.
#ifndef AIRLOCK_PLATFORM_PYTHON_FD_TRANSPORT_H_
#define AIRLOCK_PLATFORM_PYTHON_FD_TRANSPORT_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/transport.h"

namespace airlock::python {

// Never waits, in whatever mode the descriptor is; the descriptor stays the
// Python socket's, which may close it at any time.
class FdTransport final : public ssl::Transport {
 public:
  void set_fd(int fd) { fd_ = fd; }

  absl::StatusOr<ssl::IoResult> Read(absl::Span<uint8_t> into) override;
  absl::StatusOr<ssl::IoResult> Write(absl::Span<const uint8_t> from) override;

  // The errno that ended the stream; 0 where none did.
  int error() const { return error_; }

 private:
  absl::StatusOr<ssl::IoResult> Settle(ssize_t result, ssl::IoResult wait);

  int fd_ = -1;
  int error_ = 0;
};

enum class WaitResult { kReady, kTimeout, kInterrupted };

// Waits until `fd` can be read from or written to, `deadline` has passed, or a
// signal came.
WaitResult WaitForFd(int fd, bool for_reading, absl::Time deadline);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_FD_TRANSPORT_H_
