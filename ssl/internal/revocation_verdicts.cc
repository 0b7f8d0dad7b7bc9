// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/revocation_verdicts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/sha256.h"

namespace airlock::ssl::internal {
namespace {

// Of everything that the callback was told, but the time. The serial number is
// in the certificate. A hash, since a peer chooses how many timestamps it has.
std::string KeyOf(const RevocationQuery& query) {
  std::string told = absl::StrCat(Sha256(query.certificate.der()),
                                  Sha256(query.issuer.der()), query.depth);
  for (const SignedTimestamp& timestamp : query.timestamps) {
    absl::StrAppend(&told, ",", absl::ToUnixMillis(timestamp.time), ",",
                    timestamp.log_id.size(), ",", timestamp.log_id);
  }
  return Sha256(told);
}

}  // namespace

std::optional<RevocationStatus> RevocationVerdicts::Find(
    const RevocationQuery& query) {
  const std::string key = KeyOf(query);
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
