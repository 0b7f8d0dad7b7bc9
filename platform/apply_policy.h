// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What becomes of an application's wishes under a policy.
#ifndef AIRLOCK_PLATFORM_APPLY_POLICY_H_
#define AIRLOCK_PLATFORM_APPLY_POLICY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "config/policy.h"
#include "ssl/options.h"
#include "ssl/verification.h"

namespace airlock::platform {

// What an application says about verification. Unset is what it does not say.
struct VerificationRequest {
  ssl::Side side = ssl::Side::kClient;
  absl::optional<ssl::VerifyMode> cert_reqs;
  absl::optional<bool> check_hostname;
  // The name that a client reaches for; empty where it gives none. Unset: not
  // known yet; the Socket will ask for it.
  absl::optional<std::string> server_hostname;
  // Whether a client that leaves cert_reqs out asks for CERT_NONE, as
  // documented for Python. Otherwise it verifies chain and name.
  bool unset_is_cert_none = false;
  // Whether a cert_reqs of kNone is a default rather than stated.
  bool cert_none_unstated = false;
  // All else, the level with what the ciphers state. Of its `mode`,
  // `check_hostname` and `hostname_optional`, what is set above tells.
  ssl::Verification verification;
  // Of the level and partial_chain, whether the application asks for it rather
  // than having it by default.
  bool security_level_stated = false;
  bool partial_chain_stated = true;
  // Whether the caller brings CAs that the bundle of the policy, or else of the
  // platform, does not have.
  bool own_ca_certs = false;
  bool key_log = false;  // Whether it wants the connection's secrets.
  // Whether it would take a pre-shared key in place of a certificate.
  bool psk = false;
};

// One thing that the policy made stricter, or refused.
struct PolicyChange {
  std::string setting;    // The option's name, such as "cert_reqs".
  std::string requested;  // Its value without the policy, such as "CERT_NONE".
  std::string effective;  // Its value with it; empty where it was refused.
  config::Origin origin;  // What demanded it.
  // Whether the application asked for just that, rather than not saying
  // otherwise.
  bool asked = false;

  // For people: "cert_reqs: CERT_REQUIRED in place of CERT_NONE, because of
  // AIRLOCK_VERIFY=enforce".
  std::string ToString() const;
};

// What the policy did not allow.
struct PolicyRefusal {
  absl::Status status;  // What the application gets: kPolicy.
  PolicyChange change;
};

// What to do.
struct VerificationDecision {
  ssl::Verification verification;
  // Where the policy demands a name that is not known yet: what comes of giving
  // none.
  absl::optional<PolicyRefusal> nameless;
  // The path of the bundle that replaces any other.
  absl::optional<std::string> ca_certs;
  // Whether the platform's bundle replaces the application's own.
  bool platform_ca_certs = false;
  bool key_log = false;
  bool psk = false;
  // What of this is the policy's doing; empty where it changed nothing.
  std::vector<PolicyChange> changes;
  // What the application may have, but the audit is told of.
  std::vector<PolicyChange> allowed;
  // Whether a client verifies nothing without having stated CERT_NONE.
  bool unverified_unstated = false;
};

// Applies `policy`, which is that for the host (config::PolicyForHost). Pure
// and thread-safe. For a client:
//
//  - cert_reqs unset: chain and, unless check_hostname is false, name are
//    verified; to give none is an error. But with `unset_is_cert_none` and
//    `off`, nothing is verified, unless check_hostname is true.
//  - cert_reqs stated, with `off` or `default`: as stated. Where the chain is
//    verified, the name is checked if there is one to check; without one, and
//    without check_hostname, the chain alone (as in Python 2.7.11: the caller
//    may call MatchHostname).
//  - `enforce`: chain and name are verified. CERT_NONE, check_hostname false,
//    giving no name, and a PSK are errors: a server that shows no certificate
//    has nothing to verify. The common name is never matched.
//
// With `hostname: optional`, giving no name is no error: the chain alone is
// verified. Where the policy names a bundle, it replaces all others, and to
// bring other CAs is an error; where it names none, `application_cas` decides
// whether bringing CAs that the platform's bundle lacks is one. verify_flags
// are added; partial_chain and verify_depth have a limit. A server's
// verification of its clients is its own affair under any policy. Minimum
// version, security level, groups, `psk: forbid` and `key_log: forbid` hold for
// both sides.
//
// What is below a floor without the application's asking for it, such as a
// default, is raised, and is among the changes.
//
// With `on_override: upgrade`, what would be such an error is made as strict as
// demanded instead, and is among the changes; but a name cannot be made up.
//
// Errors: kPolicy, which names the setting's origin and what to do, for what
// the policy does not allow, and then `refusal`, where not null, is set;
// kInvalidArgument for what contradicts itself.
absl::StatusOr<VerificationDecision> ApplyPolicy(
    const config::VerificationPolicy& policy,
    const VerificationRequest& request, PolicyChange* refusal = nullptr);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_APPLY_POLICY_H_
