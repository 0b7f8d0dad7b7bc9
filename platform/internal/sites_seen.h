// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef AIRLOCK_PLATFORM_INTERNAL_SITES_SEEN_H_
#define AIRLOCK_PLATFORM_INTERNAL_SITES_SEEN_H_

#include <cstddef>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace airlock::platform::internal {

// Detects the first event at each call site of an application. Thread-safe.
class SitesSeen {
 public:
  // The number of distinct call sites; all others are treated as one, so that
  // an application cannot use up memory.
  static constexpr size_t kMost = 1024;

  // Whether `site` is seen for the first time. Empty: an unknown site.
  bool Add(const std::string& site) {
    const absl::MutexLock lock(&mutex_);
    const bool room = sites_.size() < kMost || sites_.count(site) > 0;
    if (room) return sites_.insert(site).second;
    const bool first = !others_;
    others_ = true;
    return first;
  }

 private:
  absl::Mutex mutex_;
  std::set<std::string> sites_ ABSL_GUARDED_BY(mutex_);
  bool others_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_SITES_SEEN_H_
