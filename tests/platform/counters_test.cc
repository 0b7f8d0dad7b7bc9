// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/counters.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/ech.h"
#include "ssl/error.h"

namespace airlock::platform {
namespace {

using ssl::EchStatus;
using ssl::ErrorKind;
using ssl::Side;
using ssl::TlsVersion;
using ::testing::MatchesRegex;

absl::Status Failure(ErrorKind kind) {
  return ssl::MakeStatus(kind, "it failed");
}

TEST(CountersTest, CountWhatManyThreadsSee) {
  CounterSet set;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) {
        CompletedHandshake completed;
        completed.resumed = j % 2 == 0;
        completed.group = "X25519";
        completed.duration = absl::Milliseconds(2);
        set.HandshakeSucceeded(completed);
        set.HandshakeFailed(Side::kServer, Failure(ErrorKind::kHostname));
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
  EXPECT_EQ(counters.client.results_of(HandshakeResult::kSuccess), 4000);
  EXPECT_EQ(counters.client.resumptions, 2000);
  EXPECT_EQ(counters.client.group_of("X25519"), 4000);
  EXPECT_EQ(counters.client.ech_of(EchStatus::kNotOffered), 4000);
  EXPECT_EQ(counters.client.durations.count(), 4000);
  EXPECT_EQ(counters.client.durations.total_us, 8'000'000);
  EXPECT_EQ(counters.server.results_of(HandshakeResult::kSuccess), 0);
  EXPECT_EQ(
      counters.server.results_of(HandshakeResult::kCertificateHostnameMismatch),
      4000);
}

TEST(CountersTest, EveryVersionAndKindHasItsOwn) {
  CounterSet set;
  const TlsVersion versions[] = {TlsVersion::kTls1_0, TlsVersion::kTls1_1,
                                 TlsVersion::kTls1_2, TlsVersion::kTls1_3};
  for (const TlsVersion version : versions) {
    CompletedHandshake completed;
    completed.side = Side::kServer;
    completed.version = version;
    set.HandshakeSucceeded(completed);
  }
  for (size_t i = 0; i < Counters::kKinds; ++i) {
    set.HandshakeFailed(Side::kClient, Failure(static_cast<ErrorKind>(i)));
  }
  const Counters counters = set.Read();
  for (const TlsVersion version : versions) {
    EXPECT_EQ(counters.handshakes_of(version), 1);
  }
  for (const uint64_t failures : counters.failures) EXPECT_EQ(failures, 1);
  EXPECT_EQ(counters.server.durations.count(), 0);
}

TEST(CountersTest, EveryGroupAndResultOfEchHasItsOwn) {
  CounterSet set;
  CompletedHandshake completed;
  for (const absl::string_view group : Counters::kGroups) {
    completed.group = group == "none" ? "" : group;
    set.HandshakeSucceeded(completed);
  }
  completed.group = "P-224";
  for (const EchStatus status :
       {EchStatus::kGrease, EchStatus::kAccepted, EchStatus::kRejected}) {
    completed.ech = status;
    set.HandshakeSucceeded(completed);
  }
  const Counters counters = set.Read();
  for (const absl::string_view group : Counters::kGroups) {
    EXPECT_EQ(counters.client.group_of(group), group == "other" ? 4 : 1)
        << group;
    EXPECT_EQ(counters.server.group_of(group), 0);
  }
  EXPECT_EQ(counters.client.ech_of(EchStatus::kNotOffered),
            Counters::kGroups.size());
  EXPECT_EQ(counters.client.ech_of(EchStatus::kGrease), 1);
  EXPECT_EQ(counters.client.ech_of(EchStatus::kAccepted), 1);
  EXPECT_EQ(counters.client.ech_of(EchStatus::kRejected), 1);
  EXPECT_EQ(counters.server.ech_of(EchStatus::kAccepted), 0);
}

// The only trace of a rejection that a client has is its error.
TEST(CountersTest, AClientsRejectionOfEchIsCounted) {
  CounterSet set;
  ssl::Error error;
  error.kind = ErrorKind::kProtocol;
  set.HandshakeFailed(Side::kClient, ssl::MakeStatus(error));
  EXPECT_EQ(set.Read().client.ech_of(EchStatus::kRejected), 0);
  error.ech_retry_configs = "";
  set.HandshakeFailed(Side::kClient, ssl::MakeStatus(error));
  EXPECT_EQ(set.Read().client.ech_of(EchStatus::kRejected), 1);
  EXPECT_EQ(set.Read().failures_of(ErrorKind::kProtocol), 2);
}

TEST(CountersTest, ArePrometheusText) {
  CounterSet set;
  CompletedHandshake completed;
  completed.side = Side::kServer;
  completed.version = TlsVersion::kTls1_2;
  completed.resumed = true;
  completed.group = "P-256";
  completed.ech = EchStatus::kRejected;
  completed.duration = absl::Microseconds(1500);
  set.HandshakeSucceeded(completed);
  set.HandshakeFailed(Side::kClient, Failure(ErrorKind::kVerification));
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
        "airlock_policy_refusals_total 3",
        "airlock_policy_upgrades_total 4",
        "airlock_policy_allowed_total 8",
        "airlock_audit_lost_total 7",
        "airlock_policy_reloads_total 5",
        "airlock_policy_reload_failures_total 6",
        "grpc_client_tls_handshakes_total{grpc_tls_handshake_result="
        "\"CERTIFICATE_VERIFICATION_FAILED\"} 1",
        "grpc_client_tls_handshakes_total{grpc_tls_handshake_result="
        "\"SUCCESS\",grpc_tls_handshake_resumed=\"FULL_HANDSHAKE\"} 0",
        "grpc_server_tls_handshakes_total{grpc_tls_handshake_result="
        "\"SUCCESS\",grpc_tls_handshake_resumed=\"RESUMED_HANDSHAKE\"} 1",
        "# TYPE airlock_server_tls_groups_total counter",
        "airlock_server_tls_groups_total{group=\"P-256\"} 1",
        "airlock_client_tls_groups_total{group=\"P-256\"} 0",
        "airlock_server_tls_ech_total{result=\"rejected\"} 1",
        "airlock_client_tls_ech_total{result=\"not_offered\"} 0",
        "# TYPE airlock_server_tls_handshake_duration_seconds histogram",
        "airlock_server_tls_handshake_duration_seconds_bucket{le=\"0.001\"} 0",
        "airlock_server_tls_handshake_duration_seconds_bucket{le=\"0.002\"} 1",
        "airlock_server_tls_handshake_duration_seconds_bucket{le=\"+Inf\"} 1",
        "airlock_server_tls_handshake_duration_seconds_sum 0.001500",
        "airlock_server_tls_handshake_duration_seconds_count 1"}) {
    EXPECT_TRUE(absl::StrContains(absl::StrCat("\n", text),
                                  absl::StrCat("\n", line, "\n")))
        << line << " in:\n"
        << text;
  }
}

