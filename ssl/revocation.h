// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Revocation data from elsewhere than CRLs in the CA bundle, such as CRLite or
// a service of the platform's.
#ifndef AIRLOCK_SSL_REVOCATION_H_
#define AIRLOCK_SSL_REVOCATION_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ssl/certificate.h"

namespace airlock::ssl {

// A signed certificate timestamp (SCT; RFC 6962, section 3.2): when a log of
// Certificate Transparency saw a certificate. Its signature is not checked.
struct SignedTimestamp {
  std::string log_id;  // SHA-256 of the log's key, 32 bytes.
  absl::Time time;
};

// A certificate of a verified chain, and what revocation data is looked up by.
struct RevocationQuery {
  Certificate certificate;
  Certificate issuer;  // As verified; SpkiSha256() is the hash of its key.
  int depth = 0;       // In the chain; 0 is the peer's own.
  // The bytes of the serial number as the certificate encodes them, in two's
  // complement (RFC 5280, section 4.1.2.2).
  std::string serial_number;
  // The SCTs in the certificate, then, for the peer's own, those that a server
  // sent (ContextOptions::request_sct), which anybody can have made up.
  // Malformed ones are left out, and so are those after the first 100.
  std::vector<SignedTimestamp> timestamps;
  absl::Time now;  // Of ContextOptions::clock.
};

enum class RevocationStatus {
  kGood,
  kRevoked,
  kUnknown,  // The data does not cover this certificate.
};

struct RevocationVerdict {
  RevocationStatus status = RevocationStatus::kUnknown;
  // Until then, the Context remembers the verdict for this query, whatever its
  // `now`, and does not ask again; not after `now`: it asks every time.
  absl::Time valid_until = absl::InfinitePast();
};

// ContextOptions::revocation. See there.
using RevocationCallback =
    std::function<absl::StatusOr<RevocationVerdict>(const RevocationQuery&)>;

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_REVOCATION_H_
