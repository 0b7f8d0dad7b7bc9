// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Session tickets with keys that the platform provides and rotates.
#ifndef AIRLOCK_SSL_INTERNAL_TICKET_KEYS_H_
#define AIRLOCK_SSL_INTERNAL_TICKET_KEYS_H_

#include <openssl/base.h>

#include <cstdint>
#include <memory>

#include "absl/types/span.h"
#include "ssl/secret.h"

namespace airlock::ssl::internal {

// The body of BoringSSL's ticket key callback (RFC 5077, section 4): encrypts
// with the first of `keys`, decrypts with any of them; a ticket with an older
// key is renewed. Each key has 48 bytes.
int TicketKeyCallback(absl::Span<const std::shared_ptr<const Secret>> keys,
                      uint8_t* key_name, uint8_t* iv, EVP_CIPHER_CTX* cipher,
                      HMAC_CTX* hmac, bool encrypt);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_TICKET_KEYS_H_
