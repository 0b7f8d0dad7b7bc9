// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Waits for many descriptors and timers on one thread.
#ifndef AIRLOCK_PLATFORM_HTTP_EVENT_LOOP_H_
#define AIRLOCK_PLATFORM_HTTP_EVENT_LOOP_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "platform/internal/unique_fd.h"

namespace airlock::http {

// Waits by poll(2) for a few descriptors and by epoll(7) for many, and has
// timers and a mailbox for other threads. Epoll and the mailbox each have a
// descriptor. Callbacks run on the thread of RunOnce, one at a time, and may
// call everything except RunOnce. For one thread, except for Mailbox.
class EventLoop {
 public:
  using Callback = std::function<void()>;
  using Time = std::chrono::steady_clock::time_point;
  // Identifies a timer; 0 is not a timer.
  using TimerId = uint64_t;

  // Accepts callbacks from other threads. Outlives its loop as long as someone
  // keeps it; then it drops what it gets. Thread-safe.
  class Mailbox {
   public:
    explicit Mailbox(platform::internal::UniqueFd wake)
        : wake_(std::move(wake)) {}

    // Runs `callback` on the loop's thread; wakes the loop.
    void Post(Callback callback);

   private:
    friend class EventLoop;
    std::vector<Callback> Take();
    void Close();

    const platform::internal::UniqueFd wake_;  // An eventfd.
    absl::Mutex mutex_;
    bool closed_ ABSL_GUARDED_BY(mutex_) = false;
    std::vector<Callback> posted_ ABSL_GUARDED_BY(mutex_);
  };

  // Opens no descriptor yet: for a loop that may never need one.
  EventLoop() = default;
  // Opens them now, so that a lack of descriptors shows here. Errors: those of
  // epoll_create1 and eventfd.
  static absl::StatusOr<std::unique_ptr<EventLoop>> Create();

  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Calls `ready` each time that `fd` is ready for one of epoll's `events`
  // (EPOLLIN, EPOLLOUT), has an error or was closed by the peer, until Unwatch.
  // A later Watch of the same descriptor replaces this one. The caller keeps
  // the descriptor open, and calls Unwatch before it closes it. Errors: those
  // of epoll, such as a lack of descriptors.
  absl::Status Watch(int fd, uint32_t events, Callback ready);
  // Does nothing if `fd` is not watched.
  void Unwatch(int fd);

  // Calls `callback` once, at `time` or soon afterwards.
  TimerId At(Time time, Callback callback);
  // Does nothing if the timer has run.
  void Cancel(TimerId timer);

  // Runs `callback` after the current callbacks. For the loop's own thread.
  void Defer(Callback callback);

  // The same one each time. Errors: those of eventfd, such as a lack of
  // descriptors.
  absl::StatusOr<std::shared_ptr<Mailbox>> mailbox();

  // Waits for the next events and runs their callbacks, without a wait if
  // callbacks are deferred. Errors: those of poll and epoll_wait.
  absl::Status RunOnce();

 private:
  struct Watched {
    uint64_t id = 0;  // 0: not registered with epoll.
    uint32_t events = 0;
    std::shared_ptr<Callback> ready;
  };

  absl::Status OpenEpoll();
  absl::Status OpenMailbox();
  // Registers all watched descriptors with epoll.
  absl::Status BeginEpoll();
  // These wait, and run the callbacks.
  absl::Status Poll();
  absl::Status WaitForEpoll();
  // The time until the next timer; -1 if no timer is set.
  int WaitMilliseconds() const;
  void RunTimers();
  void RunPosted();
  void RunDeferred();

  platform::internal::UniqueFd epoll_;  // Invalid until it is needed.
  std::shared_ptr<Mailbox> mailbox_;    // Null until it is needed.
  uint64_t next_id_ = 1;                // 0 is the mailbox.
  std::unordered_map<int, Watched> watched_;
  std::unordered_map<uint64_t, int> fds_;  // By Watched::id.
  std::map<std::pair<Time, TimerId>, Callback> timers_;
  std::unordered_map<TimerId, Time> times_;
  std::vector<Callback> deferred_;
  bool skipped_wait_ = false;  // The last RunOnce did not look at descriptors.
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_EVENT_LOOP_H_
