// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Session tickets under keys that the platform hands out and rotates.
#ifndef AIRLOCK_SSL_INTERNAL_TICKET_KEYS_H_
#define AIRLOCK_SSL_INTERNAL_TICKET_KEYS_H_

#include <openssl/base.h>

#include <cstdint>
#include <memory>

#include "absl/types/span.h"
#include "ssl/secret.h"

namespace airlock::ssl::internal {

// The body of BoringSSL's ticket key callback (RFC 5077, section 4): seals with
// the first of `keys`, opens with any of them; a ticket under an older one is
// renewed. Each key has 48 bytes.
int TicketKeyCallback(absl::Span<const std::shared_ptr<const Secret>> keys,
                      uint8_t* key_name, uint8_t* iv, EVP_CIPHER_CTX* cipher,
                      HMAC_CTX* hmac, bool encrypt);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_TICKET_KEYS_H_
