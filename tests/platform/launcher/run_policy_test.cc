// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/run_policy.h"

#include <string>

#include "absl/status/status.h"
#include "config/app_yaml.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"

namespace airlock::launcher {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kPolicy[] = "/etc/airlock.yaml";
constexpr char kNamed[] = "/srv/policy.yaml";
constexpr char kInSandbox[] = "/run/airlock/policy.yaml";
constexpr char kEnforce[] = "tls: {verification: enforce}\n";

// A policy whose files change after it was read.
class RunPolicyTest : public ::testing::Test {
 protected:
  RunPolicyTest() {
    application_.yaml = *config::ParseAppYaml("runtime: python3\n", "app.yaml");
    application_.app_yaml = "/srv/app.yaml";
  }

  RunPolicy Load() {
    return *RunPolicy::Load(host_.environment(), application_, &host_);
  }

  Application application_;
  platform::FakeHost host_;
};

TEST_F(RunPolicyTest, GoesIntoTheSandboxAsItWasRead) {
  host_.SetFile(kPolicy, kEnforce);
  SandboxPlan plan;
  ASSERT_TRUE(Load().PutInto(&plan).ok());
  EXPECT_EQ(plan.files[kPolicy], kEnforce);
}

TEST_F(RunPolicyTest, MayNotGo) {
  host_.SetFile(kPolicy, kEnforce);
  const RunPolicy policy = Load();
  host_.RemoveFile(kPolicy);
  SandboxPlan plan;
  EXPECT_THAT(std::string(policy.PutInto(&plan).message()),
              HasSubstr("was removed since"));
  EXPECT_THAT(plan.files, IsEmpty());
}

TEST_F(RunPolicyTest, MayNotChange) {
  host_.SetFile(kPolicy, kEnforce);
  const RunPolicy policy = Load();
  host_.SetFile(kPolicy, "tls: {verification: \"off\"}\n");
  SandboxPlan plan;
  EXPECT_THAT(std::string(policy.PutInto(&plan).message()),
              HasSubstr("was changed since"));
}

TEST_F(RunPolicyTest, MayNotCome) {
  const RunPolicy policy = Load();
  host_.SetFile(kPolicy, kEnforce);
  SandboxPlan plan;
  EXPECT_THAT(std::string(policy.PutInto(&plan).message()),
              HasSubstr("was created since"));
}

TEST_F(RunPolicyTest, MustBeReadable) {
  host_.SetFile(kPolicy, kEnforce);
  const RunPolicy policy = Load();
  host_.SetError(kPolicy, absl::ResourceExhaustedError("no descriptor"));
  SandboxPlan plan;
  EXPECT_THAT(std::string(policy.PutInto(&plan).message()),
              HasSubstr("no descriptor"));
}

TEST_F(RunPolicyTest, IsOneFileOrTwo) {
  host_.SetFile(kNamed, kEnforce);
  host_.SetVariable("AIRLOCK_CONFIG", kNamed);
  SandboxPlan plan;
  ASSERT_TRUE(Load().PutInto(&plan).ok());
  EXPECT_EQ(plan.files[kPolicy], kEnforce);
  EXPECT_EQ(plan.files.count(kInSandbox), 0);
  host_.SetFile(kPolicy, "tls: {verify_depth: 3}\n");
  ASSERT_TRUE(Load().PutInto(&plan).ok());
  EXPECT_EQ(plan.files[kPolicy], "tls: {verify_depth: 3}\n");
  EXPECT_EQ(plan.files[kInSandbox], kEnforce);
}

}  // namespace
}  // namespace airlock::launcher
