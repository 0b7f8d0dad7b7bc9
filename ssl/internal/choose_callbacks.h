// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// BoringSSL's callbacks that choose a context or credentials.
#ifndef AIRLOCK_SSL_INTERNAL_CHOOSE_CALLBACKS_H_
#define AIRLOCK_SSL_INTERNAL_CHOOSE_CALLBACKS_H_

#include <openssl/base.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

// A bit for each curve of an ECDSA key, by its TLS group (RFC 8422, section
// 5.1.1); 0 for other groups.
uint8_t CurveBit(uint16_t group);

// The error of an application's callback as our own error.
absl::Status CallbackError(absl::string_view which, const absl::Status& said);

// For SSL_CTX_set_tlsext_servername_callback: `sni`. Needs ChooseCredentials,
// which asks again after Later().
int ChooseContext(SSL* ssl, int* out_alert, void* arg);

// For SSL_CTX_set_cert_cb: chooses among `credentials`, or calls
// `client_credentials`. A client whose credentials the server cannot use goes
// on without a certificate (RFC 5246, section 7.4.6; RFC 8446, section 4.4.2).
int ChooseCredentials(SSL* ssl, void* arg);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CHOOSE_CALLBACKS_H_
