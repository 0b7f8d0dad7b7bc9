// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/verified_chains.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {
namespace {

// Of what differs between two requests of one context.
struct RequestView {
  const VerifyRequest& request;

  template <typename H>
  friend H AbslHashValue(H state, const RequestView& view) {
    state = H::combine(std::move(state), view.request.peer, view.request.host,
                       view.request.presented.size());
    for (const Certificate& certificate : view.request.presented) {
      state = H::combine(std::move(state), certificate.der());
    }
    return state;
  }
};

}  // namespace

bool VerifiedChains::Entry::Answers(const VerifyRequest& request) const {
  return peer == request.peer && host == request.host && request.now > after &&
         request.now < before &&
         std::equal(presented.begin(), presented.end(),
                    request.presented.begin(), request.presented.end(),
                    [](const Certificate& a, const Certificate& b) {
                      return a.der() == b.der();
                    });
}

VerifyOutcome VerifiedChains::Verify(const VerifyRequest& request) {
  const VerifyFlags& flags = request.verification->flags;
  if (flags.crl_check_leaf || flags.crl_check_chain) return VerifyPeer(request);
  const size_t hash = absl::HashOf(RequestView{request});
  std::shared_ptr<const Entry> known;
  bool may_remember = false;
  {
    const absl::MutexLock lock(&mutex_);
    may_remember = IsOfThisContext(request);
    if (may_remember) known = Find(hash);
  }
  VerifyOutcome outcome;
  if (known != nullptr && known->Answers(request)) {
    outcome.verified = known->verified;
    return outcome;
  }
  outcome = VerifyPeer(request);
  if (!may_remember || !outcome.status.ok() || outcome.verified.empty()) {
    return outcome;
  }
  auto entry = std::make_shared<Entry>();
  entry->hash = hash;
  entry->peer = request.peer;
  entry->host = std::string(request.host);
  entry->presented.assign(request.presented.begin(), request.presented.end());
  entry->verified = outcome.verified;
  entry->after = absl::InfinitePast();
  entry->before = absl::InfiniteFuture();
  for (const Certificate& certificate : outcome.verified) {
    entry->after = std::max(entry->after, certificate.not_before());
    // A time that cannot be read is in the infinite past: nothing holds.
    entry->before = std::min(entry->before, certificate.not_after());
  }
  Remember(std::move(entry));
  return outcome;
}

size_t VerifiedChains::size() const {
  const absl::MutexLock lock(&mutex_);
  return entries_.size();
}

bool VerifiedChains::IsOfThisContext(const VerifyRequest& request) {
  if (trust_store_ == nullptr) {
    trust_store_ = request.trust_store;
    verification_ = request.verification;
  }
  return trust_store_ == request.trust_store &&
         verification_ == request.verification;
}

std::shared_ptr<const VerifiedChains::Entry> VerifiedChains::Find(size_t hash) {
  const auto found = index_.find(hash);
  if (found == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return *found->second;
}

void VerifiedChains::Remember(std::shared_ptr<const Entry> entry) {
  Entries fresh;
  fresh.push_back(std::move(entry));
  // Destroyed after the lock is released.
  Entries dropped;
  const absl::MutexLock lock(&mutex_);
  const auto [position, is_new] =
      index_.try_emplace(fresh.front()->hash, fresh.begin());
  if (!is_new) {
    dropped.splice(dropped.begin(), entries_, position->second);
    position->second = fresh.begin();
  }
  entries_.splice(entries_.begin(), fresh);
  if (entries_.size() > capacity_) {
    index_.erase(entries_.back()->hash);
    dropped.splice(dropped.begin(), entries_, std::prev(entries_.end()));
  }
}

}  // namespace airlock::ssl::internal
