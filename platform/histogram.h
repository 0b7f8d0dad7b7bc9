// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Counts durations, for monitoring.
#ifndef AIRLOCK_PLATFORM_HISTOGRAM_H_
#define AIRLOCK_PLATFORM_HISTOGRAM_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace airlock::platform {

// How many durations there were, by length.
struct HistogramCounts {
  // The upper ends of the buckets, in microseconds, inclusive: those of gRPC
  // (A66) for latencies, without the first, which is 0. The last bucket has no
  // end.
  static constexpr std::array<int64_t, 40> kBoundsUs = {
      10,         50,         100,        300,        600,       800,
      1'000,      2'000,      3'000,      4'000,      5'000,     6'000,
      8'000,      10'000,     13'000,     16'000,     20'000,    25'000,
      30'000,     40'000,     50'000,     65'000,     80'000,    100'000,
      130'000,    160'000,    200'000,    250'000,    300'000,   400'000,
      500'000,    650'000,    800'000,    1'000'000,  2'000'000, 5'000'000,
      10'000'000, 20'000'000, 50'000'000, 100'000'000};

  std::array<uint64_t, kBoundsUs.size() + 1> buckets{};
  int64_t total_us = 0;  // The sum of the durations.

  uint64_t count() const;
  // Adds a duration; a negative one counts as zero.
  void Add(absl::Duration duration);
};

// The same, for many threads at once, without locks: a read may miss concurrent
// updates.
class Histogram {
 public:
  void Add(absl::Duration duration);
  HistogramCounts Read() const;

 private:
  std::array<std::atomic<uint64_t>, HistogramCounts::kBoundsUs.size() + 1>
      buckets_{};
  std::atomic<int64_t> total_us_{0};
};

// Appends the lines of one histogram in Prometheus' text format 0.0.4, without
// HELP and TYPE; `name` ends with "_seconds", and `labels` is empty or ends
// with a comma.
void AppendPrometheus(absl::string_view name, absl::string_view labels,
                      const HistogramCounts& counts, std::string* text);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_HISTOGRAM_H_
