// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Trusted certificates that share a name, as a CA's old and new ones do.
#ifndef AIRLOCK_SSL_INTERNAL_NAMESAKES_H_
#define AIRLOCK_SSL_INTERNAL_NAMESAKES_H_

#include <openssl/base.h>
#include <openssl/x509.h>

#include <cstdint>

#include "absl/types/span.h"
#include "ssl/certificate.h"

namespace airlock::ssl::internal {

// Of several issuers with the name that it looks for BoringSSL takes the first,
// and fails where that one is expired or has another key. Gives `trusted`
// reordered: first those valid at `now`, in POSIX seconds, that signed one of
// the first 20 of `presented`, the leaf's issuer before the others', then those
// that signed one of `trusted`, then the rest. Null where no two share a name,
// so that their order means nothing, and where memory is short.
bssl::UniquePtr<STACK_OF(X509)> IssuersFirst(
    absl::Span<const Certificate> trusted,
    absl::Span<const Certificate> presented, int64_t now);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_NAMESAKES_H_
