// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/load_policy.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "config/policy_report.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/load_app_yaml.h"
#include "tests/support/error_matchers.h"

namespace airlock::platform {
namespace {

using config::Verification;
using config::VerificationPolicy;

absl::StatusOr<VerificationPolicy> Load(FakeHost* host,
                                        const config::AppYaml* app = nullptr) {
  return LoadPolicy(host, host->environment(), app);
}

// Expects an error of code kInvalidArgument about this place.
void ExpectError(const absl::Status& status, const std::string& place) {
  EXPECT_THAT(status, ErrorIs(absl::StatusCode::kInvalidArgument, place));
}

TEST(LoadPolicyTest, TheEnvironmentAppliesWithoutAFile) {
  FakeHost host;
  host.SetVariable("AIRLOCK_VERIFY", "default");
  const absl::StatusOr<VerificationPolicy> policy = Load(&host);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->verification.value, Verification::kDefault);
  EXPECT_EQ(policy->verification.origin.ToString(), "AIRLOCK_VERIFY=default");
}

TEST(LoadPolicyTest, ReadsTheFileInEtc) {
  FakeHost host;
  host.SetFile("/etc/airlock.yaml", "tls: {verification: enforce}");
  host.SetVariable("AIRLOCK_VERIFY", "off");
  const absl::StatusOr<VerificationPolicy> policy = Load(&host);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->verification.value, Verification::kEnforce);
  EXPECT_EQ(policy->verification.origin.ToString(), "/etc/airlock.yaml:1:21");
  EXPECT_EQ(policy->verification.overrode.size(), 1);
}

TEST(LoadPolicyTest, ReadsTheFileThatTheEnvironmentNames) {
  FakeHost host;
  host.SetFile("/opt/a.yaml",
               "tls: {verification: enforce, ca_certs: /opt/ca.pem, "
               "exceptions: [{host: a, minimum_version: TLSv1}]}");
  host.SetFile("/opt/ca.pem", "");
  host.SetVariable("AIRLOCK_CONFIG", "/opt/a.yaml");
  const absl::StatusOr<VerificationPolicy> policy = Load(&host);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->verification.origin.ToString(), "/opt/a.yaml:1:21");
  EXPECT_EQ(policy->ca_certs.value, std::string("/opt/ca.pem"));
  EXPECT_EQ(policy->exceptions.size(), 1);
}

TEST(LoadPolicyTest, TheFileInEtcAlwaysApplies) {
  for (const bool etc_is_stricter : {true, false}) {
    FakeHost host;
    host.SetFile("/etc/airlock.yaml", etc_is_stricter
                                          ? "tls: {verification: enforce}"
                                          : "tls: {verification: off}");
    host.SetFile("/opt/a.yaml", etc_is_stricter
                                    ? "tls: {verification: off}"
                                    : "tls: {verification: enforce}");
    host.SetVariable("AIRLOCK_CONFIG", "/opt/a.yaml");
    const absl::StatusOr<VerificationPolicy> policy = Load(&host);
    ASSERT_TRUE(policy.ok()) << policy.status();
    EXPECT_EQ(policy->verification.value, Verification::kEnforce);
  }
}

TEST(LoadPolicyTest, BesideTheFileInEtcAnotherCanOnlyTighten) {
  const struct {
    const char* laxer;
    const char* place;
  } rows[] = {{"ca_certs: /opt/ca.pem", "/opt/a.yaml:1:17"},
              {"exceptions: [{host: a, pins: "
               "[\"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"]}]",
               "/opt/a.yaml:1:27"}};
  for (const auto& [laxer, place] : rows) {
    FakeHost host;
    host.SetFile("/opt/ca.pem", "");
    host.SetFile("/opt/a.yaml", absl::StrCat("tls: {", laxer, "}"));
    host.SetVariable("AIRLOCK_CONFIG", "/opt/a.yaml");
    EXPECT_TRUE(Load(&host).ok()) << Load(&host).status();
    host.SetFile("/etc/airlock.yaml", "tls: {verification: enforce}");
    ExpectError(Load(&host).status(), place);
  }
}

TEST(LoadPolicyTest, AFileThatTheApplicationNamesCanOnlyTighten) {
  FakeHost host;
  host.SetFile("/opt/lax.yaml", "tls: {verification: off}");
  host.SetFile("/opt/strict.yaml", "tls: {verification: enforce}");
  host.SetFile("/opt/ca.pem", "");
  host.SetFile("/opt/own.yaml", "tls: {ca_certs: /opt/ca.pem}");
  const auto with = [&host](const std::string& path) {
    return LoadPolicy(
        &host, config::Environment::Merge({{"AIRLOCK_VERIFY", "default"}},
                                          {{"AIRLOCK_CONFIG", path}}));
  };
  EXPECT_EQ(with("/opt/lax.yaml")->verification.value, Verification::kDefault);
  EXPECT_EQ(with("/opt/strict.yaml")->verification.value,
            Verification::kEnforce);
  ExpectError(with("/opt/own.yaml").status(), "/opt/own.yaml:1:17");
  ExpectError(with("/opt/missing.yaml").status(), "/opt/missing.yaml");
}

