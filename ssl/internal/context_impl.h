// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/context.h.
#ifndef AIRLOCK_SSL_INTERNAL_CONTEXT_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_CONTEXT_IMPL_H_

#include <openssl/base.h>

#include <memory>

#include "ssl/context.h"
#include "ssl/internal/revocation_verdicts.h"
#include "ssl/internal/verified_chains.h"
#include "ssl/options.h"
#include "ssl/ticket_keyring.h"

namespace airlock::ssl {

struct Context::Impl {
  ContextOptions options;
  TlsVersion minimum_version = TlsVersion::kTls1_2;
  TlsVersion maximum_version = TlsVersion::kTls1_3;
  bssl::UniquePtr<SSL_CTX> ctx;
  // Null if tickets are off or have static keys, or if it is for clients only.
  std::shared_ptr<TicketKeyring> ticket_keyring;
  mutable SessionCounters counters;
  // Null if it verifies no peer.
  std::shared_ptr<internal::VerifiedChains> verified_chains;
  // For `revocation`; some hundred bytes each, once used.
  mutable internal::RevocationVerdicts revocation_verdicts{1024};
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_CONTEXT_IMPL_H_
