// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/event_loop.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace airlock::http {

using platform::internal::UniqueFd;

namespace {

// Up to so many descriptors are given to poll(2) in each wait, which needs
// fewer system calls than epoll for a descriptor that is watched once or twice.
constexpr size_t kMaxPolled = 4;

static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT &&
                  POLLRDHUP == EPOLLRDHUP,
              "poll and epoll name the events that callers watch alike");

// With errno.
absl::Status CannotOpen() {
  return absl::ErrnoToStatus(errno, "cannot create an event loop");
}

// Returns whether it could, with errno. The mailbox has number 0.
bool AddMailbox(int epoll, int wake) {
  epoll_event event = {};
  event.events = EPOLLIN;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) == 0;
}

}  // namespace

void EventLoop::Mailbox::Post(Callback callback) {
  const absl::MutexLock lock(&mutex_);
  if (closed_) return;
  posted_.push_back(std::move(callback));
  const uint64_t one = 1;
  // If the counter is full, the loop is awake already.
  [[maybe_unused]] const ssize_t n = write(wake_.get(), &one, sizeof(one));
}

std::vector<EventLoop::Callback> EventLoop::Mailbox::Take() {
  const absl::MutexLock lock(&mutex_);
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t n = read(wake_.get(), &count, sizeof(count));
  return std::exchange(posted_, {});
}

void EventLoop::Mailbox::Close() {
  std::vector<Callback> dropped;  // Destroyed without the lock.
  const absl::MutexLock lock(&mutex_);
  closed_ = true;
  dropped.swap(posted_);
}

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create() {
  auto loop = std::make_unique<EventLoop>();
  absl::Status status = loop->OpenEpoll();
  if (status.ok()) status = loop->OpenMailbox();
  if (!status.ok()) return status;
  return loop;
}

EventLoop::~EventLoop() {
  if (mailbox_ != nullptr) mailbox_->Close();
}

absl::Status EventLoop::OpenEpoll() {
  if (epoll_.valid()) return absl::OkStatus();
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return CannotOpen();
  if (mailbox_ != nullptr && !AddMailbox(epoll.get(), mailbox_->wake_.get())) {
    return CannotOpen();
  }
  epoll_ = std::move(epoll);
  return absl::OkStatus();
}

absl::Status EventLoop::OpenMailbox() {
  if (mailbox_ != nullptr) return absl::OkStatus();
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid() ||
      (epoll_.valid() && !AddMailbox(epoll_.get(), wake.get()))) {
    return CannotOpen();
  }
  mailbox_ = std::make_shared<Mailbox>(std::move(wake));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<EventLoop::Mailbox>> EventLoop::mailbox() {
  absl::Status status = OpenMailbox();
  if (!status.ok()) return status;
  return mailbox_;
}

absl::Status EventLoop::Watch(int fd, uint32_t events, Callback ready) {
  auto callback = std::make_shared<Callback>(std::move(ready));
  const auto found = watched_.find(fd);
  if (found != watched_.end() && found->second.events == events) {
    found->second.ready = std::move(callback);
    return absl::OkStatus();
  }
  const bool added = found == watched_.end();
  // Without epoll, fds_ is empty.
  if (fds_.empty() && watched_.size() + (added ? 1 : 0) <= kMaxPolled) {
    watched_[fd] = {0, events, std::move(callback)};
    return absl::OkStatus();
  }
  if (fds_.empty()) {
    const absl::Status status = BeginEpoll();
    if (!status.ok()) return status;
  }
  epoll_event event = {};
  event.events = events;
  event.data.u64 = added ? next_id_ : found->second.id;
  if (epoll_ctl(epoll_.get(), added ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd,
                &event) != 0) {
    return absl::ErrnoToStatus(errno, "cannot wait for a connection");
  }
  if (added) fds_[next_id_++] = fd;
  watched_[fd] = {event.data.u64, events, std::move(callback)};
  return absl::OkStatus();
}

absl::Status EventLoop::BeginEpoll() {
  absl::Status opened = OpenEpoll();
  if (!opened.ok()) return opened;
  for (auto& [fd, watched] : watched_) {
    epoll_event event = {};
    event.events = watched.events;
    event.data.u64 = next_id_;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      absl::Status status =
          absl::ErrnoToStatus(errno, "cannot wait for a connection");
      for (const auto& [id, registered] : fds_) {
        epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, registered, nullptr);
        watched_[registered].id = 0;
      }
      fds_.clear();
      return status;
    }
    watched.id = next_id_;
    fds_[next_id_++] = fd;
  }
  return absl::OkStatus();
}

