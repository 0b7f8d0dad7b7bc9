// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/random.h"

#include <openssl/rand.h>

#include <cstdint>

namespace airlock::ssl {

void FillRandom(absl::Span<char> out) {
  RAND_bytes(reinterpret_cast<uint8_t*>(out.data()), out.size());
}

}  // namespace airlock::ssl
