// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How a thread waits for the Python socket of a _ssl._SSLSocket.
#ifndef AIRLOCK_PLATFORM_PYTHON_SOCKET_WAIT_H_
#define AIRLOCK_PLATFORM_PYTHON_SOCKET_WAIT_H_

#include <cstdint>
#include <initializer_list>

#include "absl/time/time.h"
#include "platform/internal/fd_wait.h"
#include "platform/python/module_state.h"
#include "platform/python/python_compat.h"
#include "platform/python/socket.h"
#include "platform/python/turns.h"

namespace airlock::python {

// The data for reading or writing a Python socket.
struct Descriptor {
  PyRef sock;  // Keeps it open, unless another thread closes it.
  int fd = -1;
  absl::Duration timeout = absl::InfiniteDuration();
};

// Finds the type _socket.socket and its methods; -1 with an exception set.
int FindSocketType(ModuleState* state);

// Whether `object` is a _socket.socket; false with TypeError.
bool CheckSocket(const ModuleState& state, PyObject* object);

// Whether ReadSocketFields returns the same for a _socket.socket as its
// methods.
bool HasKnownFields(const ModuleState& state, PyObject* sock);

// Fills `out` from the socket itself, even if a subclass overrides fileno() and
// gettimeout(). False with an exception set, also if the socket is closed. Does
// nothing with BIOs.
bool GetDescriptor(const SocketObject& socket, Descriptor* out);

// One call of a thread on a connection; its turns end with it. Needs the GIL,
// and releases it while it waits.
class Call {
 public:
  // `until`: when a call that waits ends.
  Call(SocketObject* socket, platform::internal::Until until)
      : socket_(socket), until_(until) {}
  ~Call() { GiveUp(); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const Turns::Caller& caller() const { return caller_; }
  platform::internal::Until until() const { return until_; }

  // Like those of Turns. They need the connection's mutex.
  bool Take(Turns::Kind kind);
  void GiveUp(Turns::Kind kind) { socket_->turns.GiveUp(kind, caller_); }

  // Waits until `fd` is ready in the direction of `kind`, or another thread has
  // advanced the connection beyond `seen`, its progress when this thread could
  // not continue. kRecord only waits for the other thread.
  WaitResult Await(Turns::Kind kind, int fd, uint32_t seen,
                   platform::internal::Until until);

  // Ends all turns. Needs the GIL, but not the mutex.
  void GiveUp();
  // Ends those of polling. A record in progress remains this thread's, whose
  // signal handlers may use the connection.
  void StopPolling();

 private:
  void End(std::initializer_list<Turns::Kind> kinds);

  SocketObject* const socket_;
  const platform::internal::Until until_;
  const Turns::Caller caller_;
  bool took_turns_ = false;
};

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_SOCKET_WAIT_H_
