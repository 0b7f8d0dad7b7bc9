// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The settings of a policy other than verification: how they are set and
// merged, and the effects of `enforce`.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "config/effective_policy.h"
#include "config/policy_file.h"
#include "config/policy_report.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/error_matchers.h"

namespace airlock::config {
namespace {

const absl::CivilDay kToday(2026, 6, 30);

absl::StatusOr<VerificationPolicy> Parse(absl::string_view tls) {
  return ParsePolicyFile(absl::StrCat("tls: {", tls, "}"), "a.yaml", kToday);
}

// The effective policy of a file and the environment.
VerificationPolicy Effective(absl::string_view tls,
                             const EnvironmentMap& environment = {}) {
  std::vector<VerificationPolicy> policies;
  if (!tls.empty()) {
    absl::StatusOr<VerificationPolicy> file = Parse(tls);
    EXPECT_TRUE(file.ok()) << file.status();
    if (file.ok()) policies.push_back(*std::move(file));
  }
  absl::StatusOr<VerificationPolicy> variables =
      ParseEnvironment(Environment(environment));
  EXPECT_TRUE(variables.ok()) << variables.status();
  if (variables.ok()) policies.push_back(*std::move(variables));
  return EffectivePolicy(policies);
}

// The setting of this name, as "value origin".
std::string Of(const VerificationPolicy& policy, absl::string_view name) {
  for (const PolicyRow& row : PolicyRows(policy)) {
    if (row.setting == name) {
      return absl::StrCat(row.value, " ", row.origin.ToString());
    }
  }
  return "no such row";
}

struct Row {
  const char* tls;
  const char* setting;
  const char* expected;
};

TEST(PolicyFloorsTest, AFileStates) {
  for (const Row& row : std::vector<Row>{
           {"security_level: 0", "security_level", "0 a.yaml:1:23"},
           {"security_level: 5", "security_level", "5 a.yaml:1:23"},
           {"profile: strict", "profile", "strict a.yaml:1:16"},
           {"verification: enforce", "profile", "strict a.yaml:1:21"},
           {"verification: enforce, profile: compatible", "profile",
            "compatible a.yaml:1:39"},
           {"verify_flags: [x509_strict, crl_check_chain]", "verify_flags",
            "x509_strict crl_check_chain a.yaml:1:21"},
           {"partial_chain: allow", "partial_chain", "allow a.yaml:1:22"},
           {"verify_depth: 0", "verify_depth", "0 a.yaml:1:21"},
           {"expiry_warning: 1d", "expiry_warning", "1d a.yaml:1:23"},
           {"expiry_warning: 365d", "expiry_warning", "365d a.yaml:1:23"},
           {"groups: [P-256, X25519]", "groups", "P-256 X25519 a.yaml:1:15"},
           {"groups: [X25519MLKEM768, X25519], post_quantum: prefer", "groups",
            "X25519MLKEM768 X25519 a.yaml:1:15"},
           {"post_quantum: prefer", "post_quantum", "prefer a.yaml:1:21"},
           {"post_quantum: require", "post_quantum", "require a.yaml:1:21"},
           {"ech: require", "ech", "require a.yaml:1:12"},
           {"ech: forbid", "ech", "forbid a.yaml:1:12"},
           {"psk: forbid", "psk", "forbid a.yaml:1:12"},
           {"application_cas: forbid", "application_cas",
            "forbid a.yaml:1:24"}}) {
    EXPECT_EQ(Of(Effective(row.tls), row.setting), row.expected) << row.tls;
  }
}

TEST(PolicyFloorsTest, InvalidValuesAreErrorsAtTheirPlace) {
  for (const auto& [tls, place] :
       std::vector<std::pair<std::string, std::string>>{
           {"security_level: 6", "a.yaml:1:23"},
           {"security_level: -1", "a.yaml:1:23"},
           {"security_level: +1", "a.yaml:1:23"},
           {"security_level: 1.0", "a.yaml:1:23"},
           {"security_level: ' 1'", "a.yaml:1:23"},
           {"security_level: 0x1", "a.yaml:1:23"},
           {"security_level: 99999999999999999999", "a.yaml:1:23"},
           {"security_level: high", "a.yaml:1:23"},
           {"security_level: [1]", "a.yaml:1:23"},
           {"security_level: ''", "a.yaml:1:23"},
           {"verification: enforce, security_level: 0", "a.yaml:1:46"},
           {"security_level: 0, verification: enforce", "a.yaml:1:23"},
           {"verification: enforce, exceptions: [{host: a, security_level: 0}]",
            "a.yaml:1:69"},
           {"security_level: 1, exceptions: [{host: a, security_level: 2}]",
            "a.yaml:1:39"},
           {"profile: Strict", "a.yaml:1:16"},
           {"profile: ''", "a.yaml:1:16"},
           {"profile: [strict]", "a.yaml:1:16"},
           {"profile: lax, verification: enforce", "a.yaml:1:16"},
           {"exceptions: [{host: a, profile: no}]", "a.yaml:1:39"},
           {"exceptions: [{host: a, profile: strict}]", "a.yaml:1:20"},
           {"profile: compatible, exceptions: [{host: a, profile: compatible}]",
            "a.yaml:1:41"},
           {"verify_flags: x509_strict", "a.yaml:1:21"},
           {"verify_flags: []", "a.yaml:1:21"},
           {"verify_flags: [strict]", "a.yaml:1:22"},
           {"verify_flags: [partial_chain]", "a.yaml:1:22"},
           {"verify_flags: [x509_strict, x509_strict]", "a.yaml:1:35"},
           {"partial_chain: no", "a.yaml:1:22"},
           {"verify_depth: 101", "a.yaml:1:21"},
           {"expiry_warning: 14", "a.yaml:1:23"},
           {"expiry_warning: 0d", "a.yaml:1:23"},
           {"expiry_warning: 366d", "a.yaml:1:23"},
           {"expiry_warning: 99999999999d", "a.yaml:1:23"},
           {"expiry_warning: -1d", "a.yaml:1:23"},
           {"expiry_warning: d", "a.yaml:1:23"},
           {"expiry_warning: 14h", "a.yaml:1:23"},
           {"expiry_warning: \" 14d\"", "a.yaml:1:23"},
           {"expiry_warning: [14d]", "a.yaml:1:23"},
           {"verify_depth: -1", "a.yaml:1:21"},
           {"groups: [P-224]", "a.yaml:1:16"},
           {"groups: []", "a.yaml:1:15"},
           {"groups: X25519", "a.yaml:1:15"},
           {"post_quantum: yes", "a.yaml:1:21"},
           {"post_quantum: [require]", "a.yaml:1:21"},
           {"post_quantum: require, groups: [X25519]", "a.yaml:1:21"},
           {"post_quantum: prefer, exceptions: [{host: a, post_quantum: "
            "require}]",
            "a.yaml:1:42"},
           {"exceptions: [{host: a, post_quantum: allow}]", "a.yaml:1:20"},
           {"ech: required", "a.yaml:1:12"},
           {"ech: [require]", "a.yaml:1:12"},
           {"ech: true", "a.yaml:1:12"},
           {"exceptions: [{host: a, ech: allow}]", "a.yaml:1:20"},
           {"ech: require, exceptions: [{host: a, ech: require}]",
            "a.yaml:1:34"},
           {"psk: true", "a.yaml:1:12"},
           {"application_cas: audited", "a.yaml:1:24"}}) {
    const absl::Status status = Parse(tls).status();
    EXPECT_THAT(status, ErrorIs(absl::StatusCode::kInvalidArgument, place))
        << tls;
  }
}

TEST(PolicyFloorsTest, AnUnknownProfileIsNamedWithTheAllowedOnes) {
  const absl::Status status = Parse("profile: strikt").status();
  for (const char* part : {"a.yaml:1:16", "profile", "\"strikt\"",
                           "\"compatible\"", "\"strict\""}) {
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(part));
  }
}

TEST(PolicyFloorsTest, EnforceBringsThem) {
  const EnvironmentMap enforce = {{"AIRLOCK_VERIFY", "enforce"}};
  const VerificationPolicy policy = Effective("", enforce);
  EXPECT_EQ(Of(policy, "security_level"), "2 AIRLOCK_VERIFY=enforce");
  EXPECT_EQ(Of(policy, "profile"), "strict AIRLOCK_VERIFY=enforce");
  EXPECT_EQ(Of(policy, "partial_chain"), "forbid AIRLOCK_VERIFY=enforce");
  EXPECT_EQ(Of(policy, "application_cas"), "audit AIRLOCK_VERIFY=enforce");
  EXPECT_EQ(Of(policy, "psk"), "allow built in");
  for (const char* word : {"off", "default"}) {
    const VerificationPolicy other = Effective("", {{"AIRLOCK_VERIFY", word}});
    EXPECT_EQ(Of(other, "security_level"), "- built in");
    EXPECT_EQ(Of(other, "profile"), "compatible built in");
    EXPECT_EQ(Of(other, "partial_chain"), "allow built in");
    EXPECT_EQ(Of(other, "application_cas"), "allow built in");
  }
}

TEST(PolicyFloorsTest, OnlyTheFileCanLowerTheFloorsOfEnforce) {
  const EnvironmentMap enforce = {{"AIRLOCK_VERIFY", "enforce"}};
  VerificationPolicy policy = Effective(
      "security_level: 1, partial_chain: allow, application_cas: allow, "
      "profile: compatible",
      enforce);
  EXPECT_EQ(Of(policy, "profile"), "compatible a.yaml:1:81");
  EXPECT_EQ(Of(policy, "security_level"), "1 a.yaml:1:23");
  EXPECT_EQ(Of(policy, "partial_chain"), "allow a.yaml:1:41");
  EXPECT_EQ(Of(policy, "application_cas"), "allow a.yaml:1:65");
  // Not below 1, even if the file does not enforce verification itself.
  policy = Effective(
      "security_level: 0, exceptions: [{host: a, security_level: 0, pins: "
      "[sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=]}]",
      enforce);
  EXPECT_EQ(Of(policy, "security_level"), "1 AIRLOCK_VERIFY=enforce");
  EXPECT_EQ(Of(PolicyForHost(policy, "a", kToday), "security_level"),
            "1 AIRLOCK_VERIFY=enforce");
  // The environment makes it stricter, not laxer.
  policy = Effective("", {{"AIRLOCK_VERIFY", "enforce"},
                          {"AIRLOCK_APPLICATION_CAS", "allow"}});
  EXPECT_EQ(Of(policy, "application_cas"), "audit AIRLOCK_VERIFY=enforce");
  policy = Effective("verification: enforce, application_cas: allow",
                     {{"AIRLOCK_APPLICATION_CAS", "forbid"}});
  EXPECT_EQ(Of(policy, "application_cas"),
            "forbid AIRLOCK_APPLICATION_CAS=forbid");
}

TEST(PolicyFloorsTest, AnEmptyVariableIsAnError) {
  for (const char* value : {"", "no", "Forbid", "forbid "}) {
    EXPECT_EQ(
        ParseEnvironment(EnvironmentMap{{"AIRLOCK_APPLICATION_CAS", value}})
            .status()
            .code(),
        absl::StatusCode::kInvalidArgument)
        << value;
  }
}

TEST(PolicyFloorsTest, OfTwoReadingsTheStricterHolds) {
  for (const char* verify : {"off", "enforce"}) {
    for (const auto& [first, second] :
         {std::pair("forbid", "allow"), std::pair("allow", "forbid")}) {
      const auto policy = ParseEnvironment(Environment::Merge(
          {{"AIRLOCK_APPLICATION_CAS", first}},
          {{"AIRLOCK_APPLICATION_CAS", second}, {"AIRLOCK_VERIFY", verify}}));
      ASSERT_TRUE(policy.ok()) << policy.status();
      EXPECT_EQ(policy->application_cas.value, ApplicationCas::kForbid);
    }
  }
}

TEST(PolicyFloorsTest, OfTwoTheStricterWins) {
  const auto merge = [](absl::string_view first, absl::string_view second) {
    return EffectivePolicy({*Parse(first), *Parse(second)});
  };
  EXPECT_EQ(
      Of(merge("security_level: 1", "security_level: 3"), "security_level"),
      "3 a.yaml:1:23");
  EXPECT_EQ(Of(merge("profile: compatible", "profile: strict"), "profile"),
            "strict a.yaml:1:16");
  EXPECT_EQ(Of(merge("verify_depth: 2", "verify_depth: 1"), "verify_depth"),
            "1 a.yaml:1:21");
  EXPECT_EQ(Of(merge("verify_depth: 2", "psk: allow"), "verify_depth"),
            "2 a.yaml:1:21");
  EXPECT_EQ(Of(merge("psk: allow", "psk: forbid"), "psk"),
            "forbid a.yaml:1:12");
  EXPECT_EQ(Of(merge("verify_flags: [x509_strict]",
                     "verify_flags: [crl_check_leaf, x509_strict]"),
               "verify_flags"),
            "x509_strict crl_check_leaf a.yaml:1:21");
  EXPECT_EQ(
      Of(merge("psk: allow", "verify_flags: [crl_check_leaf]"), "verify_flags"),
      "crl_check_leaf a.yaml:1:21");
}

TEST(PolicyFloorsTest, AnExceptionLowersTheLevelForItsHost) {
  const VerificationPolicy policy = Effective(
      "verification: enforce, groups: [P-256], verify_depth: 3, exceptions: "
      "[{host: a.b, security_level: 1}]");
  const VerificationPolicy excepted = PolicyForHost(policy, "a.b", kToday);
  EXPECT_EQ(excepted.security_level.value, 1);
  // Everything else applies to every host.
  EXPECT_EQ(Of(excepted, "groups"), Of(policy, "groups"));
  EXPECT_EQ(Of(excepted, "verify_depth"), Of(policy, "verify_depth"));
  EXPECT_EQ(Of(excepted, "application_cas"), Of(policy, "application_cas"));
  EXPECT_EQ(PolicyForHost(policy, "b.b", kToday).security_level.value, 2);
  EXPECT_EQ(Of(policy, "exception a.b").substr(0, 16), "security_level 1");
}

TEST(PolicyFloorsTest, AnExceptionLowersTheProfileForItsHost) {
  const VerificationPolicy policy = Effective(
      "verification: enforce, exceptions: [{host: a.b, profile: compatible}]");
  EXPECT_EQ(PolicyForHost(policy, "a.b", kToday).profile.value,
            Profile::kCompatible);
  EXPECT_EQ(PolicyForHost(policy, "b.b", kToday).profile.value,
            Profile::kStrict);
}

TEST(PolicyFloorsTest, AnExceptionLowersPostQuantumForItsHost) {
  const VerificationPolicy policy = Effective(
      "post_quantum: require, exceptions: [{host: a.b, post_quantum: prefer}]");
  EXPECT_EQ(PolicyForHost(policy, "a.b", kToday).post_quantum.value,
            PostQuantum::kPrefer);
  EXPECT_EQ(PolicyForHost(policy, "b.b", kToday).post_quantum.value,
            PostQuantum::kRequire);
  EXPECT_EQ(Of(policy, "exception a.b").substr(0, 19), "post_quantum prefer");
}

TEST(PolicyFloorsTest, TheStricterPostQuantumTakesEffect) {
  const auto first = Parse("post_quantum: prefer");
  const auto second = Parse("post_quantum: require");
  EXPECT_EQ(Of(EffectivePolicy({*first, *second}), "post_quantum"),
            "require a.yaml:1:21");
  EXPECT_EQ(Of(EffectivePolicy({*second, *first}), "post_quantum"),
            "require a.yaml:1:21");
}

// A file that only tightens cannot take back the profile of `enforce`.
TEST(PolicyFloorsTest, AnotherFileCannotLowerTheProfile) {
  const auto file = ParsePolicyFile("tls: {profile: compatible}", "b.yaml",
                                    kToday, PolicyFileRole::kTightens);
  ASSERT_TRUE(file.ok()) << file.status();
  const auto enforce =
      ParseEnvironment(EnvironmentMap{{"AIRLOCK_VERIFY", "enforce"}});
  EXPECT_EQ(Of(EffectivePolicy({*file, *enforce}), "profile"),
            "strict AIRLOCK_VERIFY=enforce");
  const auto strict = Parse("profile: strict");
  EXPECT_EQ(Of(EffectivePolicy({*strict, *file}), "profile"),
            "strict a.yaml:1:16");
}

}  // namespace
}  // namespace airlock::config
