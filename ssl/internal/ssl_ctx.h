// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A SSL_CTX made from ContextOptions.
#ifndef AIRLOCK_SSL_INTERNAL_SSL_CTX_H_
#define AIRLOCK_SSL_INTERNAL_SSL_CTX_H_

#include <openssl/base.h>
#include <openssl/ssl.h>

#include "absl/status/statusor.h"
#include "ssl/internal/context_options.h"
#include "ssl/options.h"

namespace airlock::ssl::internal {

// Makes a SSL_CTX of options that CheckContextOptions found good, but for the
// callbacks. `ciphers` is BoringSSL's form of options.ciphers; `signing` is for
// credentials with a Signer, here and below. Errors as Context::Create has
// them.
absl::StatusOr<bssl::UniquePtr<SSL_CTX>> NewSslCtx(
    const ContextOptions& options, const VersionRange& versions,
    const std::string& ciphers, const SSL_PRIVATE_KEY_METHOD* signing);

// What a peer may sign the handshake with, for a connection that changes
// contexts. False where memory is short.
bool SetVerifyAlgorithms(const ContextOptions& options, SSL* ssl);

// Presents `credentials` on a connection. False where memory is short.
bool UseCredentials(SSL* ssl, const Credentials& credentials,
                    const SSL_PRIVATE_KEY_METHOD* signing);

// Whether connections choose their credentials by SSL_CTX_set_cert_cb.
bool ChoosesCredentials(const ContextOptions& options);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_SSL_CTX_H_
