// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Asks an application whether the certificates of a chain are revoked.
#ifndef AIRLOCK_SSL_INTERNAL_REVOCATION_CHECK_H_
#define AIRLOCK_SSL_INTERNAL_REVOCATION_CHECK_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/certificate.h"
#include "ssl/internal/revocation_verdicts.h"
#include "ssl/options.h"
#include "ssl/revocation.h"

namespace airlock::ssl::internal {

// The SCTs of a SignedCertificateTimestampList (RFC 6962, section 3.3), without
// those that are malformed or of an unknown version; at most 100.
std::vector<SignedTimestamp> ReadTimestamps(absl::string_view list);

// Asks `options.revocation` about each certificate of `chain`, from the
// anchor's side down to the leaf, but not about the anchor; `verdicts` answers
// what it remembers. `sct_list` is what a server sent. Ok if no certificate is
// revoked; Later() if the callback returns that. Otherwise the error, and
// `alert` is set to the alert to send. `options.revocation` must be set.
absl::Status CheckRevocation(const ContextOptions& options,
                             absl::Span<const Certificate> chain,
                             absl::string_view sct_list, absl::Time now,
                             RevocationVerdicts* verdicts, uint8_t* alert);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_REVOCATION_CHECK_H_
