// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What an application's processes write to the audit, taken for what it is.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_AUDIT_LINES_H_
#define AIRLOCK_PLATFORM_LAUNCHER_AUDIT_LINES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace airlock::launcher {

// How many lines are let through: so many at once, and then so many a second.
struct AuditLineLimits {
  double burst = 4096;
  double per_second = 64;
  // Of those that are not of the audit, of which some are shown.
  double invalid_burst = 16;
  double invalid_per_second = 1;
};

// Takes bytes as they come and gives lines of the audit: each is a JSON object
// of texts, numbers and booleans, and the object "claimed" of such. Only lines
// that this class makes itself have the member "by" ("airlock run"); of these
// `action` is "invalid" (somebody wrote what is not a line; `text` has some of
// it), "dropped" (`count` lines were too many, or could not be written), or
// "closed" (no process has the audit open any more). Thread-compatible.
class AuditLines {
 public:
  // What is longer is not a line.
  static constexpr size_t kMaxLine = 4096;

  explicit AuditLines(const AuditLineLimits& limits = {}) : limits_(limits) {}

  // The lines that `bytes` complete, each with its line feed.
  std::string Add(absl::string_view bytes, absl::Time now);
  // What to write at the end: what was begun, and how many were dropped.
  std::string Finish(absl::Time now);
  // A line that says so.
  std::string Closed(absl::Time now);
  // Counts lines as dropped that were given, but could not be written.
  void CountLost(uint64_t count) { dropped_ += count; }

 private:
  struct Bucket {
    double tokens = 0;
    absl::Time filled = absl::InfinitePast();
    // Whether there is one more.
    bool Take(double burst, double per_second, absl::Time now);
  };

  void AddLine(absl::string_view line, absl::Time now, std::string* result);
  void AddInvalid(absl::string_view text, absl::Time now, std::string* result);
  void TellDropped(absl::Time now, std::string* result);

  const AuditLineLimits limits_;
  std::string begun_;  // Without its end.
  Bucket good_;
  Bucket invalid_;
  uint64_t dropped_ = 0;
  absl::Time told_ = absl::InfinitePast();
};

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_AUDIT_LINES_H_
