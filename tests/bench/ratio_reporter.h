// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Benchmarks that hold one thing against another in the same run.
#ifndef AIRLOCK_TESTS_BENCH_RATIO_REPORTER_H_
#define AIRLOCK_TESTS_BENCH_RATIO_REPORTER_H_

#include <map>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"

namespace airlock::bench {

// Prints the usual lines, and at the end, for every pair of benchmarks NAME/raw
// and NAME/airlock, the ratio of their speeds: the median of raw's times over
// the median of Airlock's. 1 is as fast, below 1 is slower.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  // Nanoseconds per iteration of each repetition, by benchmark.
  std::map<std::string, std::vector<double>> times_;
};

}  // namespace airlock::bench

#endif  // AIRLOCK_TESTS_BENCH_RATIO_REPORTER_H_
