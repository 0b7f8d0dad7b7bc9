// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How a thread enters the core of a _ssl._SSLSocket.
#ifndef AIRLOCK_PLATFORM_PYTHON_CORE_ACCESS_H_
#define AIRLOCK_PLATFORM_PYTHON_CORE_ACCESS_H_

#include <mutex>

#include "absl/types/optional.h"
#include "platform/fork_guard.h"
#include "platform/internal/unique_fd.h"
#include "platform/python/python_compat.h"
#include "platform/python/socket.h"

namespace airlock::python {

// Frees a connection that came over a fork from threads of the parent, which
// may have been waiting for it, or be at work in it. Needs the GIL.
SocketObject* SettleAfterFork(SocketObject* socket);

// Holds a connection's mutex. Needs the GIL to begin with, and gives it up
// while it waits.
class SocketLock {
 public:
  explicit SocketLock(SocketObject* socket);
  ~SocketLock() { mutex_->unlock(); }
  SocketLock(const SocketLock&) = delete;
  SocketLock& operator=(const SocketLock&) = delete;

  // Whether the GIL was given up.
  bool waited() const { return waited_; }

 private:
  std::recursive_mutex* const mutex_;
  bool waited_ = false;
};

// One thread's stay in the core of a connection, for which it needs the mutex.
//
// The core reads and writes the descriptor by its number, and any other thread
// may close it meanwhile: the number may then be that of another file. To close
// a Python socket takes the GIL, so either this thread keeps the GIL, or it has
// a duplicate of the descriptor. It keeps the GIL where no other thread could
// use it, and where no descriptor is left for a duplicate.
class CoreAccess {
 public:
  // Needs the GIL, which it leaves alone until Enter().
  explicit CoreAccess(PyObject* self) : self_(self) {}
  // Takes the GIL back.
  ~CoreAccess();
  CoreAccess(const CoreAccess&) = delete;
  CoreAccess& operator=(const CoreAccess&) = delete;

  // `fd` must be the Python socket's now; -1 with BIOs.
  void Enter(int fd);
  // Must follow Enter(). The GIL stays as it is.
  void Leave();

  // Between Enter() and Leave(): takes the GIL for a callback, which may close
  // the socket or fork; and goes on.
  void Pause();
  void Resume();

  PyObject* self() const { return self_; }
  // That of this thread which is outside of this one, in a callback.
  const CoreAccess* outer() const { return outer_; }

 private:
  void Begin(int fd);
  void End();

  PyObject* const self_;
  CoreAccess* outer_ = nullptr;
  PyThreadState* released_ = nullptr;  // Where the GIL was given up.
  absl::optional<platform::ForkGuard> fork_guard_;
  platform::internal::UniqueFd duplicate_;
};

// The object whose call runs in the core on this thread; null outside.
PyObject* CurrentSocket();

// Takes the GIL for as long as a callback of CurrentSocket() needs it.
class CallbackScope {
 public:
  CallbackScope();
  ~CallbackScope();
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

  PyObject* self() const { return access_->self(); }
  SocketObject& socket() const { return SocketOf(self()); }

 private:
  CoreAccess* const access_;
};

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_CORE_ACCESS_H_
