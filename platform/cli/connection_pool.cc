// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/connection_pool.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <utility>

#include "absl/time/time.h"

namespace airlock::cli {

using platform::internal::UniqueFd;

namespace {

using platform::internal::Until;
using std::chrono::steady_clock;

// After a failed accept: resources may become available even if no connection
// ends.
constexpr std::chrono::milliseconds kPause{100};

// How long a client may keep a place that others wait for, without any
// progress: long enough for a handshake's round trips.
constexpr std::chrono::seconds kPatience{2};

// How many descriptors must be left when a connection is accepted: two for a
// folder and a file in it, one for the folder's listing.
constexpr size_t kSpareDescriptors = 3;

// How long requests may continue when the server stops.
constexpr std::chrono::seconds kStopGrace{5};

int MillisecondsUntil(Until until) {
  if (!until.has_value()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      *until - steady_clock::now());
  return static_cast<int>(std::max<int64_t>(left.count(), 0));
}

bool IsReadable(int fd) {
  pollfd one = {fd, POLLIN, 0};
  return poll(&one, 1, 0) > 0;
}

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
    // The listener stays readable while a client waits.
    const bool full = Reap() >= max_connections_ || shortage;
    const bool others_wait = full && IsReadable(listener.fd());
    Until retry;
    if (others_wait) retry = MakeRoom();
    if (shortage) {
      retry = platform::internal::Earlier(retry, steady_clock::now() + kPause);
    }
    // Full, and no client waits: the listener reports the first one.
    const bool listens = !full || (!others_wait && !shortage);
    std::array<pollfd, 3> fds = {{{signals_.get(), POLLIN, 0},
                                  {finished_.get(), POLLIN, 0},
                                  {listens ? listener.fd() : -1, POLLIN, 0}}};
    if (poll(fds.data(), fds.size(), MillisecondsUntil(retry)) < 0) {
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
    const bool was_full = full && !shortage;
    shortage = false;
    if (fds[2].revents == 0 || was_full) continue;
    const absl::Status status = AcceptOne(listener);
    shortage = !status.ok();
    if (!shortage || told) continue;
    told = true;
    on_shortage_(status);
  }
  EndAll();
  return absl::OkStatus();
}

Until ConnectionPool::MakeRoom() {
  absl::MutexLock lock(&mutex_);
  ConnectionPlace* oldest = nullptr;
  for (Connection& connection : connections_) {
    ConnectionPlace& place = connection.place;
    // A connection that is already ending makes room.
    if (connection.finished || place.ended() != ConnectionPlace::End::kNone) {
      return absl::nullopt;
    }
    if (oldest == nullptr || place.waits_since() < oldest->waits_since()) {
      oldest = &place;
    }
  }
  if (oldest == nullptr) return absl::nullopt;
  const auto due = oldest->waits_since() + kPatience;
  if (due > steady_clock::now()) return due;
  oldest->Interrupt(ConnectionPlace::End::kMakeRoom);
  return absl::nullopt;
}

absl::Status ConnectionPool::AcceptOne(const platform::TcpListener& listener) {
  // Made first: an accepted client must be served, and needs one.
  UniqueFd interrupt(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!interrupt.valid()) {
    return absl::ErrnoToStatus(errno, "cannot accept a connection");
  }
  std::array<UniqueFd, kSpareDescriptors> spare;
  for (UniqueFd& fd : spare) {
    fd = UniqueFd(fcntl(interrupt.get(), F_DUPFD_CLOEXEC, 0));
    if (!fd.valid()) {
      return absl::ErrnoToStatus(errno, "cannot accept a connection");
    }
  }
  // The client may be gone by now; do not wait for it.
  auto transport = listener.Accept(absl::ZeroDuration());
  if (absl::IsDeadlineExceeded(transport.status())) return absl::OkStatus();
  if (!transport.ok()) return transport.status();
  return Start(*std::move(transport), std::move(interrupt));
}

absl::Status ConnectionPool::Start(
    std::unique_ptr<platform::PosixTransport> transport, UniqueFd interrupt) {
  absl::MutexLock lock(&mutex_);
  Connection& connection = connections_.emplace_back(std::move(interrupt));
  transport->set_interrupt(connection.place.interrupt_fd());
  const auto serve =
      [this, &connection](std::unique_ptr<platform::PosixTransport> own) {
        handler_(std::move(own), &connection.place);
        absl::MutexLock thread_lock(&mutex_);
        connection.finished = true;
        const uint64_t one = 1;
        // Fails only if the counter is at its limit, which is readable too.
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
  {
    absl::MutexLock lock(&mutex_);
    for (Connection& connection : connections_) {
      connection.place.InterruptAfterRequest(ConnectionPlace::End::kStopping);
    }
  }
  const Until until = steady_clock::now() + kStopGrace;
  while (Reap() > 0 && !platform::internal::HasPassed(until)) {
    pollfd finished = {finished_.get(), POLLIN, 0};
    poll(&finished, 1, MillisecondsUntil(until));
  }
  std::list<Connection> all;
  {
    absl::MutexLock lock(&mutex_);
    for (Connection& connection : connections_) {
      connection.place.Interrupt(ConnectionPlace::End::kStopping);
    }
    all.splice(all.end(), connections_);
  }
  for (Connection& connection : all) connection.thread.join();
}

}  // namespace airlock::cli
