// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The limits that a policy sets to every option that could loosen a connection
// beside verification itself.
#ifndef AIRLOCK_PLATFORM_INTERNAL_POLICY_FLOORS_H_
#define AIRLOCK_PLATFORM_INTERNAL_POLICY_FLOORS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "config/policy.h"
#include "platform/apply_policy.h"

namespace airlock::platform::internal {

// What becomes of a wish that is below what a policy demands.
class Overrides {
 public:
  // Upgrades are noted in `decision`; `refusal` may be null. All must outlive
  // this.
  Overrides(const config::VerificationPolicy& policy, PolicyChange* refusal,
            VerificationDecision* decision)
      : policy_(policy), refusal_(refusal), decision_(decision) {}

  // What the policy does not allow, whatever it says of overriding.
  static PolicyRefusal RefusalOf(PolicyChange change,
                                 absl::string_view message);

  // The error of `refusal`, which is handed to whoever wants to know.
  absl::Status Refuse(PolicyRefusal refusal);

  // An error, or ok where the policy has such a thing upgraded to
  // `change.effective`, which is then noted. `message` follows "The policy".
  absl::Status Override(PolicyChange change, absl::string_view message);

  // Override, where the application asks for it; else the change is noted.
  absl::Status OverrideIf(bool asked, PolicyChange change,
                          absl::string_view message);

 private:
  const config::VerificationPolicy& policy_;
  PolicyChange* const refusal_;
  VerificationDecision* const decision_;
};

// Decides what holds for both sides: versions, security level, groups, key log
// and, for a server, PSK. Errors are those of ApplyPolicy.
absl::Status ApplyFloors(const config::VerificationPolicy& policy,
                         const VerificationRequest& request,
                         Overrides* overrides, VerificationDecision* decision);

// The same of what a client's verification consists of: verify_flags,
// verify_depth and, in its place, PSK.
absl::Status ApplyClientFloors(const config::VerificationPolicy& policy,
                               const VerificationRequest& request,
                               Overrides* overrides,
                               VerificationDecision* decision);

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_POLICY_FLOORS_H_
