// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A cache of shared values.
#ifndef AIRLOCK_PLATFORM_INTERNAL_SHARED_CACHE_H_
#define AIRLOCK_PLATFORM_INTERNAL_SHARED_CACHE_H_

#include <algorithm>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/hash/hash.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace airlock::platform::internal {

// Holds up to `capacity` values by key, and evicts the least recently used
// first. A value stays alive while it is in use. Thread-safe: if several
// threads need the same value, one makes it and the others wait.
template <typename Value>
class SharedCache {
 public:
  explicit SharedCache(size_t capacity)
      : capacity_(std::max<size_t>(capacity, 1)) {}

  // The value of `key`, made by `make` if it is missing. An error of `make` is
  // returned and not cached. `make` must not use this cache.
  absl::StatusOr<std::shared_ptr<Value>> GetOrMake(
      absl::string_view key,
      absl::FunctionRef<absl::StatusOr<std::shared_ptr<Value>>()> make) {
    const std::shared_ptr<Slot> slot = FindOrInsert(key);
    absl::MutexLock lock(&slot->mutex);
    if (slot->value != nullptr) return slot->value;
    absl::StatusOr<std::shared_ptr<Value>> value = make();
    if (value.ok()) {
      slot->value = *value;
    } else {
      Remove(key, slot.get());
    }
    return value;
  }

  // Removes all values.
  void Clear() {
    absl::MutexLock lock(&mutex_);
    index_.clear();
    entries_.clear();
  }

  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return entries_.size();
  }

 private:
  // Its mutex is held while the value is made; never locked under `mutex_`.
  struct Slot {
    absl::Mutex mutex;
    std::shared_ptr<Value> value ABSL_GUARDED_BY(mutex);
  };
  struct Entry {
    std::string key;
    std::shared_ptr<Slot> slot;
  };

  std::shared_ptr<Slot> FindOrInsert(absl::string_view key) {
    // Destroyed after the lock is released: that may take long.
    std::shared_ptr<Slot> evicted;
    std::list<Entry> added;
    absl::MutexLock lock(&mutex_);
    const auto it = index_.find(key);
    if (it != index_.end()) {
      entries_.splice(entries_.begin(), entries_, it->second);
      return it->second->slot;
    }
    // Without memory, nothing has changed.
    added.push_front({std::string(key), std::make_shared<Slot>()});
    index_.emplace(added.front().key, added.begin());
    entries_.splice(entries_.begin(), added);
    if (entries_.size() > capacity_) {
      evicted = std::move(entries_.back().slot);
      index_.erase(entries_.back().key);
      entries_.pop_back();
    }
    return entries_.front().slot;
  }

  void Remove(absl::string_view key, const Slot* slot) {
    absl::MutexLock lock(&mutex_);
    const auto it = index_.find(key);
    // The key may have another slot by now.
    if (it == index_.end() || it->second->slot.get() != slot) return;
    const typename std::list<Entry>::iterator entry = it->second;
    index_.erase(it);
    entries_.erase(entry);
  }

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // Most recent first.
  // The keys are those of `entries_`. Not one of Abseil's maps, which are
  // destroyed wrongly after std::bad_alloc.
  std::unordered_map<absl::string_view, typename std::list<Entry>::iterator,
                     absl::Hash<absl::string_view>>
      index_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_SHARED_CACHE_H_
