// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/core_access.h"

#include <fcntl.h>

#include <atomic>
#include <memory>
#include <new>
#include <utility>

#include "platform/python/socket_wait.h"
#include "ssl/error.h"

namespace airlock::python {
namespace {

// Above the standard streams, which programs close and open again.
constexpr int kFirstDescriptor = 3;
// Far above the numbers that a program gets: it may check that a number that it
// has just closed is closed.
constexpr int kHighDescriptor = 512;

// -1 if no descriptor is left.
int Duplicate(int fd) {
  const int high = fcntl(fd, F_DUPFD_CLOEXEC, kHighDescriptor);
  return high >= 0 ? high : fcntl(fd, F_DUPFD_CLOEXEC, kFirstDescriptor);
}

thread_local CoreAccess* current_access = nullptr;

// Whether this interpreter has no other thread. Needs the GIL. Without a GIL,
// other threads may end meanwhile, but only this one could begin another.
bool IsOnlyThread() {
  PyThreadState* const own = PyThreadState_Get();
  return PyInterpreterState_ThreadHead(own->interp) == own &&
         PyThreadState_Next(own) == nullptr;
}

// The descriptor's number; -1 if the socket is closed or does not exist.
int CurrentDescriptor(const SocketObject& socket) {
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  Descriptor descriptor;
  const bool open = GetDescriptor(socket, &descriptor);
  PyErr_Restore(type, value, traceback);
  return open ? descriptor.fd : -1;
}

// Of this thread. Unlike a pthread_t, no later thread has it.
uint64_t ThreadNumber() {
  static std::atomic<uint64_t> last{0};
  thread_local const uint64_t number = ++last;
  return number;
}

}  // namespace

SocketObject* SettleAfterFork(SocketObject* socket) {
  const uint64_t generation = platform::ForkGeneration();
  if (socket->generation == generation) return socket;
  // This thread has forked, from within a callback.
  if (socket->in_core && socket->core_thread == ThreadNumber()) return socket;
  socket->generation = generation;
  if (socket->in_core) {
    socket->in_core = false;
    socket->unusable = ssl::MakeStatus(
        ssl::ErrorKind::kInvalidArgument,
        "Another thread was using this connection when the process forked, so "
        "it stays with the parent. Close this copy.");
  }
  // A thread that does not exist here may hold it, so it is leaked.
  static_cast<void>(socket->mutex.release());
  socket->mutex = std::make_unique<std::recursive_mutex>();
  new (&socket->turns) Turns();
  return socket;
}

SocketLock::SocketLock(SocketObject* socket)
    : mutex_(SettleAfterFork(socket)->mutex.get()) {
  if (mutex_->try_lock()) return;
  waited_ = true;
  const GilRelease released;
  mutex_->lock();
}

void CoreAccess::Enter(int fd, bool brief) {
  brief_ = brief;
  SocketOf(self_).in_core = true;
  SocketOf(self_).core_thread = ThreadNumber();
  Begin(fd);
}

void CoreAccess::Leave() {
  End();
  SocketOf(self_).in_core = false;
}

CoreAccess::~CoreAccess() {
  if (fork_guard_.has_value()) Leave();  // An exception was thrown.
  if (released_ != nullptr) TakeGil(released_);
}

void CoreAccess::Begin(int fd) {
  outer_ = std::exchange(current_access, this);
  // A signature by the key service is part of the call.
  key_wait_.emplace(until_, /*interruptible=*/true);
  // A child of a fork would keep a duplicate open.
  fork_guard_.emplace();
  FdTransport* const transport = SocketOf(self_).fd_transport;
  if (transport != nullptr) {
    if (fd >= 0 && !(brief_ && kHasGil) && !IsOnlyThread()) {
      duplicate_ = platform::internal::UniqueFd(Duplicate(fd));
      // Another thread may have closed the socket since its number was read,
      // and the number may be another file's. A socket forgets it first.
      if (!kHasGil && CurrentDescriptor(SocketOf(self_)) != fd) {
        duplicate_ = platform::internal::UniqueFd();
        fd = -1;
      }
    }
    transport->set_fd(duplicate_.valid() ? duplicate_.get() : fd);
    if (fd >= 0 && !duplicate_.valid()) return;
  }
  if (brief_) return;
  released_ = PyEval_SaveThread();
}

void CoreAccess::End() {
  duplicate_ = platform::internal::UniqueFd();
  fork_guard_.reset();
  key_wait_.reset();
  current_access = outer_;
}

void CoreAccess::Pause() {
  End();
  if (released_ != nullptr) TakeGil(std::exchange(released_, nullptr));
}

void CoreAccess::Resume() { Begin(CurrentDescriptor(SocketOf(self_))); }

PyObject* CurrentSocket() {
  return current_access == nullptr ? nullptr : current_access->self();
}

CallbackScope::CallbackScope() : access_(current_access) { access_->Pause(); }

CallbackScope::~CallbackScope() { access_->Resume(); }

}  // namespace airlock::python
