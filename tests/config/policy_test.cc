// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/policy.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/error_matchers.h"

namespace airlock::config {
namespace {

struct Row {
  std::optional<std::string> airlock;
  std::optional<std::string> python;
  Verification verification;
  std::string origin;
};

Environment Make(const std::optional<std::string>& airlock,
                 const std::optional<std::string>& python) {
  EnvironmentMap environment = {{"HOME", "/root"}, {"WARLOCK_VERIFY", "no"}};
  if (airlock.has_value()) environment["AIRLOCK_VERIFY"] = *airlock;
  if (python.has_value()) environment["PYTHONHTTPSVERIFY"] = *python;
  return environment;
}

TEST(PolicyTest, TheStricterVariableTakesEffect) {
  constexpr auto kOff = Verification::kOff;
  constexpr auto kDefault = Verification::kDefault;
  constexpr auto kEnforce = Verification::kEnforce;
  const std::optional<std::string> unset;
  const std::vector<Row> rows = {
      {unset, unset, kOff, "built in"},
      {unset, "", kOff, "built in"},
      {unset, "0", kOff, "PYTHONHTTPSVERIFY=0"},
      {unset, "1", kDefault, "PYTHONHTTPSVERIFY=1"},
      {unset, "00", kDefault, "PYTHONHTTPSVERIFY=00"},
      {unset, "off", kDefault, "PYTHONHTTPSVERIFY=off"},
      {"off", unset, kOff, "AIRLOCK_VERIFY=off"},
      {"off", "", kOff, "AIRLOCK_VERIFY=off"},
      {"off", "0", kOff, "AIRLOCK_VERIFY=off"},
      {"off", "1", kDefault, "PYTHONHTTPSVERIFY=1"},
      {"default", unset, kDefault, "AIRLOCK_VERIFY=default"},
      {"default", "0", kDefault, "AIRLOCK_VERIFY=default"},
      {"default", "1", kDefault, "AIRLOCK_VERIFY=default"},
      {"enforce", unset, kEnforce, "AIRLOCK_VERIFY=enforce"},
      {"enforce", "", kEnforce, "AIRLOCK_VERIFY=enforce"},
      {"enforce", "0", kEnforce, "AIRLOCK_VERIFY=enforce"},
      {"enforce", "1", kEnforce, "AIRLOCK_VERIFY=enforce"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.airlock.value_or("(unset)") + ", " +
                 row.python.value_or("(unset)"));
    const absl::StatusOr<VerificationPolicy> policy =
        ParseEnvironment(Make(row.airlock, row.python));
    ASSERT_TRUE(policy.ok()) << policy.status();
    EXPECT_EQ(policy->verification.value, row.verification);
    EXPECT_EQ(policy->verification.origin.ToString(), row.origin);
    if (row.verification == kEnforce) {
      EXPECT_EQ(policy->minimum_version.value, TlsVersion::kTls1_2);
      EXPECT_EQ(policy->minimum_version.origin, policy->verification.origin);
    } else {
      EXPECT_EQ(policy->minimum_version.value, std::nullopt);
      EXPECT_EQ(policy->minimum_version.origin.ToString(), "built in");
    }
  }
}

TEST(PolicyTest, AnyOtherWordIsAnError) {
  const std::string too_long(100000, 'x');
  for (const std::string& word :
       {std::string(), std::string("enforced"), std::string("Enforce"),
        std::string("enforce "), std::string("on"), std::string("0"),
        std::string("1"), std::string("no"), std::string("default\n"),
        std::string("off\0", 4), too_long}) {
    for (const char* python : {"0", "1"}) {
      SCOPED_TRACE(word.substr(0, 20));
      const absl::StatusOr<VerificationPolicy> policy =
          ParseEnvironment(Make(word, std::string(python)));
      ASSERT_FALSE(policy.ok());
      EXPECT_THAT(policy, ErrorIs(absl::StatusCode::kInvalidArgument,
                                  "AIRLOCK_VERIFY"));
      for (const char* accepted : {"\"off\"", "\"default\"", "\"enforce\""}) {
        EXPECT_THAT(policy, Quotes(accepted));
      }
      const absl::string_view message = policy.status().message();
      EXPECT_LT(message.size(), 400);
      EXPECT_FALSE(absl::StrContains(message, "\n"));
    }
  }
}

TEST(PolicyTest, AnErrorNamesTheValueAndTheNearestWord) {
  const absl::Status status =
      ParseEnvironment(Make("enforced", std::nullopt)).status();
  EXPECT_THAT(status, Quotes("\"enforced\""));
  EXPECT_THAT(status, Quotes("\"enforce\"?"));
}

TEST(PolicyTest, OriginsAreFitToBeShown) {
  const Origin origin = {Origin::Source::kEnvironment, "PYTHONHTTPSVERIFY",
                         "yes\x1b[31m\n"};
  EXPECT_EQ(origin.ToString(), "PYTHONHTTPSVERIFY=yes\\x1b[31m\\n");
  EXPECT_EQ(VerificationName(Verification::kEnforce), "enforce");
}

}  // namespace
}  // namespace airlock::config
