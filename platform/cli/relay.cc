// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/relay.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace airlock::cli {
namespace {

class Relayer {
 public:
  Relayer(ssl::Socket* socket, int socket_fd, int in, int out)
      : socket_(socket), socket_fd_(socket_fd), in_(in), out_(out) {}

  absl::Status Run() {
    while (!peer_closed_) {
      want_write_ = false;
      // Read first: the peer may have said why nothing can be sent.
      absl::Status status = Receive();
      if (status.ok() && !peer_closed_) status = Send();
      if (status.ok() && !peer_closed_) status = Wait();
      if (!status.ok()) return status;
    }
    // The peer may be gone, or may already have our close_notify.
    (void)socket_->Shutdown();
    if (unsent_.empty()) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(
        "the server closed the connection before the last ", unsent_.size(),
        " bytes that were read from standard input were sent"));
  }

 private:
  // Whether to call Wait.
  bool Blocked(const ssl::IoResult& result) {
    want_write_ |= result.want_write();
    return result.want_read() || result.want_write();
  }

  absl::Status Send() {
    while (!unsent_.empty()) {
      const ssl::IoResult result = socket_->Write(
          {reinterpret_cast<const uint8_t*>(unsent_.data()), unsent_.size()});
      if (Blocked(result)) return absl::OkStatus();
      if (!result.done()) return result.status();
      unsent_.erase(0, result.bytes());
    }
    if (in_open_ || end_sent_) return absl::OkStatus();
    const ssl::IoResult result = socket_->Shutdown();
    if (Blocked(result)) return absl::OkStatus();
    if (!result.done()) return result.status();
    end_sent_ = true;
    return absl::OkStatus();
  }

  // Reads everything available.
  absl::Status Receive() {
    std::array<uint8_t, 16 << 10> chunk;
    for (;;) {
      const ssl::IoResult result = socket_->Read(absl::MakeSpan(chunk));
      peer_closed_ = result.closed();
      if (peer_closed_ || Blocked(result)) return absl::OkStatus();
      if (!result.done()) return result.status();
      const absl::Status written = WriteOut(
          {reinterpret_cast<const char*>(chunk.data()), result.bytes()});
      if (!written.ok()) return written;
    }
  }

  absl::Status WriteOut(absl::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = write(out_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        return absl::ErrnoToStatus(errno,
                                   "standard output accepts no more data");
      }
      bytes.remove_prefix(written);
    }
    return absl::OkStatus();
  }

  // Waits for data from the peer or the input, or until the peer accepts data.
  absl::Status Wait() {
    // One chunk of input at a time: does not read what the peer does not
    // accept.
    const bool read_input = in_open_ && unsent_.empty();
    std::array<pollfd, 2> fds = {{
        {socket_fd_, static_cast<short>(POLLIN | (want_write_ ? POLLOUT : 0)),
         0},
        {read_input ? in_ : -1, POLLIN, 0},
    }};
    while (poll(fds.data(), fds.size(), /*timeout=*/-1) < 0) {
      if (errno != EINTR) return absl::ErrnoToStatus(errno, "poll");
    }
    if (fds[1].revents == 0) return absl::OkStatus();
    std::array<char, 16 << 10> chunk;
    const ssize_t size = read(in_, chunk.data(), chunk.size());
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) {
      return absl::OkStatus();
    }
    // Not the end of the input: the server must not take it for complete.
    if (size < 0) {
      return absl::ErrnoToStatus(errno, "standard input cannot be read");
    }
    unsent_.assign(chunk.data(), size);
    in_open_ = size > 0;
    return absl::OkStatus();
  }

  ssl::Socket* const socket_;
  const int socket_fd_;
  const int in_;
  const int out_;

  std::string unsent_;
  bool in_open_ = true;
  bool end_sent_ = false;
  bool peer_closed_ = false;
  bool want_write_ = false;
};

}  // namespace

absl::Status Relay(ssl::Socket* socket, platform::PosixTransport* transport,
                   int in, int out) {
  transport->set_timeout(absl::ZeroDuration());
  return Relayer(socket, transport->fd(), in, out).Run();
}

}  // namespace airlock::cli
