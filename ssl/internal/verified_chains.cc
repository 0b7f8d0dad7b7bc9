// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/verified_chains.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

namespace airlock::ssl::internal {
namespace {

// Hashes what differs between two requests of one context. Sizes come first, so
// that different fields never give the same bytes.
std::string KeyOf(const VerifyRequest& request) {
  SHA256_CTX sha256;
  SHA256_Init(&sha256);
  const auto add = [&sha256](absl::string_view bytes) {
    const uint64_t size = bytes.size();
    SHA256_Update(&sha256, &size, sizeof(size));
    SHA256_Update(&sha256, bytes.data(), bytes.size());
  };
  add(request.peer == Side::kServer ? "server" : "client");
  add(request.host);
  for (const Certificate& certificate : request.presented) {
    add(certificate.der());
  }
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA256_Final(digest.data(), &sha256);
  return std::string(digest.begin(), digest.end());
}

}  // namespace

VerifyOutcome VerifiedChains::Verify(const VerifyRequest& request) {
  const VerifyFlags& flags = request.verification->flags;
  if (flags.crl_check_leaf || flags.crl_check_chain ||
      !IsOfThisContext(request)) {
    return VerifyPeer(request);
  }
  Entry entry;
  entry.key = KeyOf(request);
  VerifyOutcome outcome;
  if (Find(entry.key, request.now, &outcome)) return outcome;
  outcome = VerifyPeer(request);
  if (!outcome.status.ok() || outcome.verified.empty()) return outcome;
  entry.verified = outcome.verified;
  entry.after = absl::InfinitePast();
  entry.before = absl::InfiniteFuture();
  for (const Certificate& certificate : outcome.verified) {
    entry.after = std::max(entry.after, certificate.not_before());
    // A time that cannot be read is in the infinite past: nothing holds.
    entry.before = std::min(entry.before, certificate.not_after());
  }
  Remember(std::move(entry));
  return outcome;
}

size_t VerifiedChains::size() const {
  const absl::MutexLock lock(&mutex_);
  return entries_.size();
}

bool VerifiedChains::IsOfThisContext(const VerifyRequest& request) {
  const absl::MutexLock lock(&mutex_);
  if (trust_store_ == nullptr) {
    trust_store_ = request.trust_store;
    verification_ = request.verification;
  }
  return trust_store_ == request.trust_store &&
         verification_ == request.verification;
}

bool VerifiedChains::Find(absl::string_view key, absl::Time now,
                          VerifyOutcome* outcome) {
  const absl::MutexLock lock(&mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) return false;
  const Entries::iterator entry = found->second;
  if (now <= entry->after || now >= entry->before) return false;
  entries_.splice(entries_.begin(), entries_, entry);
  outcome->verified = entry->verified;
  return true;
}

void VerifiedChains::Remember(Entry entry) {
  Entries fresh;
  fresh.push_back(std::move(entry));
  // Destroyed after the lock is released.
  Entries dropped;
  const absl::MutexLock lock(&mutex_);
  const auto known = index_.find(fresh.front().key);
  if (known != index_.end()) {
    const Entries::iterator old = known->second;
    index_.erase(known);
    dropped.splice(dropped.begin(), entries_, old);
  }
  index_.emplace(fresh.front().key, fresh.begin());
  entries_.splice(entries_.begin(), fresh);
  if (entries_.size() > capacity_) {
    index_.erase(entries_.back().key);
    dropped.splice(dropped.begin(), entries_, std::prev(entries_.end()));
  }
}

}  // namespace airlock::ssl::internal
