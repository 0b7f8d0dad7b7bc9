// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// BoringSSL's callbacks that choose an application protocol.
#ifndef AIRLOCK_SSL_INTERNAL_ALPN_CALLBACKS_H_
#define AIRLOCK_SSL_INTERNAL_ALPN_CALLBACKS_H_

#include <openssl/base.h>

#include <cstdint>

namespace airlock::ssl::internal {

// For SSL_CTX_set_alpn_select_cb: `alpn`, or `alpn_protocols`.
int SelectAlpn(SSL* ssl, const uint8_t** out, uint8_t* out_size,
               const uint8_t* in, unsigned in_size, void* arg);

// For SSL_CTX_set_next_proto_select_cb. A client's choice by NPN: its first
// protocol that the server has; without a common one, its first, as the draft
// requires.
int SelectNpn(SSL* ssl, uint8_t** out, uint8_t* out_size, const uint8_t* in,
              unsigned in_size, void* arg);

// For SSL_CTX_set_next_protos_advertised_cb.
int AdvertiseNpn(SSL* ssl, const uint8_t** out, unsigned* out_size, void* arg);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_ALPN_CALLBACKS_H_
