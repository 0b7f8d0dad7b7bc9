// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The callbacks that BoringSSL makes, from a SSL_CTX to the Socket at work.
#ifndef AIRLOCK_SSL_INTERNAL_CALLBACKS_H_
#define AIRLOCK_SSL_INTERNAL_CALLBACKS_H_

#include <openssl/base.h>
#include <openssl/ssl.h>

#include "ssl/options.h"

namespace airlock::ssl::internal {

// Signs with Credentials that have a Signer.
const SSL_PRIVATE_KEY_METHOD* SigningMethod();

// Sets those callbacks that `options` calls for. Every SSL made from `ctx` must
// belong to a Socket::Impl, see SocketOf.
void InstallCallbacks(const ContextOptions& options, SSL_CTX* ctx);

// Makes `ssl` verify as `options` say; for a connection that changes contexts.
void InstallVerify(const ContextOptions& options, SSL* ssl);

// Has a server's `ssl` take the pre-shared keys of `options`, and no others.
// False where memory is short.
bool InstallPsk(const ContextOptions& options, SSL* ssl);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CALLBACKS_H_
