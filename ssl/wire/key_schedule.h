// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Derives keys from the secrets of a key log. For this package only.
#ifndef AIRLOCK_SSL_WIRE_KEY_SCHEDULE_H_
#define AIRLOCK_SSL_WIRE_KEY_SCHEDULE_H_

#include <openssl/base.h>

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "ssl/secret.h"

namespace airlock::ssl::wire {

// The PRF of a version (RFC 5246, section 5; RFC 2246, section 5): `size` bytes
// for the label and seed. `hash` is that of TLS 1.2. Empty if out of memory.
Secret Prf(uint16_t version, const EVP_MD* hash, absl::string_view secret,
           absl::string_view label_and_seed, size_t size);

// HKDF-Expand-Label (RFC 8446, section 7.1) with an empty context. Empty if out
// of memory.
Secret ExpandLabel(const EVP_MD* hash, absl::string_view secret,
                   absl::string_view label, size_t size);

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_KEY_SCHEDULE_H_
