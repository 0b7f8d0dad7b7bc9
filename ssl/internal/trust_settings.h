// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// OpenSSL's trust settings, in the form in which BoringSSL heeds them.
#ifndef AIRLOCK_SSL_INTERNAL_TRUST_SETTINGS_H_
#define AIRLOCK_SSL_INTERNAL_TRUST_SETTINGS_H_

#include "absl/status/statusor.h"
#include "ssl/certificate.h"
#include "ssl/trust_store.h"

namespace airlock::ssl::internal {

// Whether `settings` say anything.
bool HasTrustSettings(const TrustSettings& settings);

// For each use the stricter of both.
TrustSettings StricterTrustSettings(const TrustSettings& a,
                                    const TrustSettings& b);

// `certificate` with such settings that BoringSSL, which does not know
// anyExtendedKeyUsage and takes a certificate with settings for other uses to
// be untrusted, reaches OpenSSL's verdict. kInternal where memory is short.
absl::StatusOr<Certificate> WithTrustSettings(const Certificate& certificate,
                                              const TrustSettings& settings);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_TRUST_SETTINGS_H_
