// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The one place where a peer's chain and name are found good or not.
#ifndef AIRLOCK_SSL_INTERNAL_VERIFY_H_
#define AIRLOCK_SSL_INTERNAL_VERIFY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/certificate.h"
#include "ssl/options.h"
#include "ssl/trust_store.h"
#include "ssl/verification.h"

namespace airlock::ssl::internal {

struct VerifyRequest {
  // As the peer sent it, leaf first. None at all is an error, kInvalidCall.
  absl::Span<const Certificate> presented;
  // What the peer must be good for: Side::kServer is TLS server authentication.
  Side peer = Side::kServer;
  const TrustStore* trust_store = nullptr;  // Required.
  // Required. Its mode, check_hostname and versions are the caller's affair.
  const Verification* verification = nullptr;
  absl::Time now;
  // The name to check; empty: none is.
  absl::string_view host;
};

struct VerifyOutcome {
  // Ok, or kVerification or kHostname with code, depth and subject.
  absl::Status status;
  // The alert to send where it is not ok.
  uint8_t alert = 0;
  // From the leaf to the anchor; empty unless the status is ok.
  std::vector<Certificate> verified;
};

// Builds a path from the leaf to the trust store and checks it (RFC 5280,
// section 6), then the name. Needs no connection. Thread-safe.
VerifyOutcome VerifyPeer(const VerifyRequest& request);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_VERIFY_H_