// The values of a policy, without their origins.
std::vector<std::string> Values(
    const absl::StatusOr<VerificationPolicy>& policy) {
  EXPECT_TRUE(policy.ok()) << policy.status();
  std::vector<std::string> values;
  if (!policy.ok()) return values;
  for (const config::PolicyRow& row : config::PolicyRows(*policy)) {
    values.push_back(absl::StrCat(row.setting, " ", row.value));
  }
  return values;
}

TEST(LoadPolicyTest, AFileThatCanOnlyTightenRelaxesNothing) {
  const std::string all =
      "verification: off, on_override: upgrade, hostname: optional, "
      "minimum_version: TLSv1, key_log: allow, security_level: 1, "
      "partial_chain: allow, psk: allow, application_cas: allow";
  for (const std::string& laxer :
       std::vector<std::string>(absl::StrSplit(all, ", "))) {
    FakeHost host;
    host.SetFile("/opt/lax.yaml", absl::StrCat("tls: {", laxer, "}"));
    host.SetFile("/opt/first.yaml", "tls: {verification: enforce}");
    const config::EnvironmentMap later = {{"AIRLOCK_CONFIG", "/opt/lax.yaml"}};
    // Set by application code, whatever the source of `enforce`.
    for (const config::EnvironmentMap& initial :
         {config::EnvironmentMap{{"AIRLOCK_VERIFY", "enforce"}},
          config::EnvironmentMap{{"AIRLOCK_CONFIG", "/opt/first.yaml"}}}) {
      EXPECT_EQ(
          Values(LoadPolicy(&host, config::Environment::Merge(initial, later))),
          Values(LoadPolicy(&host, initial)))
          << laxer;
    }
    // Set by the user that starts the process, besides the operator's file.
    host.SetFile("/etc/airlock.yaml", "tls: {verification: enforce}");
    EXPECT_EQ(Values(LoadPolicy(&host, later)),
              Values(LoadPolicy(&host, config::Environment())))
        << laxer;
  }
}

TEST(LoadPolicyTest, TheOperatorsFileByItsOwnNameIsReadOnce) {
  FakeHost host;
  host.SetFile("/etc/airlock.yaml",
               "tls: {exceptions: [{host: a, minimum_version: TLSv1}]}");
  host.SetVariable("AIRLOCK_CONFIG", "/etc/airlock.yaml");
  EXPECT_TRUE(Load(&host).ok()) << Load(&host).status();
  host.RemoveFile("/etc/airlock.yaml");
  ExpectError(Load(&host).status(), "/etc/airlock.yaml");
}

TEST(LoadPolicyTest, OnlyNotFoundMeansNoFile) {
  for (const absl::StatusCode code :
       {absl::StatusCode::kUnavailable, absl::StatusCode::kResourceExhausted,
        absl::StatusCode::kPermissionDenied, absl::StatusCode::kUnknown,
        absl::StatusCode::kFailedPrecondition, absl::StatusCode::kDataLoss,
        absl::StatusCode::kOutOfRange, absl::StatusCode::kInternal}) {
    FakeHost host;
    host.SetVariable("AIRLOCK_VERIFY", "enforce");
    host.SetFile("/etc/airlock.yaml", "tls: {verification: off}");
    host.SetError("/etc/airlock.yaml", absl::Status(code, "why"));
    ExpectError(Load(&host).status(), "/etc/airlock.yaml");
    EXPECT_THAT(Load(&host), Quotes("why"));
  }
}

TEST(LoadPolicyTest, TheFileThatTheEnvironmentNamesMustExist) {
  FakeHost host;
  host.SetFile("/etc/airlock.yaml", "tls: {verification: off}");
  host.SetVariable("AIRLOCK_CONFIG", "/opt/a.yaml");
  ExpectError(Load(&host).status(), "/opt/a.yaml");
}

TEST(LoadPolicyTest, TheEnvironmentMustNameAnAbsolutePath) {
  for (const char* path : {"", "a.yaml", "./a.yaml", "a\nb"}) {
    FakeHost host;
    host.SetFile("/etc/airlock.yaml", "tls: {verification: off}");
    host.SetVariable("AIRLOCK_CONFIG", path);
    ExpectError(Load(&host).status(), "AIRLOCK_CONFIG");
  }
}

TEST(LoadPolicyTest, AFileThatCannotBeReadIsAnError) {
  FakeHost host;
  host.SetFile("/etc/airlock.yaml", "tls: {verification: enforce}");
  host.SetError("/etc/airlock.yaml",
                absl::PermissionDeniedError("/etc/airlock.yaml: no"));
  ExpectError(Load(&host).status(), "/etc/airlock.yaml");
}

