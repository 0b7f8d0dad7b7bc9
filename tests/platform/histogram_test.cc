// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/histogram.h"

#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace airlock::platform {
namespace {

TEST(HistogramTest, BucketsIncludeTheirUpperEnd) {
  Histogram histogram;
  HistogramCounts plain;
  for (const absl::Duration duration :
       {absl::Microseconds(-5), absl::Microseconds(10), absl::Microseconds(11),
        absl::Microseconds(50), absl::Seconds(100), absl::Seconds(101)}) {
    histogram.Add(duration);
    plain.Add(duration);
  }
  const HistogramCounts counts = histogram.Read();
  EXPECT_EQ(counts.buckets.front(), 2);
  EXPECT_EQ(counts.buckets[1], 2);
  EXPECT_EQ(counts.buckets[counts.buckets.size() - 2], 1);
  EXPECT_EQ(counts.buckets.back(), 1);
  EXPECT_EQ(counts.count(), 6);
  EXPECT_EQ(counts.total_us, 201'000'071);
  EXPECT_EQ(plain.buckets, counts.buckets);
  EXPECT_EQ(plain.total_us, counts.total_us);
}

TEST(HistogramTest, IsPrometheusText) {
  HistogramCounts counts;
  counts.Add(absl::Microseconds(40));
  counts.Add(absl::Seconds(1));
  std::string text;
  AppendPrometheus("wait_seconds", "side=\"server\",", counts, &text);
  for (const char* line :
       {"wait_seconds_bucket{side=\"server\",le=\"1e-05\"} 0\n",
        "wait_seconds_bucket{side=\"server\",le=\"5e-05\"} 1\n",
        "wait_seconds_bucket{side=\"server\",le=\"0.8\"} 1\n",
        "wait_seconds_bucket{side=\"server\",le=\"1\"} 2\n",
        "wait_seconds_bucket{side=\"server\",le=\"100\"} 2\n",
        "wait_seconds_bucket{side=\"server\",le=\"+Inf\"} 2\n",
        "wait_seconds_sum{side=\"server\"} 1.000040\n",
        "wait_seconds_count{side=\"server\"} 2\n"}) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << text;
  }
}

}  // namespace
}  // namespace airlock::platform
