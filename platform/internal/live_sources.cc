// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/live_sources.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "ssl/credential_source.h"
#include "ssl/trust_source.h"

namespace airlock::platform::internal {
namespace {

void AddTo(const ssl::SourceCounts& counts, LiveSourceCounts* sum) {
  if (!counts.ended.load(std::memory_order_relaxed)) {
    ++sum->sources;
    if (counts.failing.load(std::memory_order_relaxed)) ++sum->failing;
  }
  sum->updates += counts.updates.load(std::memory_order_relaxed);
  sum->failures += counts.failures.load(std::memory_order_relaxed);
}

}  // namespace

void LiveSources::Add(const ssl::ContextOptions& options) {
  if (options.credential_source != nullptr) {
    credentials_.Add(options.credential_source->counts());
  }
  if (options.trust_source != nullptr) {
    ca_certs_.Add(options.trust_source->counts());
  }
}

void LiveSources::Kind::Add(CountsPtr counts) {
  const absl::MutexLock lock(&mutex_);
  if (!known_.insert(std::move(counts)).second || known_.size() < full_) return;
  for (auto it = known_.begin(); it != known_.end();) {
    if (!(*it)->ended.load(std::memory_order_relaxed)) {
      ++it;
      continue;
    }
    AddTo(**it, &past_);
    it = known_.erase(it);
  }
  full_ = std::max<size_t>(16, 2 * known_.size());
}

LiveSourceCounts LiveSources::Kind::Read() const {
  const absl::MutexLock lock(&mutex_);
  LiveSourceCounts sum = past_;
  for (const CountsPtr& counts : known_) AddTo(*counts, &sum);
  return sum;
}

}  // namespace airlock::platform::internal
