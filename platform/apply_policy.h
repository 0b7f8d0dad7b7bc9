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

namespace airlock::platform {

// What an application says about verification. Unset is what it does not say.
struct VerificationRequest {
  ssl::Side side = ssl::Side::kClient;
  absl::optional<ssl::VerifyMode> cert_reqs;
  absl::optional<bool> check_hostname;
  // The name that a client reaches for; empty where it gives none. Unset: not
  // known yet; the Socket will ask for it.
  absl::optional<std::string> server_hostname;
  bool common_name_fallback = false;
  ssl::Protocol protocol = ssl::Protocol::kSslv23;
  absl::optional<ssl::TlsVersion> minimum_version;
  absl::optional<ssl::TlsVersion> maximum_version;
  std::vector<ssl::TlsVersion> disabled_versions;
  // Whether the caller brings CAs that the policy's bundle has not.
  bool own_ca_certs = false;
  bool key_log = false;  // Whether it wants the connection's secrets.
  // Whether a client would take a key in common in place of a certificate.
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
  ssl::VerifyMode cert_reqs = ssl::VerifyMode::kRequired;
  bool check_hostname = true;
  // Where the name is not known yet: whether there may be none.
  bool hostname_optional = false;
  // And what comes of it where the policy demands one.
  absl::optional<PolicyRefusal> nameless;
  bool common_name_fallback = false;
  ssl::Protocol protocol = ssl::Protocol::kSslv23;
  absl::optional<ssl::TlsVersion> minimum_version;
  absl::optional<ssl::TlsVersion> maximum_version;
  std::vector<ssl::TlsVersion> disabled_versions;
  // The path of the bundle that counts in place of any other.
  absl::optional<std::string> ca_certs;
  // For a client, the keys of which its server's chain must have one.
  std::vector<config::Pin> pins;
  bool key_log = false;
  bool psk = false;
  // What of this is the policy's doing; empty where it changed nothing.
  std::vector<PolicyChange> changes;
};

// Applies `policy`, which is that for the host (config::PolicyForHost). Pure
// and thread-safe. For a client:
//
//  - `off`: nothing is verified unless cert_reqs or check_hostname ask for it.
//    Where it is verified, the name is checked if there is one to check;
//    without one, and without check_hostname, the chain alone (as in
//    Python 2.7.11: the caller may call MatchHostname).
//  - `default`: the same, but a client that does not state cert_reqs verifies
//    chain and, unless check_hostname is false, name; to give none is an error.
//  - `enforce`: chain and name are verified. CERT_NONE, check_hostname false,
//    giving no name, and a PSK are errors: a server that shows no certificate
//    has nothing to verify. The common name never counts.
//
// With `hostname: optional`, giving no name is no error: the chain alone is
// verified. Where the policy names a bundle, no other counts, and to bring
// other CAs is an error. A server's verification of its clients is its own
// affair under any policy. The minimum version holds for both, and so does that
// to want the secrets where the policy forbids it is an error.
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
