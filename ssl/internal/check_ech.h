// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Whether a socket's options for Encrypted Client Hello suit its context.
#ifndef AIRLOCK_SSL_INTERNAL_CHECK_ECH_H_
#define AIRLOCK_SSL_INTERNAL_CHECK_ECH_H_

#include "absl/status/status.h"
#include "ssl/options.h"

namespace airlock::ssl::internal {

// Errors: kPolicy if `context` requires or forbids ECH and `socket` does
// otherwise, else kInvalidArgument, for options that would have no effect or do
// not go together.
absl::Status CheckEch(const ContextOptions& context,
                      const SocketOptions& socket);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CHECK_ECH_H_
