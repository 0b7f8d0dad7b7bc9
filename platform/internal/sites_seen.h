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

// Tells the first time at a place in an application's code from later ones.
// Thread-safe.
class SitesSeen {
 public:
  // Places that are told apart; all others are taken for one, so that an
  // application cannot make this grow.
  static constexpr size_t kMost = 1024;

  // Whether `site` is seen for the first time. Empty: a place that is not
  // known.
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
