// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// SHA-256, to identify content by a value that cannot be forged.
#ifndef AIRLOCK_SSL_SHA256_H_
#define AIRLOCK_SSL_SHA256_H_

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl {

// The digest of `bytes` (FIPS 180-4), 32 bytes. Does not keep `bytes`.
// Thread-safe.
std::string Sha256(absl::string_view bytes);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SHA256_H_
