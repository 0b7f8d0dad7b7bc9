// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/socket_call.h"

#include <poll.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/time/time.h"
#include "platform/fork_guard.h"
#include "platform/internal/fd_wait.h"
#include "platform/keys/key_client.h"
#include "ssl/error.h"

namespace airlock::c::internal {
namespace {

using platform::internal::FdState;
using platform::internal::Until;
using std::chrono::steady_clock;

class Call;
thread_local const Call* current_call = nullptr;

// One call. There may be two at a time, on two threads.
class Call {
 public:
  explicit Call(airlock_socket* socket) : socket_(socket) {
    socket->generation = platform::ForkGeneration();
    ++socket->calls;
  }
  ~Call() {
    if (--socket_->calls == 0 && socket_->freed) delete socket_;
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  airlock_socket* socket() const { return socket_; }
  const Call* outer() const { return outer_; }

  // Runs `io` with exclusive use of the socket.
  ssl::IoResult Io(absl::FunctionRef<ssl::IoResult(ssl::Socket&)> io) {
    const Innermost innermost(this);
    socket_->broken = true;
    const bool shaking = !socket_->socket->handshake_done();
    if (shaking && !socket_->handshake_begin.has_value()) {
      socket_->handshake_begin = steady_clock::now();
    }
    ssl::IoResult result = io(*socket_->socket);
    socket_->broken = false;
    if (shaking && socket_->socket->handshake_done()) {
      socket_->handshake_time = steady_clock::now() - *socket_->handshake_begin;
    }
    return result;
  }

 private:
  // While this exists, the call is the thread's innermost.
  class Innermost {
   public:
    explicit Innermost(Call* call) : call_(call) {
      call->outer_ = std::exchange(current_call, call);
    }
    ~Innermost() { current_call = call_->outer_; }
    Innermost(const Innermost&) = delete;
    Innermost& operator=(const Innermost&) = delete;

   private:
    Call* const call_;
  };

  airlock_socket* const socket_;
  const Call* outer_ = nullptr;
};

absl::Status CheckUsable(airlock_socket* socket) {
  if (socket->broken) {
    return ssl::MakeStatus(ssl::ErrorKind::kInternal,
                           "An earlier call ran out of memory; free the "
                           "socket.");
  }
  if (socket->claim == nullptr) return absl::OkStatus();
  return socket->claim->Use();
}

// Unlocks the socket until its transport may be ready, or until another thread
// that waited for the same event saw it. If that thread reads, no other reads
// meanwhile: if a third took the bytes, it would wait forever.
absl::Status Wait(airlock_socket* socket, bool reading,
                  std::unique_lock<std::mutex>* lock) {
  const Until until = platform::internal::Earlier(
      platform::internal::UntilAfter(socket->timeout),
      socket->fd_transport->deadline());
  Waits& waits = *socket->shared->waits;
  bool& polled = reading ? waits.reading : waits.writing;
  FdState state = FdState::kReady;
  if (polled) {
    const platform::ForkPause fork_pause;
    // By now another thread may wait for the same event again.
    const auto over = [&waits, round = waits.round] {
      return waits.round != round;
    };
    if (!until.has_value()) {
      waits.over.wait(*lock, over);
    } else if (!waits.over.wait_until(*lock, *until, over)) {
      state = FdState::kTimedOut;
    }
  } else {
    polled = true;
    lock->unlock();
    state = platform::internal::WaitForFd(socket->fd_transport->fd(),
                                          reading ? POLLIN : POLLOUT, until);
    {
      const platform::ForkPause fork_pause;
      lock->lock();
    }
    polled = false;
    ++waits.round;
    waits.over.notify_all();
  }
  if (state != FdState::kTimedOut) return absl::OkStatus();
  return ssl::MakeStatus(
      ssl::ErrorKind::kTimeout,
      socket->fd_transport->TimedOut(reading, socket->timeout).message());
}

}  // namespace

keys::KeyWaitScope KeyWaitFor(const platform::PosixTransport* transport,
                              absl::Duration timeout) {
  return {transport == nullptr ? Until() : transport->deadline(),
          /*interruptible=*/false,
          timeout > absl::ZeroDuration() ? timeout : absl::InfiniteDuration()};
}

bool InCall(const airlock_socket& socket) {
  for (const Call* call = current_call; call != nullptr; call = call->outer()) {
    if (call->socket() == &socket) return true;
  }
  return false;
}

airlock_socket* CurrentSocket() {
  return current_call == nullptr ? nullptr : current_call->socket();
}

Outcome DoIo(airlock_socket* socket, size_t* done,
             absl::FunctionRef<ssl::IoResult(ssl::Socket&)> io) {
  if (socket == nullptr) return IsNull("socket");
  if (InCall(*socket)) {
    return Invalid("A socket's own callback must not call that socket.");
  }
  if (socket->calls > 0 && socket->generation != platform::ForkGeneration()) {
    return Invalid(
        "Another thread was using this socket when the process forked, so it "
        "stays with the parent. Free this copy.");
  }
  // Destroyed last, since it may delete the socket.
  Call call(socket);
  std::unique_lock<std::mutex> lock(socket->shared->mutex, std::defer_lock);
  {
    const platform::ForkPause fork_pause;
    lock.lock();
  }
  while (true) {
    const absl::Status usable = CheckUsable(socket);
    if (!usable.ok()) return usable;
    const ssl::IoResult result = [&] {
      const keys::KeyWaitScope wait =
          KeyWaitFor(socket->fd_transport, socket->timeout);
      return call.Io(io);
    }();
    if (result.failed()) return result.status();
    const bool reading = result.want_read();
    if ((reading || result.want_write()) && socket->fd_transport != nullptr &&
        !socket->freed && socket->timeout > absl::ZeroDuration()) {
      const absl::Status waited = Wait(socket, reading, &lock);
      if (!waited.ok()) return waited;
      continue;
    }
    if (result.done() && done != nullptr) *done = result.bytes();
    return StatusOf(result);
  }
}

}  // namespace airlock::c::internal
