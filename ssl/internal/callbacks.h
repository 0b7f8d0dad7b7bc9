// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The callbacks from BoringSSL's SSL_CTX to the Socket.
#ifndef AIRLOCK_SSL_INTERNAL_CALLBACKS_H_
#define AIRLOCK_SSL_INTERNAL_CALLBACKS_H_

#include <openssl/base.h>
#include <openssl/ssl.h>

#include "ssl/options.h"

namespace airlock::ssl::internal {

// Sets the callbacks that `options` needs. Every SSL made from `ctx` must
// belong to a Socket::Impl; see SocketOf.
void InstallCallbacks(const ContextOptions& options, SSL_CTX* ctx);

// Makes `ssl` verify according to `options`, when a connection changes
// contexts.
void InstallVerify(const ContextOptions& options, SSL* ssl);

// Makes a server's `ssl` use the pre-shared keys of `options`, and no others.
// False if out of memory.
bool InstallPsk(const ContextOptions& options, SSL* ssl);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CALLBACKS_H_