void EventLoop::Unwatch(int fd) {
  const auto found = watched_.find(fd);
  if (found == watched_.end()) return;
  if (found->second.id != 0) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    fds_.erase(found->second.id);
  }
  watched_.erase(found);
}

EventLoop::TimerId EventLoop::At(Time time, Callback callback) {
  const TimerId id = next_id_++;
  timers_.emplace(std::make_pair(time, id), std::move(callback));
  times_[id] = time;
  return id;
}

void EventLoop::Cancel(TimerId timer) {
  const auto found = times_.find(timer);
  if (found == times_.end()) return;
  timers_.erase({found->second, timer});
  times_.erase(found);
}

void EventLoop::Defer(Callback callback) {
  deferred_.push_back(std::move(callback));
}

int EventLoop::WaitMilliseconds() const {
  if (!deferred_.empty()) return 0;
  if (timers_.empty()) return -1;
  const auto left =
      timers_.begin()->first.first - std::chrono::steady_clock::now();
  // Rounded up, so that it does not wake before the timer.
  const int64_t milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(left).count() + 1;
  return static_cast<int>(
      std::clamp<int64_t>(milliseconds, 0, 24 * 60 * 60 * 1000));
}

void EventLoop::RunTimers() {
  const Time now = std::chrono::steady_clock::now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    const Callback callback = std::move(timers_.begin()->second);
    times_.erase(timers_.begin()->first.second);
    timers_.erase(timers_.begin());
    callback();
  }
}

void EventLoop::RunPosted() {
  for (const Callback& callback : mailbox_->Take()) callback();
}

void EventLoop::RunDeferred() {
  for (const Callback& callback : std::exchange(deferred_, {})) callback();
}

absl::Status EventLoop::RunOnce() {
  // Not twice in a row, so that descriptors have their turn.
  if (!deferred_.empty() && !std::exchange(skipped_wait_, true)) {
    RunDeferred();
    RunTimers();
    return absl::OkStatus();
  }
  skipped_wait_ = false;
  const absl::Status status = fds_.empty() ? Poll() : WaitForEpoll();
  if (!status.ok()) return status;
  RunDeferred();
  RunTimers();
  return absl::OkStatus();
}

absl::Status EventLoop::Poll() {
  std::array<pollfd, kMaxPolled + 1> polled = {};
  std::array<std::shared_ptr<Callback>, kMaxPolled + 1> callbacks;
  // poll(2) ignores a negative descriptor.
  polled[0] = {mailbox_ == nullptr ? -1 : mailbox_->wake_.get(), POLLIN, 0};
  size_t size = 1;
  for (const auto& [fd, watched] : watched_) {
    polled[size] = {fd, static_cast<int16_t>(watched.events), 0};
    callbacks[size++] = watched.ready;
  }
  const int count = poll(polled.data(), size, WaitMilliseconds());
  // RLIMIT_NOFILE is below that number of descriptors.
  if (count < 0 && errno == EINVAL && !watched_.empty()) return BeginEpoll();
  if (count < 0 && errno != EINTR) {
    return absl::ErrnoToStatus(errno, "cannot wait for connections");
  }
  if (count <= 0) return absl::OkStatus();
  if (polled[0].revents != 0) RunPosted();
  for (size_t i = 1; i < size; ++i) {
    if (polled[i].revents == 0) continue;
    // An earlier callback may have ended or replaced this watch.
    const auto found = watched_.find(polled[i].fd);
    if (found != watched_.end() && found->second.ready == callbacks[i]) {
      (*callbacks[i])();
    }
  }
  return absl::OkStatus();
}

absl::Status EventLoop::WaitForEpoll() {
  std::array<epoll_event, 64> events;
  const int count = epoll_wait(epoll_.get(), events.data(), events.size(),
                               WaitMilliseconds());
  if (count < 0 && errno != EINTR) {
    return absl::ErrnoToStatus(errno, "cannot wait for connections");
  }
  for (int i = 0; i < count; ++i) {
    const uint64_t id = events[i].data.u64;
    if (id == 0) {
      RunPosted();
      continue;
    }
    // An earlier callback may have ended this watch.
    const auto fd = fds_.find(id);
    if (fd == fds_.end()) continue;
    const std::shared_ptr<Callback> ready = watched_.at(fd->second).ready;
    (*ready)();
  }
  return absl::OkStatus();
}

}  // namespace airlock::http
