// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock demo`.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/platform/cli/process.h"

namespace airlock::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(DemoTest, ShowsAConnectionAndEachRefusal) {
  const Outcome outcome = RunAirlock({"demo"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
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
  EXPECT_THAT(outcome.output, AllOf(Not(HasSubstr("WRONG")),
                                    HasSubstr("Each did what it must.")));
}

TEST(DemoTest, HoldsUnderEachPolicy) {
  EXPECT_EQ(RunAirlock({"demo"}, {{"PYTHONHTTPSVERIFY", "1"}}).status, 0);
  EXPECT_EQ(RunAirlock({"demo"}, {{"AIRLOCK_VERIFY", "default"}}).status, 0);
  const Outcome enforced =
      RunAirlock({"demo"}, {{"AIRLOCK_VERIFY", "enforce"}});
  EXPECT_EQ(enforced.status, 0) << enforced.output;
  EXPECT_THAT(enforced.output,
              ContainsRegex("ok +TLS 1.0 selected +-> Policy:"));
}

TEST(DemoTest, WritesJson) {
  const Outcome outcome = RunAirlock({"demo", "--json"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("{\n  \"ok\": true,"),
                                    HasSubstr("\"protocol\": \"TLSv1.3\""),
                                    HasSubstr("\"tried\": \"untrusted CA\"")));
}

}  // namespace
}  // namespace airlock::testing
