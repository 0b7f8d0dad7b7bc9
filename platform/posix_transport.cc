// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/posix_transport.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "config/error_place.h"
#include "platform/internal/fd_wait.h"
#include "platform/internal/sigpipe_block.h"
#include "platform/internal/unique_fd.h"
#include "ssl/shown.h"

namespace airlock::platform {

using internal::FdState;
using internal::Until;
using ssl::IoResult;

absl::StatusOr<std::unique_ptr<PosixTransport>> PosixTransport::Create(
    int fd, PosixTransportOptions options) {
  // Closes an owned descriptor if no transport is made.
  internal::UniqueFd until_made(options.ownership == FdOwnership::kOwned ? fd
                                                                         : -1);
  int type = 0;
  socklen_t size = sizeof(type);
  const bool is_socket = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
  const int error = is_socket ? 0 : errno;
  if (!is_socket && error != ENOTSOCK) {
    return absl::Status(
        absl::StatusCode::kInvalidArgument,
        absl::ErrnoToStatus(
            error,
            absl::StrCat("cannot create a transport over file descriptor ", fd))
            .message());
  }
  // Not make_unique: the constructor is private.
  auto transport = std::unique_ptr<PosixTransport>(
      new PosixTransport(fd, is_socket, std::move(options)));
  until_made.Release();
  if (is_socket && type != SOCK_STREAM) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot create a transport over file descriptor ", fd,
                     ": it is not a stream socket; TLS needs SOCK_STREAM"));
  }
  return transport;
}

PosixTransport::PosixTransport(int fd, bool is_socket,
                               PosixTransportOptions options)
    : fd_(fd),
      ownership_(options.ownership),
      is_socket_(is_socket),
      peer_(options.peer.empty() ? absl::StrCat("file descriptor ", fd)
                                 : ssl::Shown(options.peer, ssl::kMaxShownPath,
                                              /*utf8=*/true)),
      timeout_(options.timeout),
      deadline_(options.deadline) {}

PosixTransport::~PosixTransport() {
  if (ownership_ == FdOwnership::kOwned) close(fd_);
}

IoResult PosixTransport::WouldBlock(Direction direction) {
  return direction == Direction::kRead ? IoResult::WantRead()
                                       : IoResult::WantWrite();
}

template <typename Io>
IoResult PosixTransport::Do(Direction direction, const Io& io) {
  absl::Status mine = claim_.Use();
  if (!mine.ok()) return mine;
  if (internal::HasPassed(deadline_))
    return TimedOut(direction == Direction::kRead, timeout_);
  const int events = direction == Direction::kRead ? POLLIN : POLLOUT;
  // Try a socket first, then wait. Others can be used without blocking only
  // after they are ready.
  bool wait = !is_socket_;
  std::optional<Until> until;
  while (true) {
    if (wait) {
      if (!until.has_value()) {
        until = internal::Earlier(internal::UntilAfter(timeout_), deadline_);
      }
      switch (internal::WaitForFd(fd_, events, *until, interrupt_)) {
        case FdState::kReady:
          break;
        case FdState::kTimedOut:
          if (timeout_ > absl::ZeroDuration())
            return TimedOut(direction == Direction::kRead, timeout_);
          return WouldBlock(direction);
        case FdState::kFailed:
          return Failed(direction, errno);
      }
    }
    // Another process may have claimed the connection during the wait.
    if (wait) mine = claim_.Use();
    if (!mine.ok()) return mine;
    const ssize_t n = io();
    if (n > 0) return IoResult::Done(static_cast<size_t>(n));
    if (n == 0 && direction == Direction::kRead) return IoResult::Closed();
    const int error = n == 0 ? EIO : errno;
    if (error == EINTR) continue;
    if (error != EAGAIN && error != EWOULDBLOCK) {
      return Failed(direction, error);
    }
    if (timeout_ <= absl::ZeroDuration()) return WouldBlock(direction);
    wait = true;
  }
}

IoResult PosixTransport::Read(absl::Span<uint8_t> into) {
  return Do(Direction::kRead, [&] {
    return is_socket_ ? recv(fd_, into.data(), into.size(), MSG_DONTWAIT)
                      : read(fd_, into.data(), into.size());
  });
}

IoResult PosixTransport::Write(absl::Span<const uint8_t> from) {
  return Do(Direction::kWrite, [&] {
    if (is_socket_) {
      return send(fd_, from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    const internal::SigpipeBlock sigpipe_block;
    // As much as a ready pipe accepts without blocking.
    return write(fd_, from.data(), std::min<size_t>(from.size(), PIPE_BUF));
  });
}

absl::Status PosixTransport::TimedOut(bool reading,
                                      absl::Duration timeout) const {
  pollfd one = {interrupt_, POLLIN, 0};
  const bool interrupted = poll(&one, 1, 0) > 0;
  return config::WithPlace(
      absl::DeadlineExceededError(absl::StrCat(
          reading ? "no data from " : "could not send to ", peer_,
          internal::HasPassed(deadline_) ? " before the deadline"
          : interrupted
              ? " before the wait was interrupted"
              : absl::StrCat(" within ", absl::FormatDuration(timeout)))),
      peer_);
}

absl::Status PosixTransport::Failed(Direction direction, int error) const {
  return config::WithPlace(
      absl::ErrnoToStatus(error, absl::StrCat(direction == Direction::kRead
                                                  ? "cannot read from "
                                                  : "cannot write to ",
                                              peer_)),
      peer_);
}

}  // namespace airlock::platform
