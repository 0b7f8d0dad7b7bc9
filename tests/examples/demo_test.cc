// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace airlock::demo {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

struct Outcome {
  int status = -1;
  std::string output;
};

// Runs the demo with `environment`, assignments as a shell writes them, and
// nothing else in its environment.
Outcome RunDemo(absl::string_view environment = "",
                absl::string_view flags = "") {
  Outcome outcome;
  FILE* const pipe =
      popen(absl::StrCat("env -i ", environment, " examples/demo/demo ", flags)
                .c_str(),
            "r");
  if (pipe == nullptr) return outcome;
  char part[4096];
  size_t size = 0;
  while ((size = fread(part, 1, sizeof(part), pipe)) > 0) {
    outcome.output.append(part, size);
  }
  const int ended = pclose(pipe);
  if (WIFEXITED(ended)) outcome.status = WEXITSTATUS(ended);
  return outcome;
}

TEST(DemoTest, ShowsAConnectionAndEachRefusal) {
  const Outcome outcome = RunDemo();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(
      outcome.output,
      AllOf(HasSubstr("protocol  TLSv1.3"), HasSubstr("issued by CN=Airlock"),
            HasSubstr("DNS:localhost"), HasSubstr("CN=Employee 42"),
            HasSubstr("received  \"hello, CN=Employee 42; you sent 13 bytes")));
  EXPECT_THAT(
      outcome.output,
      AllOf(ContainsRegex("ok +wrong host, payments.example +-> Hostname:"),
            ContainsRegex("ok +untrusted CA +-> Verification:"),
            ContainsRegex("ok +expired certificate +-> Verification:"),
            ContainsRegex("ok +mismatched key +-> Credentials:"),
            ContainsRegex("ok +no client certificate +-> PeerAlert:"),
            ContainsRegex("ok +TLS 1.0 selected +-> connected with TLSv1,"),
            ContainsRegex("ok +TLS 1.0 under [^ ]+ +-> Policy:"),
            ContainsRegex("ok +CERT_NONE under [^ ]+ +-> Policy:")));
  EXPECT_THAT(outcome.output,
              AllOf(Not(HasSubstr("WRONG")), HasSubstr("All checks passed.")));
}

TEST(DemoTest, HoldsUnderEachPolicy) {
  EXPECT_EQ(RunDemo("PYTHONHTTPSVERIFY=1").status, 0);
  EXPECT_EQ(RunDemo("AIRLOCK_VERIFY=default").status, 0);
  const Outcome enforced = RunDemo("AIRLOCK_VERIFY=enforce");
  EXPECT_EQ(enforced.status, 0) << enforced.output;
  EXPECT_THAT(enforced.output,
              ContainsRegex("ok +TLS 1.0 selected +-> Policy:"));
}

TEST(DemoTest, SaysWhatIsWrongWithThePolicy) {
  EXPECT_EQ(RunDemo("AIRLOCK_VERIFY=enforec").status, 1);
}

TEST(DemoTest, WritesJson) {
  const Outcome outcome = RunDemo("", "--json");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("{\n  \"ok\": true,"),
                                    HasSubstr("\"protocol\": \"TLSv1.3\""),
                                    HasSubstr("\"tried\": \"untrusted CA\"")));
}

}  // namespace
}  // namespace airlock::demo
