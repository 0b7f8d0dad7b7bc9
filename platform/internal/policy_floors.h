// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A policy's limits on all options, other than verification itself, that could
// weaken a connection.
#ifndef AIRLOCK_PLATFORM_INTERNAL_POLICY_FLOORS_H_
#define AIRLOCK_PLATFORM_INTERNAL_POLICY_FLOORS_H_

#include "absl/status/status.h"
#include "config/policy.h"
#include "platform/apply_policy.h"
#include "ssl/error_text.h"

namespace airlock::platform::internal {

// Handles requests below a policy's requirements.
class Overrides {
 public:
  // Adds upgrades to `decision`; `refusal` may be null. All must outlive this.
  Overrides(const config::VerificationPolicy& policy, PolicyChange* refusal,
            VerificationDecision* decision)
      : policy_(policy), refusal_(refusal), decision_(decision) {}

  // A refusal that does not depend on the policy's on_override.
  static PolicyRefusal RefusalOf(PolicyChange change,
                                 const ssl::ErrorText& what,
                                 const ssl::ErrorText& advice);

  // Returns the error of `refusal`, and stores its change for the caller.
  absl::Status Refuse(PolicyRefusal refusal);

  // An error; or ok if the policy upgrades to `change.effective`, and then adds
  // the change. `what` follows "The policy".
  absl::Status Override(PolicyChange change, const ssl::ErrorText& what,
                        const ssl::ErrorText& advice);

  // Override if the application asks for it; otherwise adds the change.
  absl::Status OverrideIf(bool asked, PolicyChange change,
                          const ssl::ErrorText& what,
                          const ssl::ErrorText& advice);

 private:
  const config::VerificationPolicy& policy_;
  PolicyChange* const refusal_;
  VerificationDecision* const decision_;
};

// Applies the limits for both sides: versions, security level, groups,
// post-quantum key exchange, Encrypted Client Hello, key log and, for a server,
// PSK. Errors are those
// of ApplyPolicy.
absl::Status ApplyFloors(const config::VerificationPolicy& policy,
                         const VerificationRequest& request,
                         Overrides* overrides, VerificationDecision* decision);

// The same for a client's verification: profile, verify_flags, verify_depth
// and, in its place, PSK.
absl::Status ApplyClientFloors(const config::VerificationPolicy& policy,
                               const VerificationRequest& request,
                               Overrides* overrides,
                               VerificationDecision* decision);

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_POLICY_FLOORS_H_
