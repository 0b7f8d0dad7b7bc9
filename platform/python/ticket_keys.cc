// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/ticket_keys.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/random.h"
#include "ssl/sha256.h"

namespace airlock::python {
namespace {

constexpr int64_t kDaysOfKey = 2;
// A clock in the far future must not keep a server busy: 200 years.
constexpr int64_t kMostPeriods = 36525;
// BoringSSL's format: the name has 16 bytes, the two keys 32 together.
constexpr size_t kNameSize = 16;

// What SHA-256 derives from `link` for one purpose.
ssl::Secret Derive(absl::string_view purpose, const ssl::Secret& link) {
  std::string input =
      absl::StrCat("airlock ticket ", purpose, "\n", link.view());
  const ssl::ScopedWipe wipe_input(&input);
  std::string digest = ssl::Sha256(input);
  const ssl::ScopedWipe wipe_digest(&digest);
  return ssl::Secret(digest);
}

ssl::Secret RandomLink() {
  std::string bytes(32, '\0');
  const ssl::ScopedWipe wipe(&bytes);
  ssl::FillRandom(absl::MakeSpan(bytes));
  return ssl::Secret(bytes);
}

}  // namespace

TicketKeys::TicketKeys(absl::Time now) : made_(now), link_(RandomLink()) {
  Step();
}

bool TicketKeys::Advance(absl::Time now) {
  absl::Duration rest;
  const int64_t target = std::min(
      absl::IDivDuration(now - made_, absl::Hours(24 * kDaysOfKey), &rest),
      kMostPeriods);
  if (target <= period_) return false;
  for (; period_ < target; ++period_) Step();
  return true;
}

void TicketKeys::Step() {
  std::string key =
      absl::StrCat(Derive("name", link_).view().substr(0, kNameSize),
                   Derive("keys", link_).view());
  const ssl::ScopedWipe wipe(&key);
  link_ = Derive("link", link_);
  keys_.insert(keys_.begin(), std::make_shared<const ssl::Secret>(key));
  if (keys_.size() > 2) keys_.pop_back();
}

}  // namespace airlock::python
