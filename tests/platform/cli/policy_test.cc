// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock policy` on the sample files.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/platform/cli/process.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Path(const std::string& name) {
  return TestdataPath(absl::StrCat("config/", name));
}

// A sample of testdata/policy/, with its documented result.
struct Sample {
  const char* name;
  const char* policy;
  std::map<std::string, std::string> environment;
  std::vector<std::string> arguments;
};

class PolicySampleTest : public ::testing::TestWithParam<Sample> {
 protected:
  // The output, with file names relative to here, and without the alignment
  // spaces, which depend on the length of those names.
  static std::string Show(std::vector<std::string> arguments) {
    const std::string folder = TestdataPath("policy/");
    arguments.insert(arguments.begin(), "policy");
    for (const std::string& argument : GetParam().arguments) {
      arguments.push_back(absl::StrReplaceAll(argument, {{"@", folder}}));
    }
    std::map<std::string, std::string> environment = GetParam().environment;
    environment["AIRLOCK_CONFIG"] = absl::StrCat(folder, GetParam().policy);
    const Outcome outcome = RunAirlock(arguments, environment);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.errors, "");
    return absl::StrReplaceAll(outcome.output, {{folder, ""}});
  }
  static std::string Expected(absl::string_view extension) {
    return ReadTestdata(absl::StrCat("policy/", GetParam().name, extension));
  }
};

INSTANTIATE_TEST_SUITE_P(
    Samples, PolicySampleTest,
    ::testing::Values(
        Sample{"enforce", "enforce.yaml", {{"AIRLOCK_VERIFY", "off"}}, {}},
        Sample{"exceptions", "exceptions.yaml", {}, {}},
        Sample{"exceptions_for_host",
               "exceptions.yaml",
               {},
               {"--host=legacy.example"}},
        Sample{"gradual_with_app",
               "gradual.yaml",
               {{"PYTHONHTTPSVERIFY", "0"}},
               {"--app=@app.yaml"}}),
    [](const auto& param) { return param.param.name; });

TEST_P(PolicySampleTest, IsATable) {
  std::string table = Show({});
  while (absl::StrReplaceAll({{"   ", "  "}}, &table) > 0) {
  }
  EXPECT_EQ(table, Expected(".txt"));
}

TEST_P(PolicySampleTest, IsJson) {
  EXPECT_EQ(Show({"--json"}), Expected(".json"));
}

TEST(PolicyTest, ABrokenSampleIsAnErrorWithItsPlace) {
  const Outcome outcome =
      RunAirlock({"policy"}, {{"AIRLOCK_CONFIG", Path("policy_broken.yaml")}});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.output, "");
  EXPECT_THAT(outcome.errors,
              HasSubstr("policy_broken.yaml:7:3: unknown key \"ca_cert\"; did "
                        "you mean \"ca_certs\"?"));
}

TEST(PolicyTest, ShowsValueOriginAndWhatWasOverridden) {
  const Outcome outcome =
      RunAirlock({"policy", "--app", Path("app_python3.yaml")},
                 {{"AIRLOCK_CONFIG", Path("policy_minimal.yaml")}});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(
      outcome.output,
      AllOf(ContainsRegex("setting +value +origin +overrode\n"),
            ContainsRegex("verification +enforce +[^ ]*app_python3.yaml:3:33 "
                          "\\(AIRLOCK_VERIFY=enforce\\) +default "
                          "\\([^ ]*policy_minimal.yaml:2:17\\)\n"),
            ContainsRegex("minimum_version +TLSv1.2 +[^ ]*app_python3"),
            ContainsRegex("key_log +allow +built in\n")));
}

TEST(PolicyTest, ShowsJson) {
  const Outcome outcome = RunAirlock(
      {"policy", "--json"}, {{"AIRLOCK_CONFIG", Path("policy_minimal.yaml")},
                             {"PYTHONHTTPSVERIFY", "0"}});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("\"setting\": \"verification\",\n"
                              "    \"value\": \"default\",\n"),
                    HasSubstr("\"line\": 2,\n      \"column\": 17\n"),
                    HasSubstr("\"variable\": \"PYTHONHTTPSVERIFY=0\"")));
}

TEST(PolicyTest, AppliesTheExceptionForAHost) {
  const Outcome all = RunAirlock(
      {"policy"}, {{"AIRLOCK_CONFIG", Path("policy_exceptions.yaml")}});
  EXPECT_EQ(all.status, 0) << all.errors;
  EXPECT_THAT(all.output, AllOf(ContainsRegex("minimum_version +TLSv1.3 "),
                                ContainsRegex("exception \\*.corp.internal +"
                                              "minimum_version TLSv1.2, until "
                                              "2127-06-30 ")));
  const Outcome one =
      RunAirlock({"policy", "--host=db.corp.internal"},
                 {{"AIRLOCK_CONFIG", Path("policy_exceptions.yaml")}});
  EXPECT_EQ(one.status, 0) << one.errors;
  EXPECT_THAT(one.output,
              AllOf(ContainsRegex("minimum_version +TLSv1.2 +[^ ]*:8:24 +"
                                  "TLSv1.3 \\([^ ]*:5:20\\)\n"),
                    Not(HasSubstr("\nexception "))));
}

TEST(PolicyTest, WarnsOfDeprecatedSettingsInAppYaml) {
  const Outcome outcome =
      RunAirlock({"policy", "--app", Path("app_deprecated.yaml")},
                 {{"AIRLOCK_CONFIG", Path("policy_minimal.yaml")}});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.errors, HasSubstr("app_deprecated.yaml:4:12: version 2.7"
                                        " of the library ssl is deprecated"));
}

TEST(PolicyTest, AMissingPolicyIsAnError) {
  const Outcome outcome =
      RunAirlock({"policy"}, {{"AIRLOCK_CONFIG", Path("missing.yaml")}});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.errors, HasSubstr("AIRLOCK_CONFIG"));
}

}  // namespace
}  // namespace airlock::testing
