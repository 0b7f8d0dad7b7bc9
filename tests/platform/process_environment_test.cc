// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/process_environment.h"

#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/error_matchers.h"

namespace airlock::platform {
namespace {

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

using ::testing::ElementsAre;
using ::testing::Pair;

// Gives this process other entries until it goes.
class Entries {
 public:
  explicit Entries(std::vector<std::string> entries)
      : before_(environ), entries_(std::move(entries)) {
    for (std::string& entry : entries_) pointers_.push_back(entry.data());
    pointers_.push_back(nullptr);
    environ = pointers_.data();
  }
  ~Entries() { environ = before_; }
  Entries(const Entries&) = delete;
  Entries& operator=(const Entries&) = delete;

 private:
  char** const before_;
  std::vector<std::string> entries_;
  std::vector<char*> pointers_;
};

absl::Status Check(std::vector<std::string> entries) {
  const Entries changed(std::move(entries));
  return config::CheckEnvironment(ProcessEnvironment());
}

TEST(ProcessEnvironmentTest, TheFirstOfANameTakesEffect) {
  const Entries changed({"A=1", "B=2", "A=3", "B=2", "C", ""});
  std::vector<std::string> repeated;
  std::vector<std::string> valueless;
  EXPECT_THAT(CurrentVariables(&repeated, &valueless),
              ElementsAre(Pair("A", "1"), Pair("B", "2")));
  EXPECT_THAT(repeated, ElementsAre("A"));
  EXPECT_THAT(valueless, ElementsAre("C", ""));
}

TEST(ProcessEnvironmentTest, AmbiguousPolicyVariablesAreErrors) {
  EXPECT_TRUE(Check({"A=1", "A=2", "C", "AIRLOCK_VERIFY=off"}).ok());
  EXPECT_THAT(Check({"AIRLOCK_VERIFY=off", "AIRLOCK_VERIFY=enforce"}),
              ErrorIs(kInvalid, "the environment: AIRLOCK_VERIFY"));
  EXPECT_THAT(Check({"AIRLOCK_VERIFY"}), ErrorIs(kInvalid, "AIRLOCK_VERIFY"));
  EXPECT_THAT(Check({"AIRLOCK_VERIFY=off", "AIRLOCK_VERIFY"}),
              ErrorIs(kInvalid, "AIRLOCK_VERIFY"));
  EXPECT_THAT(Check({"AIRLOCK_CONFIG"}), ErrorIs(kInvalid, "AIRLOCK_CONFIG"));
  EXPECT_THAT(Check({"AIRLOCK_VERFY"}), ErrorIs(kInvalid, "AIRLOCK_VERFY"));
}

}  // namespace
}  // namespace airlock::platform
