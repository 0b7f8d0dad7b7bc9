// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/environment.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "config/policy.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/error_matchers.h"

namespace airlock::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

// Bytes with their NULs.
template <size_t N>
std::string Bytes(const char (&text)[N]) {
  return std::string(text, N - 1);
}

TEST(EnvironmentTest, SaysWhatStatesAPolicy) {
  for (const char* name :
       {"AIRLOCK_VERIFY", "AIRLOCK_CONFIG", "AIRLOCK_APP_YAML", "AIRLOCK_AUDIT",
        "AIRLOCK_", "AIRLOCK_VERFY", "PYTHONHTTPSVERIFY"}) {
    EXPECT_TRUE(StatesPolicy(name)) << name;
  }
  for (const char* name : {"", "AIRLOCK", "airlock_verify", "XAIRLOCK_VERIFY",
                           "PYTHONHTTPSVERIFYX", "SSL_CERT_FILE"}) {
    EXPECT_FALSE(StatesPolicy(name)) << name;
  }
  const EnvironmentMap all = {{"A", "1"}, {"AIRLOCK_VERIFY", "off"}};
  EXPECT_THAT(WithoutPolicy(all), ElementsAre(Pair("A", "1")));
  EXPECT_THAT(PolicyOnly(all), ElementsAre(Pair("AIRLOCK_VERIFY", "off")));
}

TEST(EnvironmentTest, SuggestsWhatWasMeant) {
  const struct {
    const char* name;
    const char* meant;
  } rows[] = {{"AIRLOCK_VERFY", "AIRLOCK_VERIFY"},
              {"AIRLOCK_VERIFIY", "AIRLOCK_VERIFY"},
              {"AIRLOCK_CONFG", "AIRLOCK_CONFIG"},
              {"AIRLOCK_AUDITS", "AIRLOCK_AUDIT"},
              {"AIRLOCK_APPYAML", "AIRLOCK_APP_YAML"},
              {"airlock_verify", "AIRLOCK_VERIFY"},
              {"Airlock_Config", "AIRLOCK_CONFIG"},
              {"AIRLOK_VERIFY", "AIRLOCK_VERIFY"},
              {"AIRLCOK_VERIFY", "AIRLOCK_VERIFY"},
              {"AIRLOCKVERIFY", "AIRLOCK_VERIFY"},
              {"PYTHONHTTPVERIFY", "PYTHONHTTPSVERIFY"},
              {"PYTHONHTTPSVERFIY", "PYTHONHTTPSVERIFY"},
              {" AIRLOCK_VERIFY", "AIRLOCK_VERIFY"},
              {"AIRLOCK_VERIFY\n", "AIRLOCK_VERIFY"},
              {"export AIRLOCK_VERIFY", "AIRLOCK_VERIFY"},
              {"\"AIRLOCK_CONFIG\"", "AIRLOCK_CONFIG"},
              {"IARLOCK_VERIFY", "AIRLOCK_VERIFY"}};
  for (const auto& row : rows) {
    EXPECT_THAT(MisspeltVariable(row.name),
                HasSubstr(absl::StrCat("did you mean ", row.meant)))
        << row.name;
  }
  // No known name is close.
  EXPECT_THAT(MisspeltVariable("AIRLOCK_UNHEARD_OF_THINGS"),
              HasSubstr("AIRLOCK_VERIFY"));
  EXPECT_THAT(MisspeltVariable("AIRLOCK_"), testing::Not(IsEmpty()));
  EXPECT_THAT(
      MisspeltVariable(absl::StrCat("AIRLOCK_", std::string(100000, 'x'))),
      testing::Not(IsEmpty()));
}

TEST(EnvironmentTest, LeavesTheVariablesOfOthersAlone) {
  for (const char* name : {"AIRLOCK_VERIFY",
                           "AIRLOCK_CONFIG",
                           "AIRLOCK_APP_YAML",
                           "AIRLOCK_AUDIT",
                           "AIRLOCK_DEV_KEY",
                           "AIRLOCK_DEV_CERTIFICATE",
                           "AIRLOCK_PYTHONS",
                           "PYTHONHTTPSVERIFY",
                           "",
                           "PATH",
                           "WARLOCK_CONFIG",
                           "AIRFLOW_CONFIG",
                           "PYTHONPATH",
                           "PYTHONVERBOSE",
                           "AIRPORT_VERIFY",
                           "A",
                           "=",
                           " ",
                           "\n",
                           "ProgramFiles(x86)",
                           "BASH_FUNC_airlock_verify%%"}) {
    EXPECT_EQ(MisspeltVariable(name), "") << name;
  }
}

