// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Applies a policy to an application's requests.
#ifndef AIRLOCK_PLATFORM_APPLY_POLICY_H_
#define AIRLOCK_PLATFORM_APPLY_POLICY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/policy.h"
#include "ssl/options.h"
#include "ssl/verification.h"

namespace airlock::platform {

// What an application wants of Encrypted Client Hello.
enum class EchRequest {
  kUnknown,  // The Socket will say.
  kNone,
  kOffered,  // A client's configurations.
  kOther,    // GREASE, or a server's keys.
};

// An application's request for verification. Unset: the application does not
// set it.
struct VerificationRequest {
  ssl::Side side = ssl::Side::kClient;
  std::optional<ssl::VerifyMode> cert_reqs;
  std::optional<bool> check_hostname;
  // The name that a client connects to; empty if it gives none. Unset: not
  // known yet; the Socket will ask for it.
  std::optional<std::string> server_hostname;
  // Whether a client without cert_reqs asks for CERT_NONE, as documented for
  // Python. Otherwise it verifies chain and name.
  bool unset_is_cert_none = false;
  // Whether a cert_reqs of kNone is a default, and not set explicitly.
  bool cert_none_unstated = false;
  // Everything else; the security level includes that of the ciphers. Its
  // `mode`, `check_hostname` and `hostname_optional` are ignored in favor of
  // the fields above.
  ssl::Verification verification;
  // Whether the application asks for the security level and for partial_chain,
  // or has them by default.
  bool security_level_stated = false;
  bool partial_chain_stated = true;
  // Whether the caller adds CAs that are not in the policy's bundle or, without
  // one, may accept more servers than with the platform's: see ssl::TrustsMore.
  bool own_ca_certs = false;
  // Whether its bundle may change later.
  bool live_ca_certs = false;
  bool key_log = false;  // Whether it asks for the connection's secrets.
  // Whether it accepts a pre-shared key in place of a certificate.
  bool psk = false;
  EchRequest ech = EchRequest::kUnknown;
};

// One setting that the policy made stricter or refused.
struct PolicyChange {
  std::string setting;    // The option's name, such as "cert_reqs".
  std::string requested;  // Its value without the policy, such as "CERT_NONE".
  std::string effective;  // Its value with it; empty if refused.
  config::Origin origin;  // What required it.
  // Whether the application asked for that explicitly, and did not just leave
  // the default.
  bool asked = false;

  // For people: "cert_reqs: CERT_REQUIRED in place of CERT_NONE, because of
  // AIRLOCK_VERIFY=enforce".
  std::string ToString() const;
};

// A request that the policy does not allow.
struct PolicyRefusal {
  absl::Status status;  // The application's error: kPolicy.
  PolicyChange change;
};

// The result of applying a policy.
struct VerificationDecision {
  ssl::Verification verification;
  // If the policy requires a name that is not known yet: the refusal for a
  // Socket without one.
  std::optional<PolicyRefusal> nameless;
  // If the policy requires or forbids Encrypted Client Hello and what the
  // Socket will do is not known yet: the refusal for one that does otherwise.
  std::optional<PolicyRefusal> ech_refused;
  // If the policy limits CAs of the application's own and its bundle is live:
  // the refusal for a change that brings some. Its status is ok if they are
  // only audited.
  std::optional<PolicyRefusal> later_ca_certs;
  // The path of the bundle that replaces all others.
  std::optional<std::string> ca_certs;
  // Whether the platform's bundle replaces the application's own.
  bool platform_ca_certs = false;
  // If not empty, the policy's SPIFFE IDs and trust domains, which replace the
  // trust store and the host name. A Runtime then sets verification.spiffe;
  // without it, `verification` is not complete.
  config::Setting<std::vector<std::string>> spiffe_ids;
  std::vector<config::TrustDomain> trust_domains;
  bool key_log = false;
  bool psk = false;
  // What the policy changed; empty if nothing.
  std::vector<PolicyChange> changes;
  // What the policy allows, but the audit records.
  std::vector<PolicyChange> allowed;
  // Whether a client verifies nothing although it did not set CERT_NONE.
  bool unverified_unstated = false;
};

// Applies `policy`, the policy for the host (config::PolicyForHost). Pure and
// thread-safe. For a client:
//
//  - cert_reqs unset: the chain and, unless check_hostname is false, the name
//    are verified; a missing name is an error. But with `unset_is_cert_none`
//    and `off`, nothing is verified unless check_hostname is true.
//  - cert_reqs set, with `off` or `default`: as set. If the chain is verified,
//    the name is checked if it is given; without a name and without
//    check_hostname, only the chain is verified (as in Python 2.7.11: the
//    caller may call MatchHostname).
//  - `enforce`: chain and name are verified. CERT_NONE, check_hostname false, a
//    missing name and a PSK are errors: a server without a certificate cannot
//    be verified. The common name is never matched.
//
// With `hostname: optional`, a missing name is not an error: only the chain is
// verified. If the policy sets a bundle, it replaces all others, and other CAs
// are an error; otherwise `application_cas` decides whether CAs that the
// platform's bundle lacks are an error, also for a live bundle that changes.
// The profile and verify_flags are added; partial_chain and verify_depth are
// limited. Minimum version, security level, groups, post_quantum, `psk: forbid`
// and `key_log: forbid` apply to both sides. `ech: require` applies to clients,
// which have to offer it, and `ech: forbid` to both sides; on_override has no
// effect on either.
//
// With server_spiffe_ids, a client requires one of these SPIFFE IDs of its
// server in place of the name, whatever `verification` is; with
// client_spiffe_ids, a server requires one of its clients. CERT_NONE, other
// CAs, SPIFFE IDs of the application's own and a PSK are errors there. No other
// setting changes how a server verifies its clients. A client's own SPIFFE IDs
// (ssl::Verification::spiffe) are an error under `enforce`, and where the
// policy limits its CAs; a server's own are not.
//
// A value below a floor that the application did not ask for, such as a
// default, is raised and added to `changes`.
//
// With `on_override: upgrade`, these errors become upgrades instead: the value
// is made as strict as required and added to `changes`. A missing name stays an
// error, since it cannot be invented.
//
// Errors: kPolicy, which names the setting's origin and what to do, if the
// policy does not allow the request; then also sets `refusal`, unless it is
// null. kInvalidArgument for a request that contradicts itself.
absl::StatusOr<VerificationDecision> ApplyPolicy(
    const config::VerificationPolicy& policy,
    const VerificationRequest& request, PolicyChange* refusal = nullptr);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_APPLY_POLICY_H_
