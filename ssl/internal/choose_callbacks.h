// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The callbacks that BoringSSL makes where something is to be chosen: a
// context, a protocol, credentials.
#ifndef AIRLOCK_SSL_INTERNAL_CHOOSE_CALLBACKS_H_
#define AIRLOCK_SSL_INTERNAL_CHOOSE_CALLBACKS_H_

#include <openssl/base.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

// What a callback of the application's said, as an error of ours.
absl::Status CallbackError(absl::string_view which, const absl::Status& said);

// For SSL_CTX_set_tlsext_servername_callback: `sni`. Needs ChooseCredentials,
// which asks again where the answer comes later.
int ChooseContext(SSL* ssl, int* out_alert, void* arg);

// For SSL_CTX_set_alpn_select_cb: `alpn`, or `alpn_protocols`.
int SelectAlpn(SSL* ssl, const uint8_t** out, uint8_t* out_size,
               const uint8_t* in, unsigned in_size, void* arg);

// For SSL_CTX_set_next_proto_select_cb. A client's choice by NPN: the first of
// its own that the server has; none in common: its own first, as the draft
// wants it.
int SelectNpn(SSL* ssl, uint8_t** out, uint8_t* out_size, const uint8_t* in,
              unsigned in_size, void* arg);

// For SSL_CTX_set_next_protos_advertised_cb.
int AdvertiseNpn(SSL* ssl, const uint8_t** out, unsigned* out_size, void* arg);

// For SSL_CTX_set_cert_cb: which of `credentials` to present, or what
// `client_credentials` says.
int ChooseCredentials(SSL* ssl, void* arg);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CHOOSE_CALLBACKS_H_
