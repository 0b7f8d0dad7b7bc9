// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/own_ticket_keys.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/random.h"
#include "ssl/sha256.h"

namespace airlock::ssl::internal {
namespace {

// A clock in the far future must not keep a server busy.
constexpr int64_t kMostSteps = 36525;

// What SHA-256 derives from `link` for one purpose.
Secret Derive(absl::string_view purpose, const Secret& link) {
  std::string input =
      absl::StrCat("airlock ticket ", purpose, "\n", link.view());
  const ScopedWipe wipe_input(&input);
  std::string digest = Sha256(input);
  const ScopedWipe wipe_digest(&digest);
  return Secret(digest);
}

Secret RandomLink() {
  std::string bytes(32, '\0');
  const ScopedWipe wipe(&bytes);
  FillRandom(absl::MakeSpan(bytes));
  return Secret(bytes);
}

}  // namespace

OwnTicketKeys::OwnTicketKeys(absl::Duration period, absl::Time now)
    : period_(period), due_(now), link_(RandomLink()) {}

std::vector<TicketKey> OwnTicketKeys::Advance(absl::Time now) {
  std::vector<TicketKey> keys;
  if (now < due_) return keys;
  absl::Duration rest;
  // The number of steps depends only on the time, so that processes that share
  // the chain agree.
  const int64_t steps =
      period_ == absl::InfiniteDuration()
          ? 1
          : std::min(absl::IDivDuration(now - due_, period_, &rest),
                     kMostSteps - 1) +
                1;
  constexpr auto kKept = static_cast<int64_t>(TicketKeyring::kMostKeys);
  for (int64_t i = 0; i < steps; ++i) {
    TicketKey key = Step(due_);
    if (i + kKept >= steps) keys.push_back(std::move(key));
  }
  return keys;
}

TicketKey OwnTicketKeys::Rotate(absl::Time now) { return Step(now); }

TicketKey OwnTicketKeys::Step(absl::Time from) {
  TicketKey key;
  key.name =
      std::string(Derive("name", link_).view().substr(0, TicketKey::kNameSize));
  key.secret = Derive("keys", link_);
  link_ = Derive("link", link_);
  due_ = from + period_;
  key.seals_from = from;
  key.seals_until = due_;
  return key;
}

}  // namespace airlock::ssl::internal
