// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/counters.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace airlock::platform {
namespace {

using ssl::ErrorKind;
using ssl::TlsVersion;
using ::testing::MatchesRegex;

TEST(CountersTest, CountWhatManyThreadsSee) {
  CounterSet set;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) {
        set.HandshakeSucceeded(TlsVersion::kTls1_3, j % 2 == 0);
        set.HandshakeFailed(ErrorKind::kHostname);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Counters counters = set.Read();
  EXPECT_EQ(counters.handshakes_of(TlsVersion::kTls1_3), 4000);
  EXPECT_EQ(counters.handshakes_of(TlsVersion::kTls1_2), 0);
  EXPECT_EQ(counters.resumptions, 2000);
  EXPECT_EQ(counters.failures_of(ErrorKind::kHostname), 4000);
  EXPECT_EQ(counters.failures_of(ErrorKind::kVerification), 0);
}

TEST(CountersTest, EveryVersionAndKindHasItsOwn) {
  CounterSet set;
  const TlsVersion versions[] = {TlsVersion::kTls1_0, TlsVersion::kTls1_1,
                                 TlsVersion::kTls1_2, TlsVersion::kTls1_3};
  for (const TlsVersion version : versions) {
    set.HandshakeSucceeded(version, false);
  }
  for (size_t i = 0; i < Counters::kKinds; ++i) {
    set.HandshakeFailed(static_cast<ErrorKind>(i));
  }
  const Counters counters = set.Read();
  for (const TlsVersion version : versions) {
    EXPECT_EQ(counters.handshakes_of(version), 1);
  }
  for (const uint64_t failures : counters.failures) EXPECT_EQ(failures, 1);
}

TEST(CountersTest, ArePrometheusText) {
  CounterSet set;
  set.HandshakeSucceeded(TlsVersion::kTls1_2, true);
  set.HandshakeFailed(ErrorKind::kVerification);
  Counters counters = set.Read();
  counters.refusals = 3;
  counters.upgrades = 4;
  counters.allowed = 8;
  counters.audit_lost = 7;
  counters.policy_reloads = 5;
  counters.policy_reload_failures = 6;
  const std::string text = counters.ToPrometheus();
  for (const char* line :
       {"# HELP airlock_handshakes_total TLS handshakes that succeeded.",
        "# TYPE airlock_handshakes_total counter",
        "airlock_handshakes_total{version=\"TLSv1\"} 0",
        "airlock_handshakes_total{version=\"TLSv1.2\"} 1",
        "airlock_resumptions_total 1",
        "airlock_handshake_failures_total{kind=\"Verification\"} 1",
        "airlock_handshake_failures_total{kind=\"Policy\"} 0",
        "airlock_policy_refusals_total 3", "airlock_policy_upgrades_total 4",
        "airlock_policy_allowed_total 8", "airlock_audit_lost_total 7",
        "airlock_policy_reloads_total 5",
        "airlock_policy_reload_failures_total 6"}) {
    EXPECT_TRUE(absl::StrContains(absl::StrCat("\n", text),
                                  absl::StrCat("\n", line, "\n")))
        << line << " in:\n"
        << text;
  }
}

// The requirements of Prometheus' own checker: https://prometheus.io/docs,
// "Text format details" and "Metric and label naming".
TEST(CountersTest, ObeyTheRulesOfPrometheusText) {
  const std::string text = Counters().ToPrometheus();
  ASSERT_EQ(text.back(), '\n');
  std::set<std::string> families;
  std::set<std::string> series;
  std::string family;  // The current one; its lines are adjacent.
  bool typed = false;
  const std::vector<std::string> lines =
      absl::StrSplit(text, '\n', absl::SkipEmpty());
  for (const std::string& line : lines) {
    if (absl::StartsWith(line, "# HELP ")) {
      ASSERT_THAT(line,
                  MatchesRegex("# HELP airlock_[a-z_]+_total [A-Z].*[.]"));
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      family = words[2];
      typed = false;
      EXPECT_TRUE(families.insert(family).second) << line;
    } else if (absl::StartsWith(line, "#")) {
      EXPECT_EQ(line, absl::StrCat("# TYPE ", family, " counter"));
      EXPECT_FALSE(typed) << line;
      typed = true;
    } else {
      ASSERT_THAT(line, MatchesRegex(R"([a-z_]+(\{[a-z_]+="[A-Za-z0-9.]+"\})?)"
                                     " [0-9]+"));
      EXPECT_EQ(line.substr(0, line.find_first_of("{ ")), family) << line;
      EXPECT_TRUE(typed) << line;
      EXPECT_TRUE(series.insert(line.substr(0, line.find(' '))).second) << line;
    }
  }
  EXPECT_EQ(families.size(), 9);
  EXPECT_EQ(series.size(), Counters::kVersions + Counters::kKinds + 7);
}

}  // namespace
}  // namespace airlock::platform
