// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// SHA-256, to tell contents apart by a value that nobody can forge.
#ifndef AIRLOCK_SSL_SHA256_H_
#define AIRLOCK_SSL_SHA256_H_

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl {

// The digest of `bytes` (FIPS 180-4), 32 bytes. Keeps nothing of `bytes`.
// Thread-safe.
std::string Sha256(absl::string_view bytes);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SHA256_H_
