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

// Who wrote a policy file.
enum class PolicyFileRole {
  kOperators,  // May also be laxer than the defaults.
  kTightens,   // From the user that starts a process, or an application.
};

// Parses `content`, the whole content of the policy file named `file`:
//
//   tls:
//     verification: enforce            # off | default | enforce
//     on_override: reject              # reject | upgrade
//     hostname: required               # required | optional
//     minimum_version: TLSv1.2         # TLSv1 | TLSv1.1 | TLSv1.2 | TLSv1.3
//     ca_certs: /etc/ca-certificates.crt
//     key_log: forbid                  # forbid | allow
//     security_level: 2                # 0 to 5
//     profile: strict                  # strict | compatible
//     verify_flags: [x509_strict]      # crl_check_leaf, crl_check_chain, too
//     partial_chain: forbid            # forbid | allow
//     verify_depth: 5                  # 0 to 100
//     groups: [X25519, P-256]          # X25519MLKEM768, P-384, P-521, too
//     post_quantum: prefer             # allow | prefer | require
//     psk: forbid                      # forbid | allow
//     application_cas: audit           # allow | audit | forbid
//     trust_domains:
//       example.org: /run/spire/bundle.pem
//     client_spiffe_ids: ["spiffe://example.org/**"]
//     expiry_warning: 14d              # 1d to 365d
//     exceptions:
//       - host: "*.corp.internal"
//         ca_certs: /etc/corp-ca.pem
//       - host: legacy.example
//         minimum_version: TLSv1
//         security_level: 1
//         profile: compatible
//         post_quantum: allow
//         pins: ["sha256/..."]
//       - host: payroll.internal
//         server_spiffe_ids: [spiffe://example.org/payroll]
//         expires: 2027-06-30
//
// All keys except `tls` and an exception's `host` are optional. `enforce`
// without minimum_version means TLS 1.2, without profile it means strict, and
// it does not allow a security_level below 1. `today` is the date in UTC. Does
// not check whether the bundles in ca_certs exist; callers can use the
// settings' origins in their errors.
//
// Errors are kInvalidArgument and begin with the position, such as
// `airlock.yaml:7:3: unknown key "verfication"; did you mean "verification"?`.
// Among them: a file that sets nothing, an exception that has expired or that
// relaxes nothing, and two exceptions for the same host. Pure and thread-safe.
absl::StatusOr<VerificationPolicy> ParsePolicyFile(
    absl::string_view content, absl::string_view file, absl::CivilDay today,
    PolicyFileRole role = PolicyFileRole::kOperators);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_POLICY_FILE_H_
