// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/name_decision.h"

#include <algorithm>
#include <iterator>

namespace airlock::platform::internal {
namespace {

constexpr std::nullopt_t kAny = std::nullopt;
constexpr auto kUnset = CheckHostname::kUnset;
constexpr auto kFalse = CheckHostname::kFalse;
constexpr auto kTrue = CheckHostname::kTrue;
constexpr auto kLibrary = ChainSaidBy::kLibrary;
constexpr auto kDefault = ChainSaidBy::kDefault;
constexpr auto kEnforced = ChainSaidBy::kEnforced;
constexpr auto kRequired = config::Hostname::kRequired;
constexpr auto kGiven = Name::kGiven;
constexpr auto kNone = Name::kNone;
constexpr auto kUnknown = Name::kUnknown;

constexpr NameRow kRows[] = {
    // check_hostname, chain, the policy's hostname, name -> outcome
    {kFalse, kEnforced, kAny, kGiven, NameOutcome::kOverride},
    {kFalse, kEnforced, kAny, kUnknown, NameOutcome::kOverride},
    {kFalse, kEnforced, kRequired, kNone, NameOutcome::kOverride},
    {kFalse, kAny, kAny, kAny, NameOutcome::kNotChecked},
    {kAny, kAny, kAny, kGiven, NameOutcome::kChecked},
    {kAny, kEnforced, kRequired, kNone, NameOutcome::kRefused},
    {kAny, kEnforced, kRequired, kUnknown, NameOutcome::kRefusedIfNone},
    {kTrue, kAny, kAny, kNone, NameOutcome::kContradiction},
    {kTrue, kAny, kAny, kUnknown, NameOutcome::kChecked},
    {kUnset, kLibrary, kRequired, kNone, NameOutcome::kNameMissing},
    {kUnset, kLibrary, kRequired, kUnknown, NameOutcome::kChecked},
    {kUnset, kDefault, kRequired, kNone, NameOutcome::kRefused},
    {kUnset, kDefault, kRequired, kUnknown, NameOutcome::kRefusedIfNone},
    {kUnset, kAny, kAny, kNone, NameOutcome::kNotChecked},
    {kUnset, kAny, kAny, kUnknown, NameOutcome::kCheckedIfGiven},
};

template <typename T>
bool Matches(const std::optional<T>& wanted, T value) {
  return !wanted.has_value() || *wanted == value;
}

}  // namespace

absl::Span<const NameRow> NameRows() { return kRows; }

const NameRow& DecideName(const NameQuestion& question) {
  return *std::find_if(
      std::begin(kRows), std::end(kRows), [&question](const NameRow& row) {
        return Matches(row.check_hostname, question.check_hostname) &&
               Matches(row.chain, question.chain) &&
               Matches(row.hostname, question.hostname) &&
               Matches(row.name, question.name);
      });
}

}  // namespace airlock::platform::internal
