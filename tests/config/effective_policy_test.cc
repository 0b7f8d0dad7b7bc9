// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/effective_policy.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "config/app_yaml.h"
#include "config/policy_file.h"
#include "config/policy_report.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace airlock::config {
namespace {

const absl::CivilDay kToday(2026, 6, 30);

VerificationPolicy File(absl::string_view content) {
  const absl::StatusOr<VerificationPolicy> policy =
      ParsePolicyFile(content, "airlock.yaml", kToday);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.value_or(VerificationPolicy());
}

VerificationPolicy Variables(const Environment& environment) {
  const absl::StatusOr<VerificationPolicy> policy =
      ParseEnvironment(environment);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.value_or(VerificationPolicy());
}

VerificationPolicy App(absl::string_view content) {
  const absl::StatusOr<AppYaml> app = ParseAppYaml(content, "app.yaml");
  EXPECT_TRUE(app.ok()) << app.status();
  const absl::StatusOr<VerificationPolicy> policy =
      ParseVariables(app.value_or(AppYaml()).env_variables);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.value_or(VerificationPolicy());
}

// The setting of this name as "value from origin; value from origin"; those
// after the first were overridden.
std::string Of(const VerificationPolicy& policy, absl::string_view name) {
  for (const PolicyRow& row : PolicyRows(policy)) {
    if (row.setting != name) continue;
    std::string text = absl::StrCat(row.value, " from ", row.origin.ToString());
    for (const PolicyRow::Overrode& other : row.overrode) {
      absl::StrAppend(&text, "; ", other.value, " from ",
                      other.origin.ToString());
    }
    return text;
  }
  return "";
}

struct Row {
  std::string name;
  std::string file;  // The text after "tls:".
  EnvironmentMap environment;
  std::string variables;  // The text after "env_variables:".
  std::string setting;
  std::string expected;
};

class EffectivePolicyTest : public ::testing::TestWithParam<Row> {};

TEST_P(EffectivePolicyTest, TheStrictestWins) {
  const Row& row = GetParam();
  std::vector<VerificationPolicy> policies;
  if (!row.file.empty()) {
    policies.push_back(File(absl::StrCat("tls: ", row.file)));
  }
  policies.push_back(Variables(row.environment));
  if (!row.variables.empty()) {
    policies.push_back(App(absl::StrCat("env_variables: ", row.variables)));
  }
  EXPECT_EQ(Of(EffectivePolicy(policies), row.setting), row.expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, EffectivePolicyTest,
    ::testing::ValuesIn(std::vector<Row>{
        {"NoSettings", "", {}, "", "verification", "off from built in"},
        {"NobodyOnOverride", "", {}, "", "on_override", "reject from built in"},
        {"NobodyHostname", "", {}, "", "hostname", "required from built in"},
        {"NobodyVersion", "", {}, "", "minimum_version", "- from built in"},
        {"NobodyBundle", "", {}, "", "ca_certs", "- from built in"},
        {"NobodyKeyLog", "", {}, "", "key_log", "allow from built in"},
        {"File",
         "{verification: enforce}",
         {},
         "",
         "verification",
         "enforce from airlock.yaml:1:21"},
        {"FileAboveOthers",
         "{verification: enforce}",
         {{"AIRLOCK_VERIFY", "off"}},
         "{AIRLOCK_VERIFY: default}",
         "verification",
         "enforce from airlock.yaml:1:21; off from AIRLOCK_VERIFY=off; default "
         "from app.yaml:1:33 (AIRLOCK_VERIFY=default)"},
        {"EnvironmentStricter",
         "{verification: default}",
         {{"AIRLOCK_VERIFY", "enforce"}},
         "{PYTHONHTTPSVERIFY: 0}",
         "verification",
         "enforce from AIRLOCK_VERIFY=enforce; default from "
         "airlock.yaml:1:21; off from app.yaml:1:36 (PYTHONHTTPSVERIFY=0)"},
        {"AppStricter",
         "{verification: off}",
         {{"PYTHONHTTPSVERIFY", "1"}},
         "{AIRLOCK_VERIFY: enforce}",
         "verification",
         "enforce from app.yaml:1:33 (AIRLOCK_VERIFY=enforce); default from "
         "PYTHONHTTPSVERIFY=1; off from airlock.yaml:1:21"},
        {"Equal",
         "{verification: default}",
         {{"PYTHONHTTPSVERIFY", "1"}},
         "{AIRLOCK_VERIFY: default}",
         "verification",
         "default from airlock.yaml:1:21"},
        {"EqualOff",
         "",
         {{"PYTHONHTTPSVERIFY", "0"}},
         "{AIRLOCK_VERIFY: 'off'}",
         "verification",
         "off from PYTHONHTTPSVERIFY=0"},
        {"TwoVariables",
         "",
         {{"AIRLOCK_VERIFY", "enforce"}, {"PYTHONHTTPSVERIFY", "0"}},
         "",
         "verification",
         "enforce from AIRLOCK_VERIFY=enforce; off from "
         "PYTHONHTTPSVERIFY=0"},
        {"FileVersion",
         "{verification: enforce, minimum_version: TLSv1.3}",
         {{"AIRLOCK_VERIFY", "enforce"}},
         "",
         "minimum_version",
         "TLSv1.3 from airlock.yaml:1:47; TLSv1.2 from "
         "AIRLOCK_VERIFY=enforce"},
        {"EnvironmentVersion",
         "{verification: enforce, minimum_version: TLSv1}",
         {{"AIRLOCK_VERIFY", "enforce"}},
         "",
         "minimum_version",
         "TLSv1.2 from AIRLOCK_VERIFY=enforce; TLSv1 from "
         "airlock.yaml:1:47"},
        {"FileHostname",
         "{verification: enforce, hostname: optional}",
         {},
         "",
         "hostname",
         "optional from airlock.yaml:1:40"},
        {"EnvironmentHostname",
         "{hostname: optional}",
         {{"AIRLOCK_VERIFY", "enforce"}},
         "",
         "hostname",
         "required from AIRLOCK_VERIFY=enforce; optional from "
         "airlock.yaml:1:17"},
        {"OnOverride",
         "{on_override: upgrade}",
         {{"AIRLOCK_VERIFY", "enforce"}},
         "",
         "on_override",
         "upgrade from airlock.yaml:1:20"},
        {"KeyLog",
         "{key_log: forbid}",
         {},
         "",
         "key_log",
         "forbid from airlock.yaml:1:16"},
        {"Bundle",
         "{ca_certs: /a}",
         {},
         "",
         "ca_certs",
         "/a from airlock.yaml:1:17"},
    }),
    [](const auto& row) { return row.param.name; });

constexpr char kExceptions[] = R"(tls:
  verification: enforce
  minimum_version: TLSv1.2
  ca_certs: /etc/ca.pem
  exceptions:
    - host: "*.corp.internal"
      ca_certs: /etc/corp.pem
    - host: db.corp.internal
      minimum_version: TLSv1.1
      expires: 2026-07-01
    - host: 2001:db8::1
      pins: [sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=]
)";

struct HostRow {
  std::string name;
  std::string host;
  std::string setting;
  std::string expected;
  absl::CivilDay today = kToday;
};

class PolicyForHostTest : public ::testing::TestWithParam<HostRow> {};

TEST_P(PolicyForHostTest, TheExceptionForItReplacesSettings) {
  const HostRow& row = GetParam();
  const VerificationPolicy policy = PolicyForHost(
      EffectivePolicy(
          {File(kExceptions), Variables({{"AIRLOCK_VERIFY", "enforce"}})}),
      row.host, row.today);
  EXPECT_TRUE(policy.exceptions.empty());
  EXPECT_EQ(Of(policy, "verification"), "enforce from airlock.yaml:2:17");
  EXPECT_EQ(Of(policy, row.setting), row.expected);
}

constexpr char kBundle[] = "/etc/ca.pem from airlock.yaml:4:13";
constexpr char kCorpBundle[] =
    "/etc/corp.pem from airlock.yaml:7:17; /etc/ca.pem from airlock.yaml:4:13";
constexpr char kVersion[] = "TLSv1.2 from airlock.yaml:3:20";

INSTANTIATE_TEST_SUITE_P(
    Table, PolicyForHostTest,
    ::testing::ValuesIn(std::vector<HostRow>{
        {"Other", "example.com", "ca_certs", kBundle},
        {"None", "", "ca_certs", kBundle},
        {"Suffix", "a.corp.internal", "ca_certs", kCorpBundle},
        {"Case", "A.Corp.INTERNAL.", "ca_certs", kCorpBundle},
        {"SuffixVersion", "a.corp.internal", "minimum_version", kVersion},
        {"EdgeHyphens", "-a-.corp.internal", "ca_certs", kCorpBundle},
        {"Deeper", "a.b.corp.internal", "ca_certs", kBundle},
        {"SuffixItself", "corp.internal", "ca_certs", kBundle},
        {"LikeSuffix", "acorp.internal", "ca_certs", kBundle},
        {"NoLabel", ".corp.internal", "ca_certs", kBundle},
        {"NoName", "a b.corp.internal", "ca_certs", kBundle},
        {"Nul", std::string("a\0.corp.internal", 16), "ca_certs", kBundle},
        {"Exact", "db.corp.internal", "minimum_version",
         "TLSv1.1 from airlock.yaml:9:24; TLSv1.2 from airlock.yaml:3:20"},
        {"ExactBeforeSuffix", "db.corp.internal", "ca_certs", kBundle},
        {"LastDay", "db.corp.internal", "minimum_version",
         "TLSv1.1 from airlock.yaml:9:24; TLSv1.2 from airlock.yaml:3:20",
         absl::CivilDay(2026, 7, 1)},
        {"Expired", "db.corp.internal", "minimum_version", kVersion,
         absl::CivilDay(2026, 7, 2)},
        {"ExpiredGivesWayToSuffix", "db.corp.internal", "ca_certs", kCorpBundle,
         absl::CivilDay(2026, 7, 2)},
        {"Address", "2001:DB8:0:0::1", "pins",
         "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= from "
         "airlock.yaml:12:13"},
        {"AddressInBrackets", "[2001:db8::1]", "pins",
         "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= from "
         "airlock.yaml:12:13"},
        {"AddressWithZone", "2001:db8::1%eth0", "pins",
         "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= from "
         "airlock.yaml:12:13"},
        {"AddressWithZoneInBrackets", "[2001:db8::1%25eth0]", "pins",
         "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= from "
         "airlock.yaml:12:13"},
        {"OtherAddress", "2001:db8::2", "pins", ""},
        {"OtherAddressWithZone", "2001:db8::2%eth0", "pins", ""},
    }),
    [](const auto& row) { return row.param.name; });

TEST(PolicyReportTest, IsATable) {
  const VerificationPolicy policy = EffectivePolicy(
      {File("tls:\n  verification: enforce\n  ca_certs: /é\n"
            "  exceptions:\n  - {host: a, ca_certs: /b, expires: 2027-06-30}"),
       Variables({{"AIRLOCK_VERIFY", "off"}})});
  EXPECT_EQ(
      PolicyTable(PolicyRows(policy)),
      R"(setting          value                          origin             overrode
verification     enforce                        airlock.yaml:2:17  off (AIRLOCK_VERIFY=off)
on_override      reject                         built in
hostname         required                       built in
minimum_version  TLSv1.2                        airlock.yaml:2:17
ca_certs         /é                             airlock.yaml:3:13
key_log          allow                          built in
security_level   2                              airlock.yaml:2:17
profile          strict                         airlock.yaml:2:17
verify_flags     -                              built in
partial_chain    forbid                         airlock.yaml:2:17
verify_depth     -                              built in
groups           -                              built in
post_quantum     allow                          built in
psk              allow                          built in
application_cas  audit                          airlock.yaml:2:17
exception a      ca_certs /b, until 2027-06-30  airlock.yaml:5:12
)");
}

TEST(PolicyReportTest, IsJson) {
  const VerificationPolicy policy =
      EffectivePolicy({File("tls: {ca_certs: \"/\\\"\\\\\"}"),
                       Variables({{"PYTHONHTTPSVERIFY", "yes\n\xFF\""}}),
                       App("env_variables: {AIRLOCK_VERIFY: 'off'}")});
  using nlohmann::literals::operator""_json;
  const std::string json = PolicyJson(PolicyRows(policy));
  EXPECT_EQ(json.back(), '\n');
  EXPECT_EQ(nlohmann::json::parse(json), R"([
  {"setting": "verification", "value": "default", "origin": {"source": "environment", "variable": "PYTHONHTTPSVERIFY=yes\\n\\xff\\\""}, "overrode": [{"value": "off", "origin": {"source": "app.yaml", "file": "app.yaml", "line": 1, "column": 33, "variable": "AIRLOCK_VERIFY=off"}}]},
  {"setting": "on_override", "value": "reject", "origin": {"source": "built in"}, "overrode": []},
  {"setting": "hostname", "value": "required", "origin": {"source": "built in"}, "overrode": []},
  {"setting": "minimum_version", "value": null, "origin": {"source": "built in"}, "overrode": []},
  {"setting": "ca_certs", "value": "/\"\\", "origin": {"source": "policy file", "file": "airlock.yaml", "line": 1, "column": 17}, "overrode": []},
  {"setting": "key_log", "value": "allow", "origin": {"source": "built in"}, "overrode": []},
  {"setting": "security_level", "value": null, "origin": {"source": "built in"}, "overrode": []},
  {"setting": "profile", "value": "compatible", "origin": {"source": "built in"}, "overrode": []},
  {"setting": "verify_flags", "value": null, "origin": {"source": "built in"}, "overrode": []},
  {"setting": "partial_chain", "value": "allow", "origin": {"source": "built in"}, "overrode": []},
  {"setting": "verify_depth", "value": null, "origin": {"source": "built in"}, "overrode": []},
  {"setting": "groups", "value": null, "origin": {"source": "built in"}, "overrode": []},
  {"setting": "post_quantum", "value": "allow", "origin": {"source": "built in"}, "overrode": []},
  {"setting": "psk", "value": "allow", "origin": {"source": "built in"}, "overrode": []},
  {"setting": "application_cas", "value": "allow", "origin": {"source": "built in"}, "overrode": []}
])"_json);
}

}  // namespace
}  // namespace airlock::config
