// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Whether a peer is verified by its SPIFFE ID, and whose list decides.
#ifndef AIRLOCK_PLATFORM_INTERNAL_SPIFFE_DECISION_H_
#define AIRLOCK_PLATFORM_INTERNAL_SPIFFE_DECISION_H_

#include "absl/status/status.h"
#include "config/policy.h"
#include "platform/apply_policy.h"
#include "platform/internal/policy_floors.h"

namespace airlock::platform::internal {

// Whether `decision` verifies a SPIFFE ID, after ApplySpiffe.
bool HasSpiffe(const VerificationDecision& decision);

// Applies the policy's SPIFFE IDs, or what it says about the application's own.
// If one of them decides, sets the mode and check_hostname of
// `decision->verification`. Errors are those of ApplyPolicy.
absl::Status ApplySpiffe(const config::VerificationPolicy& policy,
                         const VerificationRequest& request,
                         Overrides* overrides, VerificationDecision* decision);

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_SPIFFE_DECISION_H_
