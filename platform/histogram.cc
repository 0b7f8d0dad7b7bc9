// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/histogram.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace airlock::platform {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

int64_t MicrosecondsOf(absl::Duration duration) {
  return std::max<int64_t>(absl::ToInt64Microseconds(duration), 0);
}

size_t BucketOf(int64_t us) {
  const auto& bounds = HistogramCounts::kBoundsUs;
  return static_cast<size_t>(
      std::lower_bound(bounds.begin(), bounds.end(), us) - bounds.begin());
}

}  // namespace

uint64_t HistogramCounts::count() const {
  return std::accumulate(buckets.begin(), buckets.end(), uint64_t{0});
}

void HistogramCounts::Add(absl::Duration duration) {
  const int64_t us = MicrosecondsOf(duration);
  ++buckets[BucketOf(us)];
  total_us += us;
}

void Histogram::Add(absl::Duration duration) {
  const int64_t us = MicrosecondsOf(duration);
  buckets_[BucketOf(us)].fetch_add(1, kRelaxed);
  total_us_.fetch_add(us, kRelaxed);
}

HistogramCounts Histogram::Read() const {
  HistogramCounts counts;
  for (size_t i = 0; i < counts.buckets.size(); ++i) {
    counts.buckets[i] = buckets_[i].load(kRelaxed);
  }
  counts.total_us = total_us_.load(kRelaxed);
  return counts;
}

void AppendPrometheus(absl::string_view name, absl::string_view labels,
                      const HistogramCounts& counts, std::string* text) {
  uint64_t so_far = 0;
  for (size_t i = 0; i < counts.buckets.size(); ++i) {
    so_far += counts.buckets[i];
    const std::string bound =
        i < HistogramCounts::kBoundsUs.size()
            ? absl::StrCat(static_cast<double>(HistogramCounts::kBoundsUs[i]) /
                           1e6)
            : "+Inf";
    absl::StrAppend(text, name, "_bucket{", labels, "le=\"", bound, "\"} ",
                    so_far, "\n");
  }
  const absl::string_view own = absl::StripSuffix(labels, ",");
  const std::string shown = own.empty() ? "" : absl::StrCat("{", own, "}");
  absl::StrAppend(
      text, name, "_sum", shown, " ",
      absl::StrFormat("%.6f", static_cast<double>(counts.total_us) / 1e6), "\n",
      name, "_count", shown, " ", so_far, "\n");
}

}  // namespace airlock::platform
