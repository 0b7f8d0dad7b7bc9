// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/known_decisions.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "platform/internal/decider.h"
#include "platform/internal/policy_request.h"
#include "ssl/options.h"
#include "ssl/verification.h"

namespace airlock::platform::internal {
namespace {

// Does not compile if a field is missing.
bool IsSame(const ssl::Verification& a, const ssl::Verification& b) {
  const auto& [mode, check_hostname, hostname_optional, hostname, flags, depth,
               protocol, minimum_version, maximum_version, disabled_versions,
               security_level, minimum_security_level, groups, pins,
               anchor_pins, spiffe, ech] = a;
  const auto& [common_name_fallback] = hostname;
  return mode == b.mode && check_hostname == b.check_hostname &&
         hostname_optional == b.hostname_optional &&
         common_name_fallback == b.hostname.common_name_fallback &&
         ssl::FlagBits(flags) == ssl::FlagBits(b.flags) && depth == b.depth &&
         protocol == b.protocol && minimum_version == b.minimum_version &&
         maximum_version == b.maximum_version &&
         disabled_versions == b.disabled_versions &&
         security_level == b.security_level &&
         minimum_security_level == b.minimum_security_level &&
         groups == b.groups && pins == b.pins && anchor_pins == b.anchor_pins &&
         spiffe == b.spiffe && ech == b.ech;
}

// Whether an audit event belongs to it.
bool IsAudited(const VerificationDecision& decision) {
  return decision.unverified_unstated || !decision.allowed.empty() ||
         std::any_of(decision.changes.begin(), decision.changes.end(),
                     [](const PolicyChange& change) { return change.asked; });
}

}  // namespace

struct KnownDecisions::Entry {
  Entry(Policy policy_in, const WrapOptions& options,
        std::shared_ptr<const WrapDecision> decision_in)
      : policy(std::move(policy_in)),
        server_side(options.server_side),
        cert_reqs(options.cert_reqs),
        ciphers(options.ciphers),
        has_name(!options.server_hostname.empty()),
        brings_cas(IsGiven(options.ca_certs)),
        check_hostname(options.check_hostname),
        verification(options.verification),
        alpn_protocols(options.alpn_protocols),
        alpn_required(options.alpn_required),
        accept_compressed_certificates(options.accept_compressed_certificates),
        ech(EchRequestOf(options)),
        decision(std::move(decision_in)) {}

  bool IsFor(const Policy& in_force, const WrapOptions& options) const {
    // Does not compile if a field is missing. What is not compared here has no
    // part in the decision.
    const auto& [keyfile, certfile, credential_source, is_server, reqs,
                 ca_certs, do_handshake_on_connect, suppress_ragged_eofs,
                 cipher_string, server_hostname, password, checks_hostname,
                 verifies, alpn, needs_alpn, session, takes_compressed,
                 ech_configs, ech_grease, ech_keys, call_site] = options;
    return in_force == policy && is_server == server_side &&
           reqs == cert_reqs && cipher_string == ciphers &&
           server_hostname.empty() != has_name &&
           IsGiven(ca_certs) == brings_cas &&
           checks_hostname == check_hostname &&
           IsSame(verifies, verification) && alpn == alpn_protocols &&
           needs_alpn == alpn_required &&
           takes_compressed == accept_compressed_certificates &&
           EchRequestOf(options) == ech;
  }

  // Kept, so that no other policy gets its address.
  const Policy policy;
  const bool server_side;
  const std::optional<ssl::VerifyMode> cert_reqs;
  const std::string ciphers;
  const bool has_name;
  const bool brings_cas;
  const std::optional<bool> check_hostname;
  const ssl::Verification verification;
  const std::vector<std::string> alpn_protocols;
  const bool alpn_required;
  const bool accept_compressed_certificates;
  const EchRequest ech;
  const std::shared_ptr<const WrapDecision> decision;
};

std::shared_ptr<const WrapDecision> KnownDecisions::Find(
    const Policy& policy, const WrapOptions& options) const {
  const absl::ReaderMutexLock lock(&mutex_);
  for (const auto& entry : entries_) {
    if (entry == nullptr) return nullptr;
    if (entry->IsFor(policy, options)) return entry->decision;
  }
  return nullptr;
}

void KnownDecisions::Remember(const Policy& policy, const WrapOptions& options,
                              std::shared_ptr<const WrapDecision> decision) {
  if (!Decider::DependsOnRequestAlone(*policy, options.ca_certs) ||
      options.verification.spiffe != nullptr || IsAudited(decision->decision)) {
    return;
  }
  auto entry =
      std::make_shared<const Entry>(policy, options, std::move(decision));
  // Destroyed after the lock is released.
  Entries dropped;
  const absl::MutexLock lock(&mutex_);
  // An old policy is not needed any more.
  if (entries_[0] != nullptr && entries_[0]->policy != policy) {
    dropped.swap(entries_);
    oldest_ = 0;
  }
  entries_[oldest_].swap(entry);
  oldest_ = (oldest_ + 1) % kMost;
}

void KnownDecisions::Clear() {
  Entries dropped;
  const absl::MutexLock lock(&mutex_);
  dropped.swap(entries_);
  oldest_ = 0;
}

}  // namespace airlock::platform::internal
