// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One thread of a server: accepts connections and serves them.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_SERVER_LOOP_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_SERVER_LOOP_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/http/event_loop.h"
#include "platform/http/server/internal/accepted_connection.h"
#include "platform/http/server/internal/loop_state.h"
#include "platform/http/server/internal/server_shared.h"
#include "platform/tcp.h"

namespace airlock::http::internal {

// If all places are taken, or the system is short of descriptors, and another
// client waits, ends the connection that has waited longest for its own client,
// if that has waited for some time. Run is for one thread; Stop for
// any.
class ServerLoop final : private LoopState {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `shared` outlives the loop. Errors: a lack of descriptors.
  static absl::StatusOr<std::unique_ptr<ServerLoop>> Create(
      ServerShared& shared);
  ~ServerLoop() override;

  // Serves until Stop. Errors: those of epoll.
  absl::Status Run(const platform::TcpListener& listener);
  void Stop();

  // Calls `ready` when `fd` is readable. Before Run. Errors: those of epoll.
  absl::Status WatchLate(int fd, EventLoop::Callback ready);
  // Goes on with the handshakes that wait for a callback. For any thread.
  void RetryLate();

 private:
  ServerLoop(ServerShared& shared, std::unique_ptr<EventLoop> loop,
             std::shared_ptr<EventLoop::Mailbox> mailbox);

  void Wake(uint64_t id) override;
  void Remove(uint64_t id) override;
  void TimerSet() override;

  // Accepts what waits, as far as there is room.
  void Accept();
  // Accepts one connection; ok if none waits any more, too.
  absl::Status AcceptOne(bool* more);
  // Watches the listener, or pauses if nothing can be accepted.
  void Listen();
  void Pause(Time until);
  // Ends the connection that has waited longest for its client. Returns when to
  // try again.
  Time MakeRoom();
  void BeginStop();
  void RunTimers();

  const std::unique_ptr<EventLoop> owned_loop_;
  const std::shared_ptr<EventLoop::Mailbox> mailbox_;  // For Stop.
  const platform::TcpListener* listener_ = nullptr;
  bool listening_ = false;
  bool stopping_ = false;
  EventLoop::TimerId pause_ = 0;
  EventLoop::TimerId wheel_timer_ = 0;
  Time wheel_time_ = Time::max();
  std::unordered_map<uint64_t, std::unique_ptr<AcceptedConnection>>
      connections_;
  std::vector<std::unique_ptr<AcceptedConnection>> removed_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_SERVER_LOOP_H_
