// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Callbacks that cannot answer at once.
#ifndef AIRLOCK_SSL_LATER_H_
#define AIRLOCK_SSL_LATER_H_

#include "absl/status/status.h"

namespace airlock::ssl {

// What a callback returns if its answer is not ready yet: `sni`, `revocation`,
// `verify`, `client_credentials`, `psk_client` and `psk_server` of
// ContextOptions, a Signer and a TicketKeeper. The Socket's operation then
// returns IoState::kWantCallback, and IoResult::callback() names the callback.
// Once the answer is ready, the caller repeats the operation, which calls the
// callback again with the same arguments. The callback may return Later() any
// number of times. The application arranges how the caller learns that the
// answer is ready; calling too early is harmless.
//
//   options.verify = [&](const Socket&, const VerifiedPeer& peer) {
//     return revocations.Known(peer) ? revocations.Verdict(peer) : Later();
//   };
//   ...
//   const IoResult result = socket->Handshake();
//   if (result.want_callback()) return WaitFor(revocations);
//
// From any other callback, Later() is an ordinary error. Thread-safe.
absl::Status Later();

// Whether `status` is Later(). Thread-safe.
bool IsLater(const absl::Status& status);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_LATER_H_
