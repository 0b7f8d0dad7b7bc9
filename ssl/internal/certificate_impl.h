// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/certificate.h.
#ifndef AIRLOCK_SSL_INTERNAL_CERTIFICATE_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_CERTIFICATE_IMPL_H_

#include <openssl/base.h>
#include <openssl/pool.h>
#include <openssl/x509.h>

#include "absl/status/statusor.h"
#include "ssl/certificate.h"

namespace airlock::ssl {

struct Certificate::Impl {
  bssl::UniquePtr<CRYPTO_BUFFER> der;
  bssl::UniquePtr<X509> x509;  // Parsed from `der`, which it keeps alive.
};

namespace internal {

// Parses the one certificate in `der` without copying it; takes a reference.
absl::StatusOr<Certificate> CertificateFromBuffer(CRYPTO_BUFFER* der);

// Wraps a certificate that is parsed already; takes a reference.
absl::StatusOr<Certificate> CertificateFromX509(X509* x509);

}  // namespace internal
}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_CERTIFICATE_IMPL_H_
