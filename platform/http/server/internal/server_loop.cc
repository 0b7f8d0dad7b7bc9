// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/server_loop.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "absl/time/time.h"
#include "platform/internal/unique_fd.h"

namespace airlock::http::internal {
namespace {

using platform::internal::UniqueFd;
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

// How many connections are accepted before others have their turn.
constexpr int kBatch = 16;

bool IsReadable(int fd) {
  pollfd one = {fd, POLLIN, 0};
  return poll(&one, 1, 0) > 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerLoop>> ServerLoop::Create(
    ServerShared& shared) {
  absl::StatusOr<std::unique_ptr<EventLoop>> loop = EventLoop::Create();
  if (!loop.ok()) return loop.status();
  absl::StatusOr<std::shared_ptr<EventLoop::Mailbox>> mailbox =
      (*loop)->mailbox();
  if (!mailbox.ok()) return mailbox.status();
  // Not make_unique: the constructor is private.
  return std::unique_ptr<ServerLoop>(
      new ServerLoop(shared, *std::move(loop), *std::move(mailbox)));
}

ServerLoop::ServerLoop(ServerShared& the_shared,
                       std::unique_ptr<EventLoop> the_loop,
                       std::shared_ptr<EventLoop::Mailbox> mailbox)
    : LoopState(the_shared, *the_loop),
      owned_loop_(std::move(the_loop)),
      mailbox_(std::move(mailbox)) {}

ServerLoop::~ServerLoop() {
  connections_.clear();
  removed_.clear();
}

void ServerLoop::Wake(uint64_t id) {
  loop.Defer([this, id] {
    const auto found = connections_.find(id);
    if (found != connections_.end()) found->second->Turn();
  });
}

void ServerLoop::Remove(uint64_t id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  // The connection may be in the middle of a call.
  removed_.push_back(std::move(found->second));
  connections_.erase(found);
  shared.ReturnPlace();
  if (removed_.size() > 1) return;
  loop.Defer([this] {
    removed_.clear();
    Listen();
  });
}

void ServerLoop::TimerSet() {
  // The wheel's slots are later than this, unless they are overdue.
  const Time next = wheel.next();
  if (next >= wheel_time_) return;
  loop.Cancel(wheel_timer_);
  wheel_time_ = next;
  wheel_timer_ = loop.At(next, [this] { RunTimers(); });
}

void ServerLoop::RunTimers() {
  wheel_timer_ = 0;
  wheel_time_ = Time::max();
  wheel.Advance(steady_clock::now());
  if (wheel.next() != Time::max()) TimerSet();
}

absl::Status ServerLoop::Run(const platform::TcpListener& listener) {
  listener_ = &listener;
  Listen();
  while (!stopping_ || !connections_.empty()) {
    const absl::Status status = loop.RunOnce();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void ServerLoop::Stop() {
  mailbox_->Post([this] { BeginStop(); });
}

absl::Status ServerLoop::WatchLate(int fd, EventLoop::Callback ready) {
  return loop.Watch(fd, EPOLLIN, std::move(ready));
}

// By the mailbox, always: a handshake that has just asked may not be on the
// list yet, but is when its loop runs the callback.
void ServerLoop::RetryLate() {
  mailbox_->Post([this] {
    for (const uint64_t id : std::exchange(late, {})) {
      const auto found = connections_.find(id);
      if (found != connections_.end()) found->second->RetryLate();
    }
  });
}

void ServerLoop::BeginStop() {
  if (stopping_) return;
  stopping_ = true;
  if (listening_) loop.Unwatch(listener_->fd());
  listening_ = false;
  loop.Cancel(pause_);
  std::vector<uint64_t> ids;
  for (const auto& [id, connection] : connections_) ids.push_back(id);
  for (const uint64_t id : ids) {
    const auto found = connections_.find(id);
    if (found != connections_.end()) found->second->Stop();
  }
  loop.At(steady_clock::now() + kStopGrace, [this] {
    while (!connections_.empty()) {
      connections_.begin()->second->EndNow(ServerObserver::End::kStopping);
    }
  });
}

void ServerLoop::Listen() {
  if (listening_ || stopping_ || listener_ == nullptr) return;
  loop.Cancel(std::exchange(pause_, 0));
  const absl::Status watched =
      loop.Watch(listener_->fd(), EPOLLIN, [this] { Accept(); });
  listening_ = watched.ok();
  if (listening_) return;
  shared.ReportShortage(watched);
  Pause(steady_clock::now() + kPause);
}

void ServerLoop::Pause(Time until) {
  if (listening_) loop.Unwatch(listener_->fd());
  listening_ = false;
  loop.Cancel(pause_);
  pause_ = loop.At(until, [this] {
    pause_ = 0;
    Listen();
  });
}

void ServerLoop::Accept() {
  for (int i = 0; i < kBatch; ++i) {
    if (!shared.TakePlace()) {
      // Another loop's connection may end, too.
      if (IsReadable(listener_->fd())) {
        Pause(std::min(MakeRoom(), steady_clock::now() + kPause));
      }
      return;
    }
    bool more = false;
    const absl::Status accepted = AcceptOne(&more);
    if (!accepted.ok()) {
      shared.ReportShortage(accepted);
      Time retry = steady_clock::now() + kPause;
      if (IsReadable(listener_->fd())) retry = std::min(retry, MakeRoom());
      return Pause(retry);
    }
    if (!more) return;
  }
}

absl::Status ServerLoop::AcceptOne(bool* more) {
  std::array<UniqueFd, kSpareDescriptors> spare;
  for (UniqueFd& fd : spare) {
    fd = UniqueFd(fcntl(listener_->fd(), F_DUPFD_CLOEXEC, 0));
    if (!fd.valid()) {
      const int error = errno;
      shared.ReturnPlace();
      return absl::ErrnoToStatus(error, "cannot accept a connection");
    }
  }
  auto transport = listener_->Accept(absl::ZeroDuration());
  if (!transport.ok()) {
    shared.ReturnPlace();
    // None is left: another loop was faster, or the client has gone.
    return absl::IsDeadlineExceeded(transport.status()) ? absl::OkStatus()
                                                        : transport.status();
  }
  *more = true;
  const uint64_t id = shared.NextId();
  auto made = AcceptedConnection::Create(*this, id, *std::move(transport),
                                         shared.Context(steady_clock::now()));
  if (!made.ok()) {
    shared.ReturnPlace();
    return made.status();
  }
  AcceptedConnection* const connection = made->get();
  connections_.emplace(id, *std::move(made));
  connection->Turn();
  return absl::OkStatus();
}

ServerLoop::Time ServerLoop::MakeRoom() {
  const Time now = steady_clock::now();
  AcceptedConnection* longest = nullptr;
  for (AcceptedConnection* const connection : waiting) {
    // A connection that is already closing makes room.
    if (connection->closing()) return Time::max();
    if (longest == nullptr && connection->waits_for_client()) {
      longest = connection;
      break;
    }
  }
  if (longest == nullptr) return Time::max();
  const Time due = longest->waits_since() + kPatience;
  if (due > now) return due;
  shared.stats().connections_evicted.fetch_add(1, std::memory_order_relaxed);
  longest->EndNow(ServerObserver::End::kMadeRoom);
  return now;
}

}  // namespace airlock::http::internal
