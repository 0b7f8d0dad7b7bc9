// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/verified_chains.h"

#include <openssl/pool.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <mutex>
#include <utility>

#include "absl/hash/hash.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/spiffe_peers_impl.h"
#include "ssl/internal/trust_store_impl.h"

namespace airlock::ssl::internal {

// The VerifiedChains of a trust store or a SpiffePeers, by Verification.
class ChainsByVerification {
 public:
  std::shared_ptr<VerifiedChains> Of(std::string verification) {
    const absl::MutexLock lock(&mutex_);
    const auto found = std::find_if(tables_.begin(), tables_.end(),
                                    [&verification](const Table& table) {
                                      return table.verification == verification;
                                    });
    if (found == tables_.end()) {
      tables_.push_front({std::move(verification),
                          std::make_shared<VerifiedChains>(kMostChains)});
      if (tables_.size() > kMostTables) tables_.pop_back();
    } else {
      tables_.splice(tables_.begin(), tables_, found);
    }
    return tables_.front().chains;
  }

 private:
  // Enough for a client of many servers; some kilobytes each, once used.
  static constexpr size_t kMostChains = 256;
  // A program rarely verifies in more than a few ways; contexts keep theirs.
  static constexpr size_t kMostTables = 16;

  struct Table {
    std::string verification;
    std::shared_ptr<VerifiedChains> chains;
  };

  absl::Mutex mutex_;
  std::list<Table> tables_ ABSL_GUARDED_BY(mutex_);  // Last used first.
};

namespace {

// Of what differs between two requests. Leaves differ wherever chains do, but
// for chains that one peer may send in several ways. They end in a signature,
// and so differ there.
size_t HashOf(absl::string_view leaf, size_t count, Side peer,
              absl::string_view host) {
  constexpr size_t kEnd = 48;
  return absl::HashOf(leaf.substr(leaf.size() - std::min(leaf.size(), kEnd)),
                      leaf.size(), count, peer, host);
}

bool IsSame(const CRYPTO_BUFFER* a, const CRYPTO_BUFFER* b) {
  return a == b || (CRYPTO_BUFFER_len(a) == CRYPTO_BUFFER_len(b) &&
                    std::memcmp(CRYPTO_BUFFER_data(a), CRYPTO_BUFFER_data(b),
                                CRYPTO_BUFFER_len(a)) == 0);
}

// The table of the owner of the bundles: TrustStore or SpiffePeers.
template <typename Impl>
std::shared_ptr<VerifiedChains> ChainsOf(const Impl& impl,
                                         const Verification& verification) {
  std::call_once(impl.chains_made, [&impl] {
    impl.chains = std::make_shared<ChainsByVerification>();
  });
  return impl.chains->Of(CanonicalBytes(verification));
}

bool Answers(const VerifiedChain& known, const VerifyRequest& request) {
  return known.peer == request.peer && known.host == request.host &&
         known.Holds(request.now) &&
         std::equal(known.presented.begin(), known.presented.end(),
                    request.presented.begin(), request.presented.end(),
                    [](const Certificate& a, const Certificate& b) {
                      return a.der() == b.der();
                    });
}

}  // namespace

VerifyOutcome VerifiedChains::Verify(const VerifyRequest& request) {
  const VerifyFlags& flags = request.verification->flags;
  if (flags.crl_check_leaf || flags.crl_check_chain ||
      request.presented.empty()) {
    return VerifyPeer(request);
  }
  const size_t hash =
      HashOf(request.presented[0].der(), request.presented.size(), request.peer,
             request.host);
  const std::shared_ptr<const VerifiedChain> known = Find(hash);
  VerifyOutcome outcome;
  if (known != nullptr && Answers(*known, request)) {
    outcome.verified = known->verified;
    return outcome;
  }
  outcome = VerifyPeer(request);
  if (!outcome.status.ok() || outcome.verified.empty()) return outcome;
  auto entry = std::make_shared<VerifiedChain>();
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

std::shared_ptr<const VerifiedChain> VerifiedChains::Find(
    const STACK_OF(CRYPTO_BUFFER) * chain, Side peer, absl::string_view host) {
  const size_t count = sk_CRYPTO_BUFFER_num(chain);
  if (count == 0) return nullptr;
  const CRYPTO_BUFFER* leaf = sk_CRYPTO_BUFFER_value(chain, 0);
  std::shared_ptr<const VerifiedChain> known =
      Find(HashOf({reinterpret_cast<const char*>(CRYPTO_BUFFER_data(leaf)),
                   CRYPTO_BUFFER_len(leaf)},
                  count, peer, host));
  if (known == nullptr || known->peer != peer || known->host != host ||
      known->presented.size() != count) {
    return nullptr;
  }
  for (size_t i = 0; i < count; ++i) {
    if (!IsSame(sk_CRYPTO_BUFFER_value(chain, i),
                known->presented[i].impl().der.get())) {
      return nullptr;
    }
  }
  return known;
}

std::vector<std::shared_ptr<const VerifiedChain>> VerifiedChains::All() const {
  const absl::MutexLock lock(&mutex_);
  return {entries_.begin(), entries_.end()};
}

size_t VerifiedChains::size() const {
  const absl::MutexLock lock(&mutex_);
  return entries_.size();
}

std::shared_ptr<const VerifiedChain> VerifiedChains::Find(size_t hash) {
  const absl::MutexLock lock(&mutex_);
  const auto found = index_.find(hash);
  if (found == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return *found->second;
}

void VerifiedChains::Remember(std::shared_ptr<const VerifiedChain> entry) {
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

std::shared_ptr<VerifiedChains> VerifiedChainsOf(
    const TrustStore* trust_store, const Verification& verification) {
  return verification.spiffe != nullptr
             ? ChainsOf(verification.spiffe->impl(), verification)
             : ChainsOf(trust_store->impl(), verification);
}

}  // namespace airlock::ssl::internal
