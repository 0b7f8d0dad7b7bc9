// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/revocation_verdicts.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace airlock::ssl::internal {
namespace {

// The hash has a fixed size, so that different pairs differ.
std::string KeyOf(const RevocationQuery& query) {
  const std::string issuer = query.issuer.SpkiSha256();
  return issuer.empty() ? "" : absl::StrCat(issuer, query.serial_number);
}

}  // namespace

std::optional<RevocationStatus> RevocationVerdicts::Find(
    const RevocationQuery& query) {
  const std::string key = KeyOf(query);
  if (key.empty()) return std::nullopt;
  const absl::MutexLock lock(&mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) return std::nullopt;
  const Entry& entry = *found->second;
  if (query.now < entry.given || query.now >= entry.verdict.valid_until) {
    return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return entry.verdict.status;
}

void RevocationVerdicts::Remember(const RevocationQuery& query,
                                  const RevocationVerdict& verdict) {
  if (verdict.valid_until <= query.now) return;
  Entry entry{KeyOf(query), verdict, query.now};
  if (entry.key.empty()) return;
  const absl::MutexLock lock(&mutex_);
  const auto found = index_.find(entry.key);
  if (found != index_.end()) {
    *found->second = std::move(entry);
    entries_.splice(entries_.begin(), entries_, found->second);
    return;
  }
  // Without memory, nothing has changed.
  Entries added;
  added.push_front(std::move(entry));
  index_.emplace(added.front().key, added.begin());
  entries_.splice(entries_.begin(), added);
  if (entries_.size() > capacity_) {
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

size_t RevocationVerdicts::size() const {
  const absl::MutexLock lock(&mutex_);
  return entries_.size();
}

}  // namespace airlock::ssl::internal
