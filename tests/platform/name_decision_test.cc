// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/name_decision.h"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace airlock::platform::internal {
namespace {

constexpr ChainSaidBy kChains[] = {ChainSaidBy::kApplication,
                                   ChainSaidBy::kLibrary, ChainSaidBy::kDefault,
                                   ChainSaidBy::kEnforced};
constexpr CheckHostname kChecks[] = {
    CheckHostname::kUnset, CheckHostname::kFalse, CheckHostname::kTrue};
constexpr config::Hostname kHostnames[] = {config::Hostname::kOptional,
                                           config::Hostname::kRequired};
constexpr Name kNames[] = {Name::kGiven, Name::kNone, Name::kUnknown};

std::vector<NameQuestion> AllQuestions() {
  std::vector<NameQuestion> questions;
  for (const ChainSaidBy chain : kChains) {
    for (const CheckHostname check : kChecks) {
      for (const config::Hostname hostname : kHostnames) {
        for (const Name name : kNames) {
          questions.push_back({chain, check, hostname, name});
        }
      }
    }
  }
  return questions;
}

TEST(NameDecisionTest, EveryRowDecidesSomething) {
  std::set<const NameRow*> used;
  for (const NameQuestion& question : AllQuestions()) {
    used.insert(&DecideName(question));
  }
  EXPECT_EQ(used.size(), NameRows().size());
  for (const NameRow& row : NameRows()) EXPECT_EQ(used.count(&row), 1);
}

// Invariants for any rows.
TEST(NameDecisionTest, NothingIsLost) {
  for (const NameQuestion& question : AllQuestions()) {
    const NameOutcome outcome = DecideName(question).outcome;
    SCOPED_TRACE(absl::StrCat(static_cast<int>(question.chain), " ",
                              static_cast<int>(question.check_hostname), " ",
                              static_cast<int>(question.hostname), " ",
                              static_cast<int>(question.name), ": ",
                              static_cast<int>(outcome)));
    const bool enforced = question.chain == ChainSaidBy::kEnforced;
    const bool required = question.hostname == config::Hostname::kRequired;
    // A given name is checked, unless the application opts out.
    if (question.name == Name::kGiven &&
        question.check_hostname != CheckHostname::kFalse) {
      EXPECT_EQ(outcome, NameOutcome::kChecked);
    }
    // If verification is enforced, a given name is checked without opting out;
    // if a name is required, it cannot be missing.
    if (enforced && (question.name != Name::kNone || required)) {
      EXPECT_NE(outcome, NameOutcome::kNotChecked);
    }
    if (enforced && required) {
      EXPECT_NE(outcome, NameOutcome::kCheckedIfGiven);
    }
    // An application that asks for the check gets it, or an error.
    if (question.check_hostname == CheckHostname::kTrue) {
      EXPECT_NE(outcome, NameOutcome::kNotChecked);
      EXPECT_NE(outcome, NameOutcome::kCheckedIfGiven);
      EXPECT_NE(outcome, NameOutcome::kOverride);
    }
    // Only a policy overrides an application that opts out.
    if (question.check_hostname == CheckHostname::kFalse) {
      EXPECT_TRUE(outcome == NameOutcome::kNotChecked ||
                  (outcome == NameOutcome::kOverride && enforced));
    }
    // A stricter policy never checks less.
    if (!enforced && outcome != NameOutcome::kNotChecked) {
      NameQuestion stricter = question;
      stricter.chain = ChainSaidBy::kEnforced;
      EXPECT_NE(DecideName(stricter).outcome, NameOutcome::kNotChecked);
    }
  }
}

// The outcome for each name, in the order of kNames.
struct Case {
  ChainSaidBy chain;
  CheckHostname check_hostname;
  config::Hostname hostname;
  NameOutcome outcomes[3];
};

TEST(NameDecisionTest, Outcomes) {
  constexpr auto kOptional = config::Hostname::kOptional;
  constexpr auto kRequired = config::Hostname::kRequired;
  constexpr auto kUnset = CheckHostname::kUnset;
  constexpr auto kFalse = CheckHostname::kFalse;
  constexpr auto kTrue = CheckHostname::kTrue;
  constexpr auto kSkip = NameOutcome::kNotChecked;
  constexpr auto kCheck = NameOutcome::kChecked;
  constexpr auto kIfGiven = NameOutcome::kCheckedIfGiven;
  constexpr auto kOverride = NameOutcome::kOverride;
  constexpr auto kRefuse = NameOutcome::kRefused;
  constexpr auto kRefuseLater = NameOutcome::kRefusedIfNone;
  constexpr auto kContradicts = NameOutcome::kContradiction;
  constexpr auto kMissing = NameOutcome::kNameMissing;
  const Case cases[] = {
      {ChainSaidBy::kApplication, kUnset, kOptional, {kCheck, kSkip, kIfGiven}},
      {ChainSaidBy::kApplication, kUnset, kRequired, {kCheck, kSkip, kIfGiven}},
      {ChainSaidBy::kLibrary, kUnset, kOptional, {kCheck, kSkip, kIfGiven}},
      {ChainSaidBy::kLibrary, kUnset, kRequired, {kCheck, kMissing, kCheck}},
      {ChainSaidBy::kDefault, kUnset, kOptional, {kCheck, kSkip, kIfGiven}},
      {ChainSaidBy::kDefault,
       kUnset,
       kRequired,
       {kCheck, kRefuse, kRefuseLater}},
      {ChainSaidBy::kEnforced, kUnset, kOptional, {kCheck, kSkip, kIfGiven}},
      {ChainSaidBy::kEnforced,
       kUnset,
       kRequired,
       {kCheck, kRefuse, kRefuseLater}},
      {ChainSaidBy::kEnforced,
       kFalse,
       kOptional,
       {kOverride, kSkip, kOverride}},
      {ChainSaidBy::kEnforced,
       kFalse,
       kRequired,
       {kOverride, kOverride, kOverride}},
      {ChainSaidBy::kEnforced,
       kTrue,
       kOptional,
       {kCheck, kContradicts, kCheck}},
      {ChainSaidBy::kEnforced,
       kTrue,
       kRequired,
       {kCheck, kRefuse, kRefuseLater}},
      {ChainSaidBy::kApplication, kFalse, kRequired, {kSkip, kSkip, kSkip}},
      {ChainSaidBy::kLibrary, kFalse, kRequired, {kSkip, kSkip, kSkip}},
      {ChainSaidBy::kDefault, kFalse, kRequired, {kSkip, kSkip, kSkip}},
      {ChainSaidBy::kApplication,
       kTrue,
       kRequired,
       {kCheck, kContradicts, kCheck}},
      {ChainSaidBy::kLibrary, kTrue, kRequired, {kCheck, kContradicts, kCheck}},
      {ChainSaidBy::kDefault, kTrue, kRequired, {kCheck, kContradicts, kCheck}},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    const Case& row = cases[i];
    for (size_t name = 0; name < std::size(kNames); ++name) {
      EXPECT_EQ(DecideName(
                    {row.chain, row.check_hostname, row.hostname, kNames[name]})
                    .outcome,
                row.outcomes[name])
          << "case " << i << ", name " << name;
    }
  }
}

}  // namespace
}  // namespace airlock::platform::internal