TEST(EnvironmentTest, AMisspeltVariableIsAnErrorInAnyReading) {
  EXPECT_TRUE(CheckEnvironment({{"AIRLOCK_VERIFY", "off"}}).ok());
  for (const Environment& environment :
       {Environment({{"AIRLOCK_VERFY", "enforce"}}),
        Environment::Merge({{"AIRLOCK_VERFY", "enforce"}}, {}),
        Environment::Merge({}, {{"AIRLOCK_VERFY", "enforce"}})}) {
    const absl::Status status = CheckEnvironment(environment);
    EXPECT_THAT(status,
                ErrorIs(absl::StatusCode::kInvalidArgument, "AIRLOCK_VERFY"));
    EXPECT_EQ(ParseEnvironment(environment).status(), status);
  }
}

TEST(EnvironmentTest, ReadsRecords) {
  EXPECT_THAT(*ParseEnvironmentRecord("", "r"), IsEmpty());
  EXPECT_THAT(*ParseEnvironmentRecord(Bytes("A=1\0B=\0C==\0A=2\0"), "r"),
              ElementsAre(Pair("A", "1"), Pair("B", ""), Pair("C", "=")));
  const EnvironmentMap variables = {{"A", ""}, {"B", "x=\n"}};
  EXPECT_EQ(*ParseEnvironmentRecord(MakeEnvironmentRecord(variables), "r"),
            variables);
}

TEST(EnvironmentTest, SeveralValuesOfAPolicysVariableAreAnError) {
  for (const std::string& bytes :
       {Bytes("AIRLOCK_VERIFY=off\0AIRLOCK_VERIFY=enforce\0"),
        Bytes("AIRLOCK_VERIFY=enforce\0A=\0AIRLOCK_VERIFY=off\0"),
        Bytes("AIRLOCK_AUDIT=/a\0AIRLOCK_AUDIT=\0"),
        Bytes("PYTHONHTTPSVERIFY=0\0PYTHONHTTPSVERIFY=1\0")}) {
    const absl::Status status = ParseEnvironmentRecord(bytes, "rec").status();
    EXPECT_THAT(status, ErrorIs(absl::StatusCode::kInvalidArgument,
                                ::testing::AnyOf("rec: AIRLOCK_VERIFY",
                                                 "rec: AIRLOCK_AUDIT",
                                                 "rec: PYTHONHTTPSVERIFY")));
  }
  EXPECT_TRUE(ParseEnvironmentRecord(
                  Bytes("AIRLOCK_VERIFY=off\0AIRLOCK_VERIFY=off\0"), "rec")
                  .ok());
  Environment environment({{"AIRLOCK_VERIFY", "off"}, {"A", "1"}});
  environment.set_repeated({"A"});
  EXPECT_TRUE(ParseEnvironment(environment).ok());
  environment.set_repeated({"A", "AIRLOCK_VERIFY"});
  EXPECT_THAT(ParseEnvironment(environment),
              WhereIs("the environment: AIRLOCK_VERIFY"));
  EXPECT_FALSE(
      CheckEnvironment(Environment::OfSecureProcess(environment)).ok());
}

TEST(EnvironmentTest, AnEntryWithoutAValueIsAnError) {
  Environment environment({{"AIRLOCK_VERIFY", "enforce"}});
  environment.set_valueless({"A", "", "VERIFY"});
  EXPECT_TRUE(ParseEnvironment(environment).ok());
  for (const char* entry : {"AIRLOCK_VERIFY", "AIRLOCK_", "AIRLOCK_VERFY",
                            "PYTHONHTTPSVERIFY", "airlock_verify"}) {
    environment.set_valueless({"A", entry});
    EXPECT_THAT(ParseEnvironment(environment), WhereIs(entry));
    EXPECT_FALSE(
        CheckEnvironment(Environment::OfSecureProcess(environment)).ok());
  }
}

