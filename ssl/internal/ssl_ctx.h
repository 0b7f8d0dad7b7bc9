// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Makes a SSL_CTX from ContextOptions.
#ifndef AIRLOCK_SSL_INTERNAL_SSL_CTX_H_
#define AIRLOCK_SSL_INTERNAL_SSL_CTX_H_

#include <openssl/base.h>
#include <openssl/ssl.h>

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "ssl/internal/context_options.h"
#include "ssl/options.h"
#include "ssl/trust_store.h"

namespace airlock::ssl::internal {

// Makes a SSL_CTX, without the callbacks, from options that CheckContextOptions
// accepted. `ciphers` is BoringSSL's form of options.ciphers; `signing` is for
// credentials with a Signer, here and below. Errors as in Context::Create.
absl::StatusOr<bssl::UniquePtr<SSL_CTX>> NewSslCtx(
    const ContextOptions& options, const VersionRange& versions,
    const std::string& ciphers, const SSL_PRIVATE_KEY_METHOD* signing);

// A server's sessions are resumed only where this is equal: by contexts that
// verify in the same way, with the same bundle. Caches and tickets have it (RFC
// 5077, section 5.2). `trust_store` may be null.
std::array<uint8_t, 32> SessionIdContext(const ContextOptions& options,
                                         const TrustStore* trust_store);

// Sets the algorithms that a peer may sign the handshake with, when a
// connection changes contexts. False if out of memory.
bool SetVerifyAlgorithms(const ContextOptions& options, SSL* ssl);

// The same for the groups for key exchange, if the options name some: otherwise
// those of the first context stay. False if out of memory.
bool SetOwnGroups(const ContextOptions& options, SSL* ssl);

// Presents `credentials` on a connection. False if out of memory.
bool UseCredentials(SSL* ssl, const Credentials& credentials,
                    const SSL_PRIVATE_KEY_METHOD* signing);

// Whether a Context with `options` has credentials, fixed or live.
bool PresentsCredentials(const ContextOptions& options);

// Whether connections choose their credentials in SSL_CTX_set_cert_cb's
// callback.
bool ChoosesCredentials(const ContextOptions& options);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_SSL_CTX_H_