TEST(LoadPolicyTest, ABrokenFileIsAnErrorWithItsPlace) {
  FakeHost host;
  host.SetFile("/etc/airlock.yaml", "tls:\n  verfication: enforce\n");
  ExpectError(Load(&host).status(), "/etc/airlock.yaml:2:3");
}

TEST(LoadPolicyTest, ExceptionsExpireByTheHostsClock) {
  FakeHost host;  // On 2026-01-01.
  host.SetFile("/etc/airlock.yaml",
               "tls: {exceptions: [{host: a, minimum_version: TLSv1, "
               "expires: 2026-01-01}]}");
  EXPECT_TRUE(Load(&host).ok());
  host.AdvanceTime(absl::Hours(24));
  EXPECT_THAT(Load(&host), Quotes("2026-01-01"));
}

TEST(LoadPolicyTest, BundlesMustBeThere) {
  FakeHost host;
  host.SetFile("/etc/airlock.yaml",
               "tls:\n  ca_certs: /etc/ca.pem\n  exceptions:\n"
               "  - {host: a, ca_certs: /etc/b.pem}\n");
  ExpectError(Load(&host).status(), "/etc/airlock.yaml:2:13");
  EXPECT_THAT(Load(&host), Quotes("/etc/ca.pem"));
  host.SetFile("/etc/ca.pem", "");
  ExpectError(Load(&host).status(), "/etc/airlock.yaml:4:25");
  EXPECT_THAT(Load(&host), Quotes("/etc/b.pem"));
  host.SetFile("/etc/b.pem", "");
  EXPECT_TRUE(Load(&host).ok());
}

TEST(LoadPolicyTest, BundlesMustBeTrusted) {
  const absl::Status open =
      absl::FailedPreconditionError("/etc/x (mode 0666) is open");
  const char* const kDirectory = "/etc/certs";
  const char* const kMember = "/etc/certs/5ed36f99.0";
  for (const char* untrusted :
       {"/etc/ca.pem", "/etc/b.pem", kDirectory, kMember}) {
    FakeHost host;
    host.SetFile("/etc/airlock.yaml",
                 "tls:\n  ca_certs: /etc/ca.pem\n  exceptions:\n"
                 "  - {host: a, ca_certs: /etc/b.pem}\n"
                 "  - {host: b, ca_certs: /etc/certs}\n");
    host.SetFile("/etc/ca.pem", "");
    host.SetFile("/etc/b.pem", "");
    host.SetFile(kMember, "");
    host.SetFile("/etc/certs/other", "");
    host.SetUntrusted("/etc/certs/other", open);
    EXPECT_TRUE(Load(&host).ok());
    host.SetUntrusted(untrusted, open);
    EXPECT_THAT(Load(&host), ErrorIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(Load(&host), Quotes("/etc/x (mode 0666) is open"));
    // In the sandbox, airlock run has already checked.
    EXPECT_TRUE(LoadPolicy(&host, config::Environment::OfSandbox({})).ok());
  }
}

TEST(LoadPolicyTest, AppYamlComesLast) {
  FakeHost host;
  host.SetFile("/etc/airlock.yaml", "tls: {verification: default}");
  host.SetFile("/app/app.yaml", "env_variables: {AIRLOCK_VERIFY: enforce}");
  const absl::StatusOr<config::AppYaml> app =
      LoadAppYaml(&host, "/app/app.yaml");
  ASSERT_TRUE(app.ok()) << app.status();
  const absl::StatusOr<VerificationPolicy> policy = Load(&host, &*app);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->verification.origin.ToString(),
            "/app/app.yaml:1:33 (AIRLOCK_VERIFY=enforce)");
}

TEST(LoadPolicyTest, WrongWordsAnywhereAreErrors) {
  FakeHost host;
  host.SetFile("/app.yaml", "env_variables: {AIRLOCK_VERIFY: on}");
  const absl::StatusOr<config::AppYaml> app = LoadAppYaml(&host, "/app.yaml");
  ASSERT_TRUE(app.ok()) << app.status();
  ExpectError(Load(&host, &*app).status(), "/app.yaml:1:33");
  host.SetVariable("AIRLOCK_VERIFY", "no");
  ExpectError(Load(&host, &*app).status(), "AIRLOCK_VERIFY");
}

TEST(LoadPolicyTest, AppYamlMustBeThereAndGood) {
  FakeHost host;
  ExpectError(LoadAppYaml(&host, "/app.yaml").status(), "/app.yaml");
  host.SetFile("/app.yaml", "libraries: [{name: ssl}]");
  ExpectError(LoadAppYaml(&host, "/app.yaml").status(), "/app.yaml:1:13");
}

}  // namespace
}  // namespace airlock::platform
