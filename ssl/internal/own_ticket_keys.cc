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
#include "ssl/secret.h"
#include "ssl/sha256.h"

namespace airlock::ssl::internal {
namespace {

// A clock in the far future must not keep a server busy.
constexpr int64_t kMostSteps = 36525;

// A clock may be corrected by this, or have been read this long before another
// thread came here. At most a period.
constexpr absl::Duration kCorrection = absl::Minutes(1);

// What SHA-256 derives from `link` for one purpose.
Secret Derive(absl::string_view purpose, absl::string_view link) {
  std::string input = absl::StrCat("airlock ticket ", purpose, "\n", link);
  const ScopedWipe wipe_input(&input);
  std::string digest = Sha256(input);
  const ScopedWipe wipe_digest(&digest);
  return Secret(digest);
}

}  // namespace

OwnTicketKeys::OwnTicketKeys(absl::Duration period, absl::Time now)
    : period_(period), due_(now) {
  FillRandom(absl::MakeSpan(link_));
}

OwnTicketKeys::~OwnTicketKeys() { Wipe(link_.data(), link_.size()); }

absl::Time OwnTicketKeys::earliest() const {
  if (period_ == absl::InfiniteDuration()) return absl::InfinitePast();
  return due_ - period_ - std::min(period_, kCorrection);
}

bool OwnTicketKeys::WasSetBack(absl::Time now) const {
  // A clock that fails says 1970: all tickets would end.
  return now < earliest() && now > absl::UnixEpoch();
}

std::vector<TicketKey> OwnTicketKeys::Advance(absl::Time now) {
  std::vector<TicketKey> keys;
  if (WasSetBack(now)) {
    // Later keys are due when they were, so that processes that share the chain
    // go on to agree.
    const absl::Duration rest = (due_ - now) % period_;
    const bool begun = rest > absl::ZeroDuration() && rest < period_;
    keys.push_back(Step(now, now + (begun ? rest : period_)));
    return keys;
  }
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
    TicketKey key = Step(due_, due_ + period_);
    if (i + kKept >= steps) keys.push_back(std::move(key));
  }
  return keys;
}

TicketKey OwnTicketKeys::Rotate(absl::Time now) {
  return Step(now, now + period_);
}

TicketKey OwnTicketKeys::Step(absl::Time from, absl::Time until) {
  const absl::string_view link(link_.data(), link_.size());
  TicketKey key;
  key.name =
      std::string(Derive("name", link).view().substr(0, TicketKey::kNameSize));
  key.secret = Derive("keys", link);
  const Secret next = Derive("link", link);
  std::copy(next.view().begin(), next.view().end(), link_.begin());
  due_ = until;
  key.seals_from = from;
  key.seals_until = until;
  return key;
}

}  // namespace airlock::ssl::internal
