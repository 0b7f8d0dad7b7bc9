// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/fd_transport.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ssl/error.h"

namespace airlock::python {
namespace {

constexpr char kErrnoPayload[] = "airlock/python/errno";

absl::Status ErrnoError(int error) {
  absl::Status status =
      ssl::MakeStatus(ssl::ErrorKind::kTransport, std::strerror(error));
  status.SetPayload(kErrnoPayload, absl::Cord(absl::StrCat(error)));
  return status;
}

}  // namespace

int ErrnoOf(const absl::Status& status) {
  const std::optional<absl::Cord> payload = status.GetPayload(kErrnoPayload);
  int error = 0;
  return payload.has_value() && absl::SimpleAtoi(std::string(*payload), &error)
             ? error
             : 0;
}

ssl::IoResult FdTransport::Settle(ssize_t result, ssl::IoResult wait) {
  const int error = result < 0 ? errno : 0;
  if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) return wait;
  moved_ = true;
  if (result > 0) return ssl::IoResult::Done(static_cast<size_t>(result));
  if (result == 0) return ssl::IoResult::Closed();
  return ErrnoError(error);
}

ssl::IoResult FdTransport::Read(absl::Span<uint8_t> into) {
  const absl::Status usable = Usable();
  if (!usable.ok()) return usable;
  if (!may_read_) return ssl::IoResult::WantRead();
  return Settle(recv(fd_, into.data(), into.size(), MSG_DONTWAIT),
                ssl::IoResult::WantRead());
}

ssl::IoResult FdTransport::Write(absl::Span<const uint8_t> from) {
  const absl::Status usable = Usable();
  if (!usable.ok()) return usable;
  if (!may_write_) return ssl::IoResult::WantWrite();
  return Settle(
      send(fd_, from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL),
      ssl::IoResult::WantWrite());
}

WaitResult WaitForFd(int fd, bool for_reading,
                     platform::internal::Until until) {
  pollfd poller = {fd, static_cast<short>(for_reading ? POLLIN : POLLOUT), 0};
  timespec left = {};
  if (until.has_value()) left = platform::internal::TimeLeft(*until);
  const int result =
      ppoll(&poller, 1, until.has_value() ? &left : nullptr, nullptr);
  if (result > 0) return WaitResult::kReady;
  if (result == 0) return WaitResult::kTimeout;
  return errno == EINTR ? WaitResult::kInterrupted : WaitResult::kReady;
}

}  // namespace airlock::python