// The requirements of Prometheus' own checker: https://prometheus.io/docs,
// "Text format details" and "Metric and label naming".
TEST(CountersTest, ObeyTheRulesOfPrometheusText) {
  Counters counters;
  counters.expiry.pinned = absl::FromUnixSeconds(1800000000);
  const std::string text = counters.ToPrometheus();
  EXPECT_TRUE(absl::StrContains(
      text,
      "airlock_certificate_expire_timestamp_seconds{use=\"pinned\"} "
      "1800000000\n"));
  ASSERT_EQ(text.back(), '\n');
  std::set<std::string> families;
  std::set<std::string> series;
  std::string family;  // The current one; its lines are adjacent.
  bool typed = false;
  const std::vector<std::string> lines =
      absl::StrSplit(text, '\n', absl::SkipEmpty());
  for (const std::string& line : lines) {
    if (absl::StartsWith(line, "# HELP ")) {
      ASSERT_THAT(
          line,
          MatchesRegex(
              "# HELP [a-z_]+_(total|seconds|sources|failing) [A-Z].*[.]"));
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      family = words[2];
      typed = false;
      EXPECT_TRUE(families.insert(family).second) << line;
    } else if (absl::StartsWith(line, "#")) {
      const absl::string_view type =
          absl::EndsWith(family, "_total") ? " counter"
          : absl::EndsWith(family, "_timestamp_seconds") ||
                  absl::StartsWith(family, "airlock_live_")
              ? " gauge"
              : " histogram";
      EXPECT_EQ(line, absl::StrCat("# TYPE ", family, type));
      EXPECT_FALSE(typed) << line;
      typed = true;
    } else {
      ASSERT_THAT(
          line, MatchesRegex(R"([a-z_]+(\{([a-z_]+="[A-Za-z0-9.+_-]+",?)+\})?)"
                             " [0-9.]+"));
      EXPECT_TRUE(absl::StartsWith(line, family)) << line;
      EXPECT_TRUE(typed) << line;
      EXPECT_TRUE(series.insert(line.substr(0, line.find(' '))).second) << line;
    }
  }
  EXPECT_EQ(families.size(), 22);
  // SUCCESS is two series, a histogram has one for each bucket, sum and count.
  EXPECT_EQ(
      series.size(),
      Counters::kVersions + Counters::kKinds + 16 +
          2 * (kHandshakeResults + 1 + Counters::kGroups.size() +
               Counters::kEchStatuses + HistogramCounts::kBoundsUs.size() + 3));
}

}  // namespace
}  // namespace airlock::platform
