// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/interop/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"

namespace airlock::interop {
namespace {

// Only a test that fails anyway ever waits so long.
constexpr int kDeadlineMs = 30'000;

bool Await(int fd, short events) {  // NOLINT(runtime/int): poll's own.
  pollfd entry = {fd, events, 0};
  int ready;
  do {
    ready = poll(&entry, 1, kDeadlineMs);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

class FdTransport final : public ssl::Transport {
 public:
  explicit FdTransport(int fd) : fd_(fd) {}
  ~FdTransport() override { close(fd_); }

  absl::StatusOr<ssl::IoResult> Read(absl::Span<uint8_t> into) override {
    if (!Await(fd_, POLLIN)) return absl::DeadlineExceededError("read");
    const ssize_t n = recv(fd_, into.data(), into.size(), 0);
    if (n < 0) return absl::ErrnoToStatus(errno, "recv");
    if (n == 0) return ssl::IoResult::Closed();
    return ssl::IoResult::Done(static_cast<size_t>(n));
  }

  absl::StatusOr<ssl::IoResult> Write(absl::Span<const uint8_t> from) override {
    if (!Await(fd_, POLLOUT)) return absl::DeadlineExceededError("write");
    const ssize_t n =
        send(fd_, from.data(), from.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) return absl::ErrnoToStatus(errno, "send");
    return ssl::IoResult::Done(static_cast<size_t>(n));
  }

 private:
  const int fd_;
};

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

absl::StatusOr<int> BoundSocket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::ErrnoToStatus(errno, "socket");
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const sockaddr_in address = Loopback(0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address))) {
    const absl::Status error = absl::ErrnoToStatus(errno, "bind");
    close(fd);
    return error;
  }
  return fd;
}

int PortOf(int fd) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ssl::Transport>> ConnectLoopback(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::ErrnoToStatus(errno, "socket");
  auto transport = std::make_unique<FdTransport>(fd);
  const sockaddr_in address = Loopback(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0) {
    return absl::ErrnoToStatus(errno, "connect");
  }
  return transport;
}

absl::StatusOr<std::unique_ptr<LoopbackSocket>> LoopbackSocket::Listen() {
  absl::StatusOr<std::unique_ptr<LoopbackSocket>> socket = Reserve();
  if (socket.ok() && listen((*socket)->fd_, SOMAXCONN) != 0) {
    return absl::ErrnoToStatus(errno, "listen");
  }
  return socket;
}

absl::StatusOr<std::unique_ptr<LoopbackSocket>> LoopbackSocket::Reserve() {
  const absl::StatusOr<int> fd = BoundSocket();
  if (!fd.ok()) return fd.status();
  return std::unique_ptr<LoopbackSocket>(
      new LoopbackSocket(*fd, PortOf(*fd)));
}

LoopbackSocket::~LoopbackSocket() { close(fd_); }

absl::StatusOr<std::unique_ptr<ssl::Transport>> LoopbackSocket::Accept() {
  if (!Await(fd_, POLLIN)) return absl::DeadlineExceededError("accept");
  const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, "accept");
  return std::make_unique<FdTransport>(fd);
}

}  // namespace airlock::interop
