// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The callbacks for pre-shared keys.
#ifndef AIRLOCK_SSL_INTERNAL_PSK_CALLBACKS_H_
#define AIRLOCK_SSL_INTERNAL_PSK_CALLBACKS_H_

#include <openssl/base.h>

#include <cstdint>
#include <memory>

#include "ssl/internal/psk_lookahead.h"
#include "ssl/options.h"

namespace airlock::ssl::internal {

// For SSL_CTX_set_psk_client_callback and SSL_set_psk_server_callback.
unsigned ClientPsk(SSL* ssl, const char* hint, char* identity,
                   unsigned max_identity_size, uint8_t* key,
                   unsigned max_key_size);
unsigned ServerPsk(SSL* ssl, const char* identity, uint8_t* key,
                   unsigned max_key_size);

// Asks the application before these two callbacks run, so that it may return
// Later(). Null if `options` have neither callback and cannot switch to a
// context that has one.
std::unique_ptr<PskLookahead> MakePskLookahead(const ContextOptions& options,
                                               SSL* ssl);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_PSK_CALLBACKS_H_
