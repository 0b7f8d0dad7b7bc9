// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// BoringSSL's callbacks for certificate compression (RFC 8879).
#ifndef AIRLOCK_SSL_INTERNAL_COMPRESSION_CALLBACKS_H_
#define AIRLOCK_SSL_INTERNAL_COMPRESSION_CALLBACKS_H_

#include <openssl/base.h>

#include "ssl/options.h"

namespace airlock::ssl::internal {

// Lets servers of `ctx` compress their certificate for clients that ask for it,
// and clients decompress the server's, if
// options.accept_compressed_certificates is set. BoringSSL never compresses a
// client's certificate. False if out of memory.
//
// Servers always compress: nothing that is compressed is secret or comes from
// the client. The sni callback may switch a server to another context after
// compression was negotiated, which must then be able to compress, too.
bool InstallCompression(const ContextOptions& options, SSL_CTX* ctx);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_COMPRESSION_CALLBACKS_H_
