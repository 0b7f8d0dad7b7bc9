// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/ticket_ring.h"

#include <array>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/random.h"

namespace airlock::cli {
namespace {

constexpr size_t kKeySize = 48;
constexpr size_t kMaxKeys = 2;

std::shared_ptr<const ssl::Secret> MakeKey() {
  std::array<char, kKeySize> bytes;
  ssl::FillRandom(absl::MakeSpan(bytes));
  auto key = std::make_shared<const ssl::Secret>(
      absl::string_view(bytes.data(), bytes.size()));
  // The copy must not stay on the stack.
  ssl::FillRandom(absl::MakeSpan(bytes));
  return key;
}

}  // namespace

TicketRing::TicketRing(absl::Duration interval, absl::Time now)
    : interval_(interval), rotated_(now), keys_({MakeKey()}) {}

void TicketRing::RotateLocked(absl::Time now) {
  keys_.insert(keys_.begin(), MakeKey());
  if (keys_.size() > kMaxKeys) keys_.pop_back();
  rotated_ = now;
}

void TicketRing::Rotate(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  RotateLocked(now);
}

bool TicketRing::RotateIfDue(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (now - rotated_ < interval_) return false;
  RotateLocked(now);
  return true;
}

std::vector<std::shared_ptr<const ssl::Secret>> TicketRing::keys() const {
  absl::MutexLock lock(&mutex_);
  return keys_;
}

}  // namespace airlock::cli
