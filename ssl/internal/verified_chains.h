// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Remembers which chains a context has verified.
#ifndef AIRLOCK_SSL_INTERNAL_VERIFIED_CHAINS_H_
#define AIRLOCK_SSL_INTERNAL_VERIFIED_CHAINS_H_

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ssl/certificate.h"
#include "ssl/internal/verify.h"

namespace airlock::ssl::internal {

// VerifyPeer at the price of a comparison, for chains that it accepted before:
// each resumption and each further connection to the same server presents one.
//
// It is as strict as VerifyPeer, which is a function of its request. A chain is
// known only if everything in the request that can differ between two
// connections of one context is equal, byte for byte: the presented
// certificates, the purpose and the host. (A hash finds the entry, but decides
// nothing.) The rest, the trust store with its CRLs and the
// Verification, belongs to the context and never changes; a request with others
// is not answered from here. Time matters only where a certificate of the chain
// becomes valid or expires, so an answer holds between these moments, and a
// clock that steps back before one ends it, too. Failures are not remembered,
// nor are chains whose CRLs were checked. The peer still proves in each full
// handshake that it has the key, and callbacks are still called.
//
// Thread-safe.
class VerifiedChains {
 public:
  // Remembers up to `capacity` chains, and forgets the least recently used.
  explicit VerifiedChains(size_t capacity) : capacity_(capacity) {}
  VerifiedChains(const VerifiedChains&) = delete;
  VerifiedChains& operator=(const VerifiedChains&) = delete;

  // VerifyPeer(request). All calls must pass the same trust store and
  // Verification, which must outlive this; with others, it remembers nothing.
  VerifyOutcome Verify(const VerifyRequest& request);

  // How many chains it remembers.
  size_t size() const;

 private:
  // A request that was accepted, and its result.
  struct Entry {
    size_t hash = 0;
    Side peer = Side::kServer;
    std::string host;
    std::vector<Certificate> presented;
    std::vector<Certificate> verified;
    // It holds after the one and before the other.
    absl::Time after;
    absl::Time before;

    bool Answers(const VerifyRequest& request) const;
  };
  using Entries = std::list<std::shared_ptr<const Entry>>;

  bool IsOfThisContext(const VerifyRequest& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The entry that may answer a request with this hash; or null.
  std::shared_ptr<const Entry> Find(size_t hash)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remember(std::shared_ptr<const Entry> entry);

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  const TrustStore* trust_store_ ABSL_GUARDED_BY(mutex_) = nullptr;
  const Verification* verification_ ABSL_GUARDED_BY(mutex_) = nullptr;
  Entries entries_ ABSL_GUARDED_BY(mutex_);  // Most recently used first.
  // By hash. Of two entries with the same hash, the later one stays.
  absl::flat_hash_map<size_t, Entries::iterator> index_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_VERIFIED_CHAINS_H_
