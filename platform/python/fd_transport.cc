// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/fd_transport.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "absl/time/clock.h"

namespace airlock::python {

absl::StatusOr<ssl::IoResult> FdTransport::Settle(ssize_t result,
                                                  ssl::IoResult wait) {
  if (result > 0) return ssl::IoResult::Done(static_cast<size_t>(result));
  if (result == 0) return ssl::IoResult::Closed();
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return wait;
  error_ = errno;
  return absl::UnavailableError(std::strerror(error_));
}

absl::StatusOr<ssl::IoResult> FdTransport::Read(absl::Span<uint8_t> into) {
  return Settle(recv(fd_, into.data(), into.size(), MSG_DONTWAIT),
                ssl::IoResult::WantRead());
}

absl::StatusOr<ssl::IoResult> FdTransport::Write(
    absl::Span<const uint8_t> from) {
  return Settle(
      send(fd_, from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL),
      ssl::IoResult::WantWrite());
}

WaitResult WaitForFd(int fd, bool for_reading, absl::Time deadline) {
  pollfd poller = {fd, static_cast<short>(for_reading ? POLLIN : POLLOUT), 0};
  int milliseconds = -1;
  if (deadline != absl::InfiniteFuture()) {
    // Rounded up, lest the last millisecond be spent spinning.
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now() +
                                                   absl::Nanoseconds(999999));
    milliseconds = static_cast<int>(
        std::max<int64_t>(0, std::min<int64_t>(left, INT_MAX)));
  }
  const int result = poll(&poller, 1, milliseconds);
  if (result > 0) return WaitResult::kReady;
  if (result == 0) return WaitResult::kTimeout;
  // A descriptor that cannot be polled tells why when it is read from.
  return errno == EINTR ? WaitResult::kInterrupted : WaitResult::kReady;
}

}  // namespace airlock::python
