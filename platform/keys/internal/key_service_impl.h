// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parts of a KeyService.
#ifndef AIRLOCK_PLATFORM_KEYS_INTERNAL_KEY_SERVICE_IMPL_H_
#define AIRLOCK_PLATFORM_KEYS_INTERNAL_KEY_SERVICE_IMPL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "platform/keys/key_service.h"

namespace airlock::keys {

// So many tokens a second, and at most `most`.
struct Bucket {
  double tokens = 0;
  absl::Time filled;

  bool Take(double per_second, double most, absl::Time now) {
    const double added = per_second * absl::ToDoubleSeconds(now - filled);
    tokens = std::min(most, tokens + std::max(0.0, added));
    filled = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  }
};

// A grant with its key.
struct KeyService::Allowed {
  const ServedKey* key;
  std::vector<Purpose> purposes;
  std::vector<uint16_t> schemes;
};

struct KeyService::User {
  std::string name;
  std::vector<Allowed> allowed;
  int per_second = 0;
  size_t most_under_way = 0;
  size_t under_way = 0;
  Bucket signatures;
  Bucket reports;
  uint64_t suppressed = 0;
};

// Those who wait for an outside key. Channels have turns, so that none with
// many requests holds up the others.
struct KeyService::Queue {
  const ServedKey* key;
  std::deque<Channel*> turns;
  bool signing = false;
  // Whom it signs for; null: it was cancelled, or the channel is closed.
  Channel* channel = nullptr;
  Message request;
};

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_INTERNAL_KEY_SERVICE_IMPL_H_
