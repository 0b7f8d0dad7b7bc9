// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How a thread enters the core of a _ssl._SSLSocket.
#ifndef AIRLOCK_PLATFORM_PYTHON_CORE_ACCESS_H_
#define AIRLOCK_PLATFORM_PYTHON_CORE_ACCESS_H_

#include <mutex>
#include <optional>

#include "platform/fork_guard.h"
#include "platform/internal/fd_wait.h"
#include "platform/internal/unique_fd.h"
#include "platform/keys/key_client.h"
#include "platform/python/python_compat.h"
#include "platform/python/socket.h"

namespace airlock::python {

// Releases a connection that a fork copied from threads of the parent, which
// may have been waiting for it or using it. Needs the GIL.
SocketObject* SettleAfterFork(SocketObject* socket);

// Holds a connection's mutex. Needs the GIL at the start, and releases it while
// it waits.
class SocketLock {
 public:
  explicit SocketLock(SocketObject* socket);
  ~SocketLock() { mutex_->unlock(); }
  SocketLock(const SocketLock&) = delete;
  SocketLock& operator=(const SocketLock&) = delete;

  // Whether the GIL was released.
  bool waited() const { return waited_; }

 private:
  std::recursive_mutex* const mutex_;
  bool waited_ = false;
};

// Gives one thread access to the core of a connection. The thread must hold the
// mutex.
//
// The core reads and writes the descriptor by its number, and any other thread
// may close it meanwhile: the number may then belong to another file. Closing a
// Python socket needs the GIL, so this thread either keeps the GIL, or uses a
// duplicate of the descriptor. It keeps the GIL if no other thread could use
// it, if no descriptor is left for a duplicate, or if the work is brief: then a
// duplicate, and waiting for the GIL afterwards, would cost more than the work.
// In a free-threaded build, another thread can always close the socket, so even
// brief work uses a duplicate if there is another thread.
//
// A thread may have several stacks (greenlets, as of gevent and eventlet), and
// a callback may switch to another one, which enters cores of its own. So
// while a callback runs, no thread-local state refers to its access.
class CoreAccess {
 public:
  // Needs the GIL, which it keeps until Enter(). The core waits for the key
  // service until then at most.
  CoreAccess(PyObject* self, platform::internal::Until until)
      : self_(self), until_(until) {}
  // Takes the GIL back.
  ~CoreAccess();
  CoreAccess(const CoreAccess&) = delete;
  CoreAccess& operator=(const CoreAccess&) = delete;

  // `fd` must be the Python socket's current one; -1 with BIOs. `brief`: keep
  // the GIL.
  void Enter(int fd, bool brief);
  // Call after Enter(). Does not change the GIL.
  void Leave();

  // Between Enter() and Leave(): Pause takes the GIL for a callback, which may
  // close the socket or fork. Resume continues.
  void Pause();
  void Resume();

  PyObject* self() const { return self_; }

 private:
  void Begin(int fd);
  void End();

  PyObject* const self_;
  const platform::internal::Until until_;
  CoreAccess* outer_ = nullptr;  // What this thread had before.
  bool brief_ = false;
  PyThreadState* released_ = nullptr;  // Set if the GIL was released.
  std::optional<platform::ForkGuard> fork_guard_;
  std::optional<keys::KeyWaitScope> key_wait_;
  platform::internal::UniqueFd duplicate_;
};

// The object whose call runs in the core on this thread; null: none.
PyObject* CurrentSocket();

// Holds the GIL while a callback of CurrentSocket() needs it.
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
