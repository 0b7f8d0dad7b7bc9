// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/load_app_yaml.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/load_policy.h"
#include "tests/support/error_matchers.h"

namespace airlock::platform {
namespace {

using config::Verification;
using ::testing::ElementsAre;

constexpr char kApp[] = "/app/app.yaml";

std::string Variable(const config::AppYaml& app, const std::string& name) {
  const auto found = app.env_variables.find(name);
  return found == app.env_variables.end() ? "-" : found->second.value;
}

// Expects an error of code kInvalidArgument about this place.
void ExpectError(FakeHost* host, const std::string& place) {
  EXPECT_THAT(LoadAppYaml(host, kApp),
              ErrorIs(absl::StatusCode::kInvalidArgument, place));
}

TEST(LoadAppYamlTest, MergesIncludedFiles) {
  FakeHost host;
  host.SetFile(kApp,
               "includes: [a.yaml, sub/b.yaml]\n"
               "env_variables: {A: app, B: app, C: app, D: app}\n");
  host.SetFile("/app/a.yaml",
               "includes: [sub]\nenv_variables: {A: a, B: a, C: a}\n");
  host.SetFile("/app/sub/include.yaml", "env_variables: {B: sub, C: sub}\n");
  // First beside the file itself, then beside app.yaml.
  host.SetFile("/app/sub/b.yaml",
               "includes: [c.yaml, d.yaml]\nenv_variables: {C: b}\n");
  host.SetFile("/app/sub/c.yaml", "env_variables: {E: beside}\n");
  host.SetFile("/app/c.yaml", "env_variables: {E: app}\n");
  host.SetFile("/app/d.yaml", "env_variables: {F: d}\n");
  IncludedFiles files;
  const auto app = LoadAppYaml(&host, kApp, &files);
  ASSERT_TRUE(app.ok()) << app.status();
  EXPECT_EQ(Variable(*app, "A"), "a");
  EXPECT_EQ(Variable(*app, "B"), "sub");
  EXPECT_EQ(Variable(*app, "C"), "b");
  EXPECT_EQ(Variable(*app, "D"), "app");
  EXPECT_EQ(Variable(*app, "E"), "beside");
  EXPECT_EQ(Variable(*app, "F"), "d");
  // The path beside the including file is tried first.
  EXPECT_THAT(files.missing, ElementsAre("/app/sub/d.yaml"));
  EXPECT_THAT(files.read,
              ElementsAre("/app/a.yaml", "/app/sub/include.yaml",
                          "/app/sub/b.yaml", "/app/sub/c.yaml", "/app/d.yaml"));
  EXPECT_EQ(app->env_variables.at("E").origin.ToString(),
            "/app/sub/c.yaml:1:20");
}

TEST(LoadAppYamlTest, OfThePolicyTheStrictestTakesEffect) {
  const struct {
    const char* app;
    const char* a;
    const char* b;
    Verification expected;
  } rows[] = {{"", "enforce", "", Verification::kEnforce},
              {"off", "enforce", "", Verification::kEnforce},
              {"enforce", "off", "", Verification::kEnforce},
              {"off", "enforce", "default", Verification::kEnforce},
              {"default", "off", "off", Verification::kDefault}};
  for (const auto& row : rows) {
    const auto variables = [](absl::string_view word) {
      return word.empty()
                 ? ""
                 : absl::StrCat("env_variables: {AIRLOCK_VERIFY: ", word,
                                "}\n");
    };
    FakeHost host;
    host.SetFile(
        kApp, absl::StrCat("includes: [a.yaml, b.yaml]\n", variables(row.app)));
    host.SetFile("/app/a.yaml", variables(row.a));
    host.SetFile("/app/b.yaml", variables(row.b));
    const auto app = LoadAppYaml(&host, kApp);
    ASSERT_TRUE(app.ok()) << app.status();
    const auto policy = LoadPolicy(&host, {}, &*app);
    ASSERT_TRUE(policy.ok()) << policy.status();
    EXPECT_EQ(policy->verification.value, row.expected) << row.app << row.a;
  }
}

TEST(LoadAppYamlTest, CyclesEnd) {
  FakeHost host;
  host.SetFile(kApp, "includes: [a.yaml, ./a.yaml, sub/../a.yaml]");
  host.SetFile("/app/a.yaml", "includes: [b.yaml, a.yaml]");
  host.SetFile("/app/b.yaml", "includes: [a.yaml]");
  EXPECT_TRUE(LoadAppYaml(&host, kApp).ok());
  EXPECT_EQ(host.reads("/app/a.yaml"), 1);
  host.SetFile("/app/b.yaml", "includes: [app.yaml]");
  ExpectError(&host, "/app/b.yaml:1:12");
  host.SetFile(kApp, "includes: [app.yaml]");
  ExpectError(&host, "/app/app.yaml:1:12");
}

TEST(LoadAppYamlTest, AFailedReadIsAnError) {
  FakeHost host;
  host.SetFile(kApp, "runtime: python3\nincludes: [a.yaml]");
  ExpectError(&host, "/app/app.yaml:2:12");
  host.SetFile("/app/a.yaml", "env_variables: {AIRLOCK_VERIFY: enforce}");
  for (const absl::StatusCode code :
       {absl::StatusCode::kUnavailable, absl::StatusCode::kPermissionDenied,
        absl::StatusCode::kResourceExhausted, absl::StatusCode::kUnknown}) {
    host.SetError("/app/a.yaml", absl::Status(code, "broken"));
    ExpectError(&host, "/app/app.yaml:2:12");
    EXPECT_THAT(LoadAppYaml(&host, kApp), Quotes("broken"));
  }
  host.SetFile("/app/a.yaml", "env_variables: {A b}");
  ExpectError(&host, "/app/a.yaml:1:17");
  host.SetFile("/app/a.yaml", "runtime: python27");
  ExpectError(&host, "/app/a.yaml:1:1");
}

TEST(LoadAppYamlTest, ThereAreNotTooMany) {
  FakeHost host;
  host.SetFile(kApp, "includes: [0.yaml]");
  for (int i = 0; i < 200; ++i) {
    host.SetFile(absl::StrCat("/app/", i, ".yaml"),
                 absl::StrCat("includes: [", i + 1, ".yaml]"));
  }
  ExpectError(&host, "/app/99.yaml:1:12");
}

}  // namespace
}  // namespace airlock::platform
