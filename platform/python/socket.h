// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The type _ssl._SSLSocket: a connection over a Python socket or two
// MemoryBIOs.
#ifndef AIRLOCK_PLATFORM_PYTHON_SOCKET_H_
#define AIRLOCK_PLATFORM_PYTHON_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "platform/fork_guard.h"
#include "platform/python/breakable_transport.h"
#include "platform/python/fd_transport.h"
#include "platform/python/module_state.h"
#include "platform/python/python_compat.h"
#include "platform/python/turns.h"
#include "ssl/socket.h"

namespace airlock::python {

// The GIL and an ObjectLock on it guard it, except what `mutex` guards, since
// the core may work without the GIL: `core` and what follows it.
struct SocketObject {
  StatePtr state;
  PyRef context;  // The SSLContext in force.
  PyRef owner;    // A weak reference to the SSLSocket or SSLObject.
  PyRef sock;     // A weak reference to the socket; null with BIOs.
  // Whether ReadSocketFields returned the same for it as its methods.
  bool has_known_fields = false;
  PyRef server_hostname;  // str or None.
  std::string hostname;   // The same, in wire format.
  bool server_side = false;

  std::unique_ptr<ssl::Socket> core;
  // What the handshake began with, once an sni callback has replaced it.
  std::shared_ptr<const ssl::Context> first_context;
  BreakableTransport* transport = nullptr;  // Owned by `core`.
  FdTransport* fd_transport = nullptr;      // The same; null with BIOs.
  Turns turns;
  // How much of a write was done before it failed, for example with a timeout.
  // Like OpenSSL's, the next one repeats it, and continues there.
  size_t written = 0;
  size_t least_to_write = 0;    // How much data it has to have at least.
  bool shutdown_begun = false;  // By this side.
  // The program's session, until the handshake is done.
  std::shared_ptr<const ssl::Session> to_resume;
  // The first Finished messages of the handshake, without their headers.
  struct {
    std::string sent;
    std::string received;
  } finished;
  // The SignatureScheme that this side signed the handshake with; 0: none.
  uint16_t signed_with = 0;
  // Why `core` is null or must not be used any more.
  absl::Status unusable;
  // Why a server has no usable key. Its `core` then refuses each client with an
  // alert, and the program gets this error.
  absl::Status refusal;

  // A thread does not wait for it with the GIL held, or hold it while it waits
  // for the peer. Recursive, since callbacks may query the socket of their
  // handshake.
  std::unique_ptr<std::recursive_mutex> mutex =
      std::make_unique<std::recursive_mutex>();
  bool in_core = false;      // See CoreAccess.
  uint64_t core_thread = 0;  // If `in_core`: whose. See ThreadNumber.
  // The process of the state that `mutex` guards.
  uint64_t generation = platform::ForkGeneration();
  // The exception of a message callback, raised when the core returns.
  PyRef raised_type;
  PyRef raised_value;
  PyRef raised_traceback;

  int Traverse(visitproc visit, void* arg);
  void Clear();
};

inline SocketObject& SocketOf(PyObject* self) {
  return Unbox<SocketObject>(self);
}

inline ssl::Side SideOf(const SocketObject& socket) {
  return socket.server_side ? ssl::Side::kServer : ssl::Side::kClient;
}

// The session of the SSLSession `value`, if it may be resumed here; null with
// an exception set.
std::shared_ptr<const ssl::Session> TakeSession(const SocketObject& socket,
                                                PyObject* value);

int AddSocketType(PyObject* module, const StatePtr& state);

// Methods of _SSLContext; wrap.cc.
PyObject* WrapSocket(PyObject* context, PyObject* args, PyObject* kwargs);
PyObject* WrapBio(PyObject* context, PyObject* args, PyObject* kwargs);

// The object that an application uses for the connection: the owner, else the
// object itself. A new reference.
PyObject* Visible(PyObject* self);

// Whether it had an owner that no longer exists.
bool IsOrphan(PyObject* self);

// Methods; socket_io.cc.
PyObject* DoHandshake(PyObject* self, PyObject* unused);
PyObject* Read(PyObject* self, const Arguments& args);
PyObject* Write(PyObject* self, const Arguments& args);
PyObject* Pending(PyObject* self, PyObject* unused);
PyObject* Shutdown(PyObject* self, PyObject* unused);

}  // namespace airlock::python

#endif  // AIRLOCK_PLATFORM_PYTHON_SOCKET_H_
