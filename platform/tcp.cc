// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tcp.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "config/error_place.h"
#include "platform/internal/address_lookup.h"
#include "platform/internal/fd_wait.h"
#include "platform/internal/unshared_fd.h"
#include "ssl/shown.h"

namespace airlock::platform {
namespace {

using internal::AddressList;
using internal::FdState;
using internal::UniqueFd;
using internal::Until;

std::string HostAndPort(absl::string_view host, uint16_t port) {
  const bool ipv6 = absl::StrContains(host, ':');
  return absl::StrCat(ipv6 ? "[" : "", ssl::Shown(host), ipv6 ? "]" : "", ":",
                      port);
}

uint16_t PortOf(const sockaddr_storage& address) {
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

// A numeric address without its port.
std::string Numeric(const sockaddr* address, socklen_t size) {
  std::array<char, NI_MAXHOST> host = {};
  if (getnameinfo(address, size, host.data(), host.size(), nullptr, 0,
                  NI_NUMERICHOST) != 0) {
    return "(unknown address type)";
  }
  return host.data();
}

absl::StatusOr<AddressList> Resolve(const std::string& host, uint16_t port,
                                    int flags, absl::string_view what) {
  absl::StatusOr<AddressList> list =
      internal::LookUpAddresses(host, port, flags);
  if (list.ok()) return list;
  const std::string place = HostAndPort(host, port);
  return config::WithPlace(
      absl::Status(list.status().code(),
                   absl::StrCat("cannot ", what, " ", place, ": ",
                                list.status().message())),
      place);
}

// Sends small writes, such as those of handshakes, at once.
void SendAtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

// Connects to one address; on failure, errno is the reason.
UniqueFd ConnectTo(const addrinfo& address, Until until) {
  UniqueFd fd(socket(address.ai_family,
                     address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                     address.ai_protocol));
  if (!fd.valid()) return fd;
  if (connect(fd.get(), address.ai_addr, address.ai_addrlen) == 0) return fd;
  int error = errno;
  // The connection attempt continues after a signal, too.
  if (error == EINPROGRESS || error == EINTR) {
    // A child that is forked meanwhile could not use it.
    const internal::UnsharedFd unshared(fd.get());
    switch (internal::WaitForFd(fd.get(), POLLOUT, until)) {
      case FdState::kTimedOut:
        error = ETIMEDOUT;
        break;
      case FdState::kFailed:
        error = errno;
        break;
      case FdState::kReady: {
        socklen_t size = sizeof(error);
        if (getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
          error = errno;
        }
        break;
      }
    }
  }
  if (error == 0) return fd;
  fd = UniqueFd();
  errno = error;
  return fd;
}

// The deadline for one of the `count` remaining addresses.
Until Share(Until until, int count) {
  if (!until.has_value()) return until;
  const auto now = std::chrono::steady_clock::now();
  return *until <= now ? until : now + (*until - now) / count;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PosixTransport>> Dial(const std::string& host,
                                                     uint16_t port,
                                                     absl::Duration timeout) {
  if (host.empty()) {
    return absl::InvalidArgumentError(
        "cannot connect: the host name is empty; pass the server's");
  }
  absl::StatusOr<AddressList> addresses = Resolve(host, port, 0, "connect to");
  if (!addresses.ok()) return addresses.status();
  const Until until = internal::UntilAfter(timeout);
  int count = 0;
  for (const addrinfo* a = addresses->get(); a != nullptr; a = a->ai_next) {
    ++count;
  }
  std::vector<std::string> reasons;
  int error = 0;
  for (const addrinfo* a = addresses->get(); a != nullptr; a = a->ai_next) {
    UniqueFd fd = ConnectTo(*a, Share(until, count--));
    if (fd.valid()) {
      SendAtOnce(fd.get());
      PosixTransportOptions options;
      options.peer = HostAndPort(host, port);
      return PosixTransport::Create(fd.Release(), std::move(options));
    }
    error = errno;
    reasons.emplace_back(
        absl::ErrnoToStatus(error, Numeric(a->ai_addr, a->ai_addrlen))
            .message());
  }
  const std::string place = HostAndPort(host, port);
  return config::WithPlace(
      absl::Status(absl::ErrnoToStatusCode(error),
                   absl::StrCat("cannot connect to ", place, ": ",
                                absl::StrJoin(reasons, "; "))),
      place);
}

absl::StatusOr<TcpListener> TcpListener::Listen(const std::string& address,
                                                uint16_t port) {
  absl::StatusOr<AddressList> addresses =
      Resolve(address, port, AI_PASSIVE, "listen on");
  if (!addresses.ok()) return addresses.status();
  int error = 0;
  for (const addrinfo* a = addresses->get(); a != nullptr; a = a->ai_next) {
    UniqueFd fd(socket(a->ai_family,
                       a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                       a->ai_protocol));
    const int on = 1;
    sockaddr_storage bound = {};
    socklen_t size = sizeof(bound);
    auto* const bound_address = reinterpret_cast<sockaddr*>(&bound);
    if (!fd.valid() ||
        // A restarted server need not wait for old connections to end.
        setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd.get(), a->ai_addr, a->ai_addrlen) != 0 ||
        listen(fd.get(), SOMAXCONN) != 0 ||
        getsockname(fd.get(), bound_address, &size) != 0) {
      error = errno;
      continue;
    }
    return TcpListener(std::move(fd), PortOf(bound));
  }
  const std::string place = HostAndPort(address, port);
  return config::WithPlace(
      absl::ErrnoToStatus(error, absl::StrCat("cannot listen on ", place)),
      place);
}

absl::StatusOr<std::unique_ptr<PosixTransport>> TcpListener::Accept(
    absl::Duration timeout) const {
  const Until until = internal::UntilAfter(timeout);
  while (true) {
    sockaddr_storage peer = {};
    socklen_t size = sizeof(peer);
    auto* const address = reinterpret_cast<sockaddr*>(&peer);
    UniqueFd fd(accept4(fd_.get(), address, &size, SOCK_CLOEXEC));
    if (fd.valid()) {
      SendAtOnce(fd.get());
      PosixTransportOptions options;
      options.peer = HostAndPort(Numeric(address, size), PortOf(peer));
      return PosixTransport::Create(fd.Release(), std::move(options));
    }
    int error = errno;
    // Continue if the client has already gone.
    if (error == EINTR || error == ECONNABORTED) continue;
    if (error == EAGAIN || error == EWOULDBLOCK) {
      switch (internal::WaitForFd(fd_.get(), POLLIN, until)) {
        case FdState::kReady:
          continue;
        case FdState::kTimedOut:
          return absl::DeadlineExceededError(
              absl::StrCat("no client connected to port ", port_, " within ",
                           absl::FormatDuration(timeout)));
        case FdState::kFailed:
          error = errno;
      }
    }
    return absl::ErrnoToStatus(
        error, absl::StrCat("cannot accept a connection on port ", port_));
  }
}

}  // namespace airlock::platform
