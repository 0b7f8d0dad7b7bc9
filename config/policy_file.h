// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The operator's policy, /etc/airlock.yaml.
#ifndef AIRLOCK_CONFIG_POLICY_FILE_H_
#define AIRLOCK_CONFIG_POLICY_FILE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "config/policy.h"

namespace airlock::config {

// Whose word a policy file is.
enum class PolicyFileRole {
  kOperators,  // May also be laxer than what holds without any word.
  kTightens,   // Of whoever can start a process, or of an application.
};

// The policy that `content`, the whole of the file named `file`, states:
//
//   tls:
//     verification: enforce            # off | default | enforce
//     on_override: reject              # reject | upgrade
//     hostname: required               # required | optional
//     minimum_version: TLSv1.2         # TLSv1 | TLSv1.1 | TLSv1.2 | TLSv1.3
//     ca_certs: /etc/ca-certificates.crt
//     key_log: forbid                  # forbid | allow
//     security_level: 2                # 0 to 5
//     verify_flags: [x509_strict]      # crl_check_leaf, crl_check_chain, too
//     partial_chain: forbid            # forbid | allow
//     verify_depth: 5                  # 0 to 100
//     groups: [X25519, P-256]          # P-384, P-521, too
//     psk: forbid                      # forbid | allow
//     application_cas: audit           # allow | audit | forbid
//     exceptions:
//       - host: "*.corp.internal"
//         ca_certs: /etc/corp-ca.pem
//       - host: legacy.example
//         minimum_version: TLSv1
//         security_level: 1
//         pins: ["sha256/..."]
//         expires: 2027-06-30
//
// Every key may be left out but `tls` and an exception's `host`, and then says
// nothing; but `enforce` without minimum_version means TLS 1.2, and allows no
// security_level below 1. `today` is the date in UTC. Whether the bundles that
// ca_certs name exist is for others to see; the settings' origins serve their
// errors.
//
// Errors are kInvalidArgument and begin with the place, as in `airlock.yaml:
// 7:3: unknown key "verfication"; did you mean "verification"?`. Among them: a
// file that states nothing, an exception that has expired or that relaxes
// nothing, and two for the same host. Pure and thread-safe.
absl::StatusOr<VerificationPolicy> ParsePolicyFile(
    absl::string_view content, absl::string_view file, absl::CivilDay today,
    PolicyFileRole role = PolicyFileRole::kOperators);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_POLICY_FILE_H_
