// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/connection_pool.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "absl/time/time.h"

namespace airlock::cli {

using platform::internal::UniqueFd;

namespace {

// After what could not be accepted: what is missing may come back without a
// connection's end, too.
constexpr int kPauseMs = 100;

}  // namespace

absl::StatusOr<std::unique_ptr<ConnectionPool>> ConnectionPool::Create(
    size_t max_connections, Handler handler, std::function<void()> on_hangup,
    std::function<void(const absl::Status&)> on_shortage) {
  std::unique_ptr<ConnectionPool> pool(
      new ConnectionPool(max_connections, std::move(handler),
                         std::move(on_hangup), std::move(on_shortage)));
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  pool->signals_ = UniqueFd(signalfd(-1, &signals, SFD_CLOEXEC));
  pool->finished_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!pool->signals_.valid() || !pool->finished_.valid()) {
    return absl::ErrnoToStatus(errno, "signalfd or eventfd");
  }
  return pool;
}

ConnectionPool::~ConnectionPool() { EndAll(); }

absl::Status ConnectionPool::Run(const platform::TcpListener& listener) {
  bool shortage = false;
  bool told = false;
  for (;;) {
    // The listener stays readable with what was not accepted.
    const bool full = Reap() >= max_connections_ || shortage;
    std::array<pollfd, 3> fds = {{{signals_.get(), POLLIN, 0},
                                  {finished_.get(), POLLIN, 0},
                                  {full ? -1 : listener.fd(), POLLIN, 0}}};
    if (poll(fds.data(), fds.size(), shortage ? kPauseMs : -1) < 0) {
      if (errno == EINTR) continue;
      return absl::ErrnoToStatus(errno, "poll");
    }
    if (fds[0].revents != 0) {
      signalfd_siginfo signal = {};
      if (read(signals_.get(), &signal, sizeof(signal)) != sizeof(signal) ||
          signal.ssi_signo != SIGHUP) {
        break;
      }
      on_hangup_();
    }
    shortage = false;
    if (fds[2].revents == 0) continue;
    const absl::Status status = AcceptOne(listener);
    shortage = !status.ok();
    if (!shortage || told) continue;
    told = true;
    on_shortage_(status);
  }
  EndAll();
  return absl::OkStatus();
}

absl::Status ConnectionPool::AcceptOne(const platform::TcpListener& listener) {
  // Becomes the copy that EndAll needs: who is accepted is served.
  UniqueFd spare(fcntl(listener.fd(), F_DUPFD_CLOEXEC, /*from=*/0));
  if (!spare.valid()) {
    return absl::ErrnoToStatus(errno, "cannot accept a connection");
  }
  // It may have gone away since, and must not be waited for.
  auto transport = listener.Accept(absl::ZeroDuration());
  if (absl::IsDeadlineExceeded(transport.status())) return absl::OkStatus();
  if (!transport.ok()) return transport.status();
  return Start(*std::move(transport), std::move(spare));
}

absl::Status ConnectionPool::Start(
    std::unique_ptr<platform::PosixTransport> transport, UniqueFd copy) {
  if (dup3(transport->fd(), copy.get(), O_CLOEXEC) < 0) {
    return absl::ErrnoToStatus(errno, "cannot serve a connection");
  }
  absl::MutexLock lock(&mutex_);
  Connection& connection = connections_.emplace_back();
  connection.fd = std::move(copy);
  const auto serve =
      [this, &connection](std::unique_ptr<platform::PosixTransport> own) {
        handler_(std::move(own));
        absl::MutexLock thread_lock(&mutex_);
        // As the transport would have, were it not for this copy of its fd.
        connection.fd = UniqueFd();
        connection.finished = true;
        const uint64_t one = 1;
        // Only a counter at its limit takes no more, and that is readable too.
        [[maybe_unused]] const ssize_t written =
            write(finished_.get(), &one, sizeof(one));
      };
  try {
    connection.thread = std::thread(serve, std::move(transport));
  } catch (const std::system_error& error) {
    connections_.pop_back();
    return absl::ErrnoToStatus(error.code().value(),
                               "cannot start a thread for a connection");
  }
  return absl::OkStatus();
}

size_t ConnectionPool::Reap() {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t size =
      read(finished_.get(), &count, sizeof(count));
  std::list<Connection> finished;
  size_t left = 0;
  {
    absl::MutexLock lock(&mutex_);
    for (auto it = connections_.begin(); it != connections_.end();) {
      const auto here = it++;
      if (here->finished) {
        finished.splice(finished.end(), connections_, here);
      }
    }
    left = connections_.size();
  }
  for (Connection& connection : finished) connection.thread.join();
  return left;
}

void ConnectionPool::EndAll() {
  std::list<Connection> all;
  {
    absl::MutexLock lock(&mutex_);
    for (Connection& connection : connections_) {
      if (connection.fd.valid()) shutdown(connection.fd.get(), SHUT_RDWR);
    }
    all.splice(all.end(), connections_);
  }
  for (Connection& connection : all) connection.thread.join();
}

}  // namespace airlock::cli
