// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/context.h.
#ifndef AIRLOCK_SSL_INTERNAL_CONTEXT_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_CONTEXT_IMPL_H_

#include <openssl/base.h>

#include <array>
#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "ssl/context.h"
#include "ssl/internal/revocation_verdicts.h"
#include "ssl/internal/verified_chains.h"
#include "ssl/options.h"
#include "ssl/ticket_keyring.h"
#include "ssl/trust_store.h"

namespace airlock::ssl {

namespace internal {

// A bundle in force, and what belongs to it.
struct TrustInForce {
  std::shared_ptr<const TrustStore> store;
  std::shared_ptr<VerifiedChains> verified_chains;
  // A server's sessions are for this bundle only.
  std::array<uint8_t, 32> session_id_context{};
};

}  // namespace internal

struct Context::Impl {
  // What a handshake that begins now verifies with, from trust_source; null if
  // there is none, or no peer is verified. Thread-safe.
  std::shared_ptr<const internal::TrustInForce> TakeTrust() const;

  // Of the bundle in force last; null if no peer is or was verified.
  std::shared_ptr<internal::VerifiedChains> Chains() const;

  ContextOptions options;
  TlsVersion minimum_version = TlsVersion::kTls1_2;
  TlsVersion maximum_version = TlsVersion::kTls1_3;
  bssl::UniquePtr<SSL_CTX> ctx;
  // Null if tickets are off or have static keys, or if it is for clients only.
  std::shared_ptr<TicketKeyring> ticket_keyring;
  mutable SessionCounters counters;
  // Null if it verifies no peer, or has a trust_source.
  std::shared_ptr<internal::VerifiedChains> verified_chains;
  // For `revocation`; some hundred bytes each, once used.
  mutable internal::RevocationVerdicts revocation_verdicts{1024};
  // The last result of TakeTrust.
  mutable absl::Mutex trust_mutex;
  mutable std::shared_ptr<const internal::TrustInForce> last_trust
      ABSL_GUARDED_BY(trust_mutex);
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_CONTEXT_IMPL_H_
