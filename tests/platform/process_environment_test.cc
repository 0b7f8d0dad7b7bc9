// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/process_environment.h"

#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace airlock::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
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

std::string Refusal(std::vector<std::string> entries) {
  const Entries changed(std::move(entries));
  return std::string(config::CheckEnvironment(ProcessEnvironment()).message());
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
  EXPECT_THAT(Refusal({"A=1", "A=2", "C", "AIRLOCK_VERIFY=off"}), IsEmpty());
  EXPECT_THAT(Refusal({"AIRLOCK_VERIFY=off", "AIRLOCK_VERIFY=enforce"}),
              HasSubstr("more than once"));
  EXPECT_THAT(Refusal({"AIRLOCK_VERIFY"}), HasSubstr("without \"=\""));
  EXPECT_THAT(Refusal({"AIRLOCK_VERIFY=off", "AIRLOCK_VERIFY"}),
              HasSubstr("without \"=\""));
  EXPECT_THAT(Refusal({"AIRLOCK_CONFIG"}), HasSubstr("without \"=\""));
  EXPECT_THAT(Refusal({"AIRLOCK_VERFY"}), HasSubstr("without \"=\""));
}

}  // namespace
}  // namespace airlock::platform
