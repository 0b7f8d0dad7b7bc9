// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// OpenSSL's trust settings, in the form that BoringSSL respects.
#ifndef AIRLOCK_SSL_INTERNAL_TRUST_SETTINGS_H_
#define AIRLOCK_SSL_INTERNAL_TRUST_SETTINGS_H_

#include "absl/status/statusor.h"
#include "ssl/certificate.h"
#include "ssl/trust_store.h"

namespace airlock::ssl::internal {

// Whether any of `settings` is set.
bool HasTrustSettings(const TrustSettings& settings);

// The stricter setting for each use.
TrustSettings StricterTrustSettings(const TrustSettings& a,
                                    const TrustSettings& b);

// `certificate` with settings that make BoringSSL reach OpenSSL's verdict:
// BoringSSL does not know anyExtendedKeyUsage, and does not trust a certificate
// that has settings only for other uses. kInternal if out of memory.
absl::StatusOr<Certificate> WithTrustSettings(const Certificate& certificate,
                                              const TrustSettings& settings);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_TRUST_SETTINGS_H_
