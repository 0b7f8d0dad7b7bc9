// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Verifies a peer's chain and name; no other code does.
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
  // As the peer sent it, leaf first. Empty is an error, kInvalidCall.
  absl::Span<const Certificate> presented;
  // The peer's required purpose: Side::kServer is TLS server authentication.
  Side peer = Side::kServer;
  // Required; ignored if `verification` has `spiffe`.
  const TrustStore* trust_store = nullptr;
  // Required. Its mode, check_hostname and versions are ignored.
  const Verification* verification = nullptr;
  absl::Time now;
  // The name to check; empty: none. Ignored if `verification` has `spiffe`.
  absl::string_view host;
};

struct VerifyOutcome {
  // Ok, or kVerification or kHostname with code, depth and subject.
  absl::Status status;
  // The alert to send if `status` is not ok.
  uint8_t alert = 0;
  // From the leaf to the anchor; empty unless the status is ok.
  std::vector<Certificate> verified;
};

// Finds a path from the leaf to the trust store that passes all checks (RFC
// 5280, section 6), then checks the name. With `spiffe`, the leaf's SPIFFE ID
// chooses the only trust store that may end the path, and is checked in place
// of the name. Needs no connection. Thread-safe.
//
// Each path has to pass twice: BoringSSL's X509_verify_cert checks signatures,
// dates, CRLs, policies and purpose, and CheckChain what BoringSSL does not
// check. Neither can accept what the other refuses. The one exception is an IP
// address under name constraints, which BoringSSL cannot evaluate and always
// refuses: there, CheckNameConstraints decides alone.
//
// BoringSSL chooses the first path, so that the usual peer costs no signature
// check more than its chain has and its verified chain is the one that programs
// know from OpenSSL. If that path fails, PathBuilder finds the others within
// its budget, and BoringSSL checks each of them, too. An error describes the
// path that came the furthest, and lists them all if there are several. A leaf
// that is its own anchor comes first, alone: what else was sent or has its name
// does not matter.
//
// If memory runs out, the result is an error of kInternal, whatever was found
// until then.
VerifyOutcome VerifyPeer(const VerifyRequest& request);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_VERIFY_H_
