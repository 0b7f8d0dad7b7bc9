// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/effective_policy.h"

#include <utility>

#include "absl/algorithm/container.h"

namespace airlock::config {
namespace {

// The one that states something, `first` where both do.
template <typename T>
Setting<T> FirstStated(Setting<T> first, Setting<T> second) {
  return first.stated() ? Override(std::move(first), std::move(second))
                        : Override(std::move(second), std::move(first));
}

// As Stricter, where the smaller value is.
Setting<absl::optional<int>> Smaller(Setting<absl::optional<int>> first,
                                     Setting<absl::optional<int>> second) {
  const bool second_wins =
      second.stated() && (!first.stated() || second.value < first.value);
  return second_wins ? Override(std::move(second), std::move(first))
                     : Override(std::move(first), std::move(second));
}

// What both state, by the origin of the first that states anything.
Setting<std::vector<VerifyFlag>> Both(Setting<std::vector<VerifyFlag>> first,
                                      Setting<std::vector<VerifyFlag>> second) {
  if (!first.stated()) return second;
  for (const VerifyFlag flag : second.value) {
    if (!absl::c_linear_search(first.value, flag)) first.value.push_back(flag);
  }
  return first;
}

// Demands `floor` of `setting`, because verification is enforced. Only what the
// operator's file states may be below.
template <typename T, typename Value>
void RaiseTo(Value floor, const Origin& enforced, Setting<T>* setting) {
  if (setting->origin.may_relax()) return;
  *setting = Stricter(std::move(*setting), Setting<T>{floor, enforced});
}

// What `enforce` brings beside verification.
void AddFloors(VerificationPolicy* policy) {
  if (policy->verification.value != Verification::kEnforce) return;
  const Origin& enforced = policy->verification.origin;
  RaiseTo(kEnforcedLevel, enforced, &policy->security_level);
  RaiseTo(Permission::kForbid, enforced, &policy->partial_chain);
  RaiseTo(ApplicationCas::kAudit, enforced, &policy->application_cas);
  const auto raise_level = [&enforced](Setting<absl::optional<int>>* level) {
    if (!level->stated() || level->value >= kLeastEnforcedLevel) return;
    *level = Override({kLeastEnforcedLevel, enforced}, std::move(*level));
  };
  raise_level(&policy->security_level);
  for (PolicyException& exception : policy->exceptions) {
    raise_level(&exception.security_level);
  }
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
  first.security_level = Stricter(std::move(first.security_level),
                                  std::move(second.security_level));
  first.verify_flags =
      Both(std::move(first.verify_flags), std::move(second.verify_flags));
  first.partial_chain =
      Stricter(std::move(first.partial_chain), std::move(second.partial_chain));
  first.verify_depth =
      Smaller(std::move(first.verify_depth), std::move(second.verify_depth));
  first.groups = FirstStated(std::move(first.groups), std::move(second.groups));
  first.psk = Stricter(std::move(first.psk), std::move(second.psk));
  first.application_cas = Stricter(std::move(first.application_cas),
                                   std::move(second.application_cas));
  return first;
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
  AddFloors(&effective);
  return effective;
}

const PolicyException* ExceptionFor(const VerificationPolicy& policy,
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

VerificationPolicy PolicyForHost(const VerificationPolicy& policy,
                                 absl::string_view host, absl::CivilDay today) {
  VerificationPolicy for_host;
  static_cast<PolicySettings&>(for_host) = policy;
  const PolicyException* exception = ExceptionFor(policy, host, today);
  if (exception == nullptr) return for_host;
  Except(exception->ca_certs, &for_host.ca_certs);
  Except(exception->minimum_version, &for_host.minimum_version);
  Except(exception->security_level, &for_host.security_level);
  Except(exception->pins, &for_host.pins);
  return for_host;
}

}  // namespace airlock::config
