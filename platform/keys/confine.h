// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a process with private keys gives up.
#ifndef AIRLOCK_PLATFORM_KEYS_CONFINE_H_
#define AIRLOCK_PLATFORM_KEYS_CONFINE_H_

#include "absl/status/status.h"

namespace airlock::keys {

// No core dumps, and no other process of the same user can read the memory or
// attach with ptrace. Before keys are loaded. Errors: kInternal.
absl::Status HideMemory();

// From now on this process, which must have one thread, has no capabilities,
// gains no privileges, and can make only the system calls with which it serves
// open sockets: it opens no file, makes no socket, starts no program and sends
// no signal. Other calls fail (ENOSYS). Errors: kInternal.
absl::Status ConfineKeyService();

// The same for a process that reads files for the key service: it can open
// files to read them, and send over open sockets. It writes to no file. Errors:
// kInternal.
absl::Status ConfineTicketReader();

// The same as ConfineKeyService for a process that has the module of a security
// token, whose code is unknown: it can also use files, threads, and Unix
// sockets as a client (such as that of pcscd), and with `network` IP sockets.
// It starts no program or process, sends no signal, reads no other process and
// accepts no connection. Errors: kInternal.
absl::Status ConfineTokenModule(bool network);

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_CONFINE_H_
