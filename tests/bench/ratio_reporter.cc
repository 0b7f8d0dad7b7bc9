// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/ratio_reporter.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace airlock::bench {
namespace {

constexpr absl::string_view kRaw = "/raw";

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle]
                                : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
    times_[run.run_name.function_name].push_back(run.GetAdjustedCPUTime());
  }
  ConsoleReporter::ReportRuns(runs);
}

void RatioReporter::Finalize() {
  for (const auto& [name, raw] : times_) {
    if (!absl::EndsWith(name, kRaw)) continue;
    const std::string stem(absl::StripSuffix(name, kRaw));
    const auto airlock = times_.find(stem + "/airlock");
    if (airlock == times_.end()) continue;
    std::printf("%-24s airlock runs at %.3f of raw (medians of %zu and %zu)\n",
                stem.c_str(), Median(raw) / Median(airlock->second),
                airlock->second.size(), raw.size());
  }
  ConsoleReporter::Finalize();
}

}  // namespace airlock::bench
