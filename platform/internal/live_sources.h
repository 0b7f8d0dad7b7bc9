// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Counts the updates of live credentials and bundles.
#ifndef AIRLOCK_PLATFORM_INTERNAL_LIVE_SOURCES_H_
#define AIRLOCK_PLATFORM_INTERNAL_LIVE_SOURCES_H_

#include <cstddef>
#include <memory>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "platform/counters.h"
#include "ssl/options.h"
#include "ssl/source_counts.h"

namespace airlock::platform::internal {

// The sources that the Contexts of a Runtime have, or had. Thread-safe.
class LiveSources {
 public:
  // Adds the sources of a Context with `options`.
  void Add(const ssl::ContextOptions& options);

  LiveSourceCounts credentials() const { return credentials_.Read(); }
  LiveSourceCounts ca_certs() const { return ca_certs_.Read(); }

 private:
  using CountsPtr = std::shared_ptr<const ssl::SourceCounts>;

  class Kind {
   public:
    void Add(CountsPtr counts);
    LiveSourceCounts Read() const;

   private:
    mutable absl::Mutex mutex_;
    std::set<CountsPtr> known_ ABSL_GUARDED_BY(mutex_);
    // Of those that are gone and were dropped.
    LiveSourceCounts past_ ABSL_GUARDED_BY(mutex_);
    // When to drop those that are gone.
    size_t full_ ABSL_GUARDED_BY(mutex_) = 16;
  };

  Kind credentials_;
  Kind ca_certs_;
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_LIVE_SOURCES_H_
