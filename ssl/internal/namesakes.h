// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Trusted certificates that share a name, such as a CA's old and new ones.
#ifndef AIRLOCK_SSL_INTERNAL_NAMESAKES_H_
#define AIRLOCK_SSL_INTERNAL_NAMESAKES_H_

#include <openssl/base.h>
#include <openssl/x509.h>

#include <cstdint>

#include "absl/types/span.h"
#include "ssl/certificate.h"

namespace airlock::ssl::internal {

// If several issuers have the right name, BoringSSL uses the first, and fails
// if that one is expired or has another key. Returns `trusted` reordered: first
// those valid at `now` (POSIX seconds) that signed one of the first 20 of
// `presented`, the leaf's issuer first; then those that signed one of
// `trusted`; then the rest. Null if no two share a name, since the order then
// does not matter, or if out of memory.
bssl::UniquePtr<STACK_OF(X509)> IssuersFirst(
    absl::Span<const Certificate> trusted,
    absl::Span<const Certificate> presented, int64_t now);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_NAMESAKES_H_
