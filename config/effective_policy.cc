// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/effective_policy.h"

#include <utility>

namespace airlock::config {
namespace {

// The one that states something, `first` where both do.
template <typename T>
Setting<T> FirstStated(Setting<T> first, Setting<T> second) {
  return first.stated() ? Override(std::move(first), std::move(second))
                        : Override(std::move(second), std::move(first));
}

VerificationPolicy Merge(VerificationPolicy first, VerificationPolicy second) {
  first.verification =
      Stricter(std::move(first.verification), std::move(second.verification));
  first.on_override =
      Stricter(std::move(first.on_override), std::move(second.on_override));
  first.hostname =
      Stricter(std::move(first.hostname), std::move(second.hostname));
  first.minimum_version = Stricter(std::move(first.minimum_version),
                                   std::move(second.minimum_version));
  first.ca_certs =
      FirstStated(std::move(first.ca_certs), std::move(second.ca_certs));
  first.key_log = Stricter(std::move(first.key_log), std::move(second.key_log));
  return first;
}

// The exception for `host`; null where none holds.
const PolicyException* FindException(const VerificationPolicy& policy,
                                     absl::string_view host,
                                     absl::CivilDay today) {
  const PolicyException* found = nullptr;
  for (const PolicyException& exception : policy.exceptions) {
    const bool expired =
        exception.expires.stated() && exception.expires.value < today;
    if (expired || !exception.host.Matches(host)) continue;
    // Of one host there is one exact name, and one suffix.
    if (exception.host.kind() != HostPattern::Kind::kSuffix) return &exception;
    found = &exception;
  }
  return found;
}

// Lets `exception` replace `setting`, if it states anything.
template <typename T>
void Except(const Setting<T>& exception, Setting<T>* setting) {
  if (!exception.stated()) return;
  *setting = Override(exception, std::move(*setting));
}

}  // namespace

VerificationPolicy EffectivePolicy(
    absl::Span<const VerificationPolicy> policies) {
  VerificationPolicy effective;
  for (const VerificationPolicy& policy : policies) {
    effective = Merge(std::move(effective), policy);
    if (effective.exceptions.empty()) effective.exceptions = policy.exceptions;
  }
  return effective;
}

VerificationPolicy PolicyForHost(const VerificationPolicy& policy,
                                 absl::string_view host, absl::CivilDay today) {
  VerificationPolicy for_host;
  for_host.verification = policy.verification;
  for_host.on_override = policy.on_override;
  for_host.hostname = policy.hostname;
  for_host.minimum_version = policy.minimum_version;
  for_host.ca_certs = policy.ca_certs;
  for_host.key_log = policy.key_log;
  const PolicyException* exception = FindException(policy, host, today);
  if (exception == nullptr) return for_host;
  Except(exception->ca_certs, &for_host.ca_certs);
  Except(exception->minimum_version, &for_host.minimum_version);
  Except(exception->pins, &for_host.pins);
  return for_host;
}

}  // namespace airlock::config
