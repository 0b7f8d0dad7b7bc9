// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Remembers which chains were verified.
#ifndef AIRLOCK_SSL_INTERNAL_VERIFIED_CHAINS_H_
#define AIRLOCK_SSL_INTERNAL_VERIFIED_CHAINS_H_

#include <openssl/pool.h>

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ssl/certificate.h"
#include "ssl/internal/verify.h"
#include "ssl/options.h"
#include "ssl/trust_store.h"
#include "ssl/verification.h"

namespace airlock::ssl::internal {

// A request that was accepted, and its result. Immutable.
struct VerifiedChain {
  size_t hash = 0;
  Side peer = Side::kServer;
  std::string host;
  std::vector<Certificate> presented;
  std::vector<Certificate> verified;
  // It holds after the one and before the other.
  absl::Time after;
  absl::Time before;

  bool Holds(absl::Time now) const { return now > after && now < before; }
};

// VerifyPeer at the price of a comparison, for chains that it accepted before:
// each resumption and each further connection to the same server presents one.
//
// It is as strict as VerifyPeer, which is a function of its request. A chain is
// known only if everything in the request that can differ between two
// connections is equal, byte for byte: the presented certificates, the purpose
// and the host. (A hash finds the entry, but decides nothing.) The rest, the
// trust store with its CRLs and the Verification, never changes: each pair of
// them has its own VerifiedChains (see VerifiedChainsOf). For SPIFFE IDs, the
// bundles of the trust domains are the Verification's own. Time matters only
// where a certificate of the chain becomes valid or expires, so an answer holds
// between these moments, and a clock that steps back before one ends it, too.
// Failures are not remembered, nor are chains whose CRLs were checked. The peer
// still proves in each full handshake that it has the key, and callbacks are
// still called.
//
// Thread-safe.
class VerifiedChains {
 public:
  // Remembers up to `capacity` chains, and forgets the least recently used.
  explicit VerifiedChains(size_t capacity) : capacity_(capacity) {}
  VerifiedChains(const VerifiedChains&) = delete;
  VerifiedChains& operator=(const VerifiedChains&) = delete;

  // VerifyPeer(request). All calls must pass the same trust store and an equal
  // Verification.
  VerifyOutcome Verify(const VerifyRequest& request);

  // What Verify would answer from if `peer` presents `chain` for `host`, before
  // its certificates are parsed. Null if that is unknown; the caller checks
  // Holds.
  std::shared_ptr<const VerifiedChain> Find(const STACK_OF(CRYPTO_BUFFER) *
                                                chain,
                                            Side peer, absl::string_view host);

  // The chains that it remembers, most recently used first.
  std::vector<std::shared_ptr<const VerifiedChain>> All() const;

  // How many chains it remembers.
  size_t size() const;

 private:
  using Entries = std::list<std::shared_ptr<const VerifiedChain>>;

  // The entry that may answer a request with this hash; or null.
  std::shared_ptr<const VerifiedChain> Find(size_t hash);
  void Remember(std::shared_ptr<const VerifiedChain> entry);

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);  // Most recently used first.
  // By hash. Of two entries with the same hash, the later one stays.
  // Not one of Abseil's maps, which do not survive std::bad_alloc.
  std::unordered_map<size_t, Entries::iterator> index_ ABSL_GUARDED_BY(mutex_);
};

// The chains that were verified with `trust_store` and a Verification equal to
// `verification`: contexts that agree in both share them, so a program that
// makes a context for each connection also verifies a chain once. They belong
// to the trust store or, if it is set, to verification.spiffe, which has the
// bundles instead. So a bundle that is replaced takes its verdicts with it, and
// Runtimes that do not share a trust store share nothing. Equal means equal
// CanonicalBytes, which contain every field: whatever a policy decides. The
// owner keeps those that were used last. `trust_store` may be null only if
// verification.spiffe is set. Thread-safe.
std::shared_ptr<VerifiedChains> VerifiedChainsOf(
    const TrustStore* trust_store, const Verification& verification);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_VERIFIED_CHAINS_H_