TEST(EnvironmentTest, ADamagedRecordIsAnError) {
  for (const std::string& bytes :
       {Bytes("\0"), Bytes("A"), Bytes("A=1"), Bytes("A\0"), Bytes("=1\0"),
        Bytes("A=1\0\0"), Bytes("\0A=1\0"), Bytes("A=1\0\0B=2\0"),
        Bytes("A=1\0B\0"), Bytes("A=1\0B=2"),
        Bytes("worker: 12\0AIRLOCK_VERIFY=enforce\0"),
        std::string(4096, '\0')}) {
    const absl::Status status = ParseEnvironmentRecord(bytes, "rec").status();
    EXPECT_THAT(status, ErrorIs(absl::StatusCode::kDataLoss, "rec")) << bytes;
  }
}

TEST(EnvironmentTest, TheStrictestReadingTakesEffect) {
  const char* const words[] = {"off", "default", "enforce"};
  for (size_t first = 0; first < 3; ++first) {
    for (size_t second = 0; second < 3; ++second) {
      const auto policy = ParseEnvironment(
          Environment::Merge({{"AIRLOCK_VERIFY", words[first]}},
                             {{"AIRLOCK_VERIFY", words[second]}}));
      ASSERT_TRUE(policy.ok()) << policy.status();
      EXPECT_EQ(VerificationName(policy->verification.value),
                words[std::max(first, second)]);
      EXPECT_EQ(policy->minimum_version.stated(), std::max(first, second) == 2);
    }
  }
  const auto unset =
      ParseEnvironment(Environment::Merge({{"AIRLOCK_VERIFY", "enforce"}}, {}));
  EXPECT_EQ(unset->verification.value, Verification::kEnforce);
  const auto later =
      ParseEnvironment(Environment::Merge({}, {{"PYTHONHTTPSVERIFY", "1"}}));
  EXPECT_EQ(later->verification.value, Verification::kDefault);
  EXPECT_FALSE(
      ParseEnvironment(Environment::Merge({{"AIRLOCK_VERIFY", "enforce"}},
                                          {{"AIRLOCK_VERIFY", "yes"}}))
          .ok());
}

TEST(EnvironmentTest, PlacesAreThoseOfTheStart) {
  const Environment environment =
      Environment::Merge({{"AIRLOCK_AUDIT", "/a"},
                          {"SSL_CERT_FILE", "/first.pem"},
                          {"HOME", "/first"}},
                         {{"AIRLOCK_AUDIT", "/b"},
                          {"AIRLOCK_APP_YAML", "/c"},
                          {"SSL_CERT_FILE", "/now.pem"},
                          {"SSL_CERT_DIR", "/now"},
                          {"HOME", "/now"}});
  EXPECT_EQ(*environment.Find(kAuditVariable), "/a");
  EXPECT_EQ(environment.Find(kAppYamlVariable), nullptr);
  EXPECT_EQ(*environment.Find(kCertFileVariable), "/first.pem");
  EXPECT_EQ(environment.Find(kCertDirVariable), nullptr);
  // The current value.
  EXPECT_EQ(*environment.Find("HOME"), "/now");
}

TEST(EnvironmentTest, ASecureProcessObeysNoPath) {
  const auto secure = [](Environment environment) {
    return Environment::OfSecureProcess(std::move(environment));
  };
  for (const char* name :
       {"AIRLOCK_CONFIG", "AIRLOCK_APP_YAML", "AIRLOCK_AUDIT"}) {
    for (const Environment& environment :
         {secure({{name, "/x"}}),
          secure(Environment::Merge({{name, "/x"}}, {})),
          secure(Environment::Merge({}, {{name, "/x"}}))}) {
      EXPECT_THAT(CheckEnvironment(environment), WhereIs(name));
    }
    EXPECT_TRUE(CheckEnvironment(Environment({{name, "/x"}})).ok());
  }
  const Environment environment = secure({{"AIRLOCK_VERIFY", "enforce"},
                                          {"SSL_CERT_FILE", "/own.pem"},
                                          {"SSL_CERT_DIR", "/own"}});
  EXPECT_TRUE(CheckEnvironment(environment).ok());
  EXPECT_EQ(environment.Find(kCertFileVariable), nullptr);
  EXPECT_EQ(environment.Find(kCertDirVariable), nullptr);
  EXPECT_EQ(ParseEnvironment(environment)->verification.value,
            Verification::kEnforce);
}

}  // namespace
}  // namespace airlock::config
