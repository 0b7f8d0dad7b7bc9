// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Random bytes for bindings.
#ifndef AIRLOCK_SSL_RANDOM_H_
#define AIRLOCK_SSL_RANDOM_H_

#include "absl/types/span.h"

namespace airlock::ssl {

// Fills `out` with random bytes that are fit for keys. Never fails: if the
// kernel gives no entropy, BoringSSL ends the process. Thread-safe.
void FillRandom(absl::Span<char> out);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_RANDOM_H_
