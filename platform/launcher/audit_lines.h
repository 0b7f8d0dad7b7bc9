// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Filters what an application's processes write to the audit.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_AUDIT_LINES_H_
#define AIRLOCK_PLATFORM_LAUNCHER_AUDIT_LINES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace airlock::launcher {

// The rate limit for lines: a burst, then a number per second.
struct AuditLineLimits {
  double burst = 4096;
  double per_second = 64;
  // For lines that are not audit lines, some of which are reported.
  double invalid_burst = 16;
  double invalid_per_second = 1;
};

// Takes bytes as they arrive and returns lines of the audit. Each is a JSON
// object of texts, numbers and booleans, and the object "claimed" of such
// values. Only this class's own lines have the member "by" ("airlock run");
// their `action` is "invalid" (a process wrote something that is not a line;
// `text` has some of it), "dropped" (`count` lines exceeded the limit, or could
// not be written), or "closed" (no process has the audit open any more).
// Thread-compatible.
class AuditLines {
 public:
  // Longer input is not a line.
  static constexpr size_t kMaxLine = 4096;

  explicit AuditLines(const AuditLineLimits& limits = {}) : limits_(limits) {}

  // The lines that `bytes` complete, each with its newline.
  std::string Add(absl::string_view bytes, absl::Time now);
  // The final output: the incomplete line, and how many were dropped.
  std::string Finish(absl::Time now);
  // A line with `action` "closed".
  std::string Closed(absl::Time now);
  // Counts lines as dropped that were returned, but could not be written.
  void CountLost(uint64_t count) { dropped_ += count; }

 private:
  struct Bucket {
    double tokens = 0;
    absl::Time filled = absl::InfinitePast();
    // Whether one more line is allowed.
    bool Take(double burst, double per_second, absl::Time now);
  };

  void AddLine(absl::string_view line, absl::Time now, std::string* result);
  void AddInvalid(absl::string_view text, absl::Time now, std::string* result);
  void TellDropped(absl::Time now, std::string* result);

  const AuditLineLimits limits_;
  std::string begun_;  // The incomplete line.
  Bucket good_;
  Bucket invalid_;
  uint64_t dropped_ = 0;
  absl::Time told_ = absl::InfinitePast();
};

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_AUDIT_LINES_H_
