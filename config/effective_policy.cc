// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/effective_policy.h"

#include <utility>

#include "absl/algorithm/container.h"

namespace airlock::config {
namespace {

// The one that is set; `first` if both are.
template <typename T>
Setting<T> FirstStated(Setting<T> first, Setting<T> second) {
  return first.stated() ? Override(std::move(first), std::move(second))
                        : Override(std::move(second), std::move(first));
}

// Like Stricter, for settings whose smaller value is stricter.
Setting<std::optional<int>> Smaller(Setting<std::optional<int>> first,
                                    Setting<std::optional<int>> second) {
  const bool second_wins =
      second.stated() && (!first.stated() || second.value < first.value);
  return second_wins ? Override(std::move(second), std::move(first))
                     : Override(std::move(first), std::move(second));
}

// The values of both, with the origin of the first that is set.
Setting<std::vector<VerifyFlag>> Both(Setting<std::vector<VerifyFlag>> first,
                                      Setting<std::vector<VerifyFlag>> second) {
  if (!first.stated()) return second;
  for (const VerifyFlag flag : second.value) {
    if (!absl::c_linear_search(first.value, flag)) first.value.push_back(flag);
  }
  return first;
}

// Raises `setting` to `floor`, because verification is enforced. Only the
// operator's file may go below it.
template <typename T, typename Value>
void RaiseTo(Value floor, const Origin& enforced, Setting<T>* setting) {
  if (setting->origin.may_relax()) return;
  *setting = Stricter(std::move(*setting), Setting<T>{floor, enforced});
}

// Adds the other effects of `enforce`.
void AddFloors(VerificationPolicy* policy) {
  if (policy->verification.value != Verification::kEnforce) return;
  const Origin& enforced = policy->verification.origin;
  RaiseTo(kEnforcedLevel, enforced, &policy->security_level);
  RaiseTo(Profile::kStrict, enforced, &policy->profile);
  RaiseTo(Permission::kForbid, enforced, &policy->partial_chain);
  RaiseTo(ApplicationCas::kAudit, enforced, &policy->application_cas);
  const auto raise_level = [&enforced](Setting<std::optional<int>>* level) {
    if (!level->stated() || level->value >= kLeastEnforcedLevel) return;
    *level = Override({kLeastEnforcedLevel, enforced}, std::move(*level));
  };
  raise_level(&policy->security_level);
  for (PolicyException& exception : policy->exceptions) {
    raise_level(&exception.settings.security_level);
  }
}

template <Merging kMerging, typename T>
Setting<T> Merged(Setting<T> first, Setting<T> second) {
  if constexpr (kMerging == Merging::kStricter) {
    return Stricter(std::move(first), std::move(second));
  } else if constexpr (kMerging == Merging::kSmaller) {
    return Smaller(std::move(first), std::move(second));
  } else if constexpr (kMerging == Merging::kFirst) {
    return FirstStated(std::move(first), std::move(second));
  } else if constexpr (kMerging == Merging::kAll) {
    return Both(std::move(first), std::move(second));
  } else {
    return first;
  }
}

void MergeInto(const PolicySettings& other, PolicySettings* merged) {
  VisitSettings(
      [](auto row, auto& first, const auto& second) {
        first = Merged<kSettingRows[row].merging>(std::move(first), second);
      },
      *merged, other);
}

// Lets `exception` replace `setting`, if it is set.
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
    MergeInto(policy, &effective);
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
    // A host matches at most one exact name and one suffix.
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
  VisitSettings([](auto /*row*/, const auto& granted,
                   auto& setting) { Except(granted, &setting); },
                exception->settings, static_cast<PolicySettings&>(for_host));
  return for_host;
}

}  // namespace airlock::config
