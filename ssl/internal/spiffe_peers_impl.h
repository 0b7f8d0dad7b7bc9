// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/spiffe_peers.h.
#ifndef AIRLOCK_SSL_INTERNAL_SPIFFE_PEERS_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_SPIFFE_PEERS_IMPL_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "ssl/spiffe_peers.h"
#include "ssl/trust_store.h"

namespace airlock::ssl {

namespace internal {

class ChainsByVerification;

}  // namespace internal

struct SpiffePeers::Impl {
  // By trust domain.
  std::map<std::string, std::shared_ptr<const TrustStore>, std::less<>> bundles;
  // The IDs, and what those below a path begin with:
  // "spiffe://example.org/payroll/".
  std::set<std::string, std::less<>> ids;
  std::set<std::string, std::less<>> prefixes;
  std::string fingerprint;

  // The chains that were verified with these bundles, like those of
  // TrustStore::Impl.
  mutable std::once_flag chains_made;
  mutable std::shared_ptr<internal::ChainsByVerification> chains;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_SPIFFE_PEERS_IMPL_H_
