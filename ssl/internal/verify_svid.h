// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parts of VerifyPeer that SPIFFE IDs need.
#ifndef AIRLOCK_SSL_INTERNAL_VERIFY_SVID_H_
#define AIRLOCK_SSL_INTERNAL_VERIFY_SVID_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ssl/internal/finding.h"
#include "ssl/internal/verify.h"
#include "ssl/spiffe_id.h"
#include "ssl/trust_store.h"

namespace airlock::ssl::internal {

// What the leaf's SPIFFE ID says about its path, before anything is verified.
struct SvidChoice {
  // Its code is 0 if and only if the members below are set.
  Finding finding;
  std::optional<SpiffeId> id;
  // Of the ID's trust domain: no other may end the path.
  const TrustStore* bundle = nullptr;
};

// Requires `request.presented` and `request.verification->spiffe`. An error,
// kInternal, if out of memory.
absl::StatusOr<SvidChoice> ChooseBundle(const VerifyRequest& request);

// Adds to an error about the path which bundle it had to lead to, and why.
absl::Status WithTrustDomain(const absl::Status& status, const SpiffeId& id);

// Whether `id`, of a verified path, is allowed. Sets only status and alert.
VerifyOutcome CheckId(const VerifyRequest& request, const SpiffeId& id);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_VERIFY_SVID_H_
