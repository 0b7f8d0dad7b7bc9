// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Callbacks that cannot answer at once.
#ifndef AIRLOCK_SSL_LATER_H_
#define AIRLOCK_SSL_LATER_H_

#include "absl/status/status.h"

namespace airlock::ssl {

// What a callback returns that does not have its answer yet: `sni`, `verify`,
// `client_credentials`, `psk_client` and `psk_server` of ContextOptions, and a
// Signer. The operation of the Socket then answers IoState::kWantCallback, and
// IoResult::callback() says which it was. Once the answer is there, the caller calls the operation
// again, which calls the callback again with the same arguments; it may answer
// Later() as often as it likes. How the caller learns of the answer is between
// it and the callback; a call that comes early does no harm.
//
//   options.verify = [&](const Socket&, const VerifiedPeer& peer) {
//     return revocations.Known(peer) ? revocations.Verdict(peer) : Later();
//   };
//   ...
//   const IoResult result = socket->Handshake();
//   if (result.want_callback()) return WaitFor(revocations);
//
// From any other callback it is an error like any other. Thread-safe.
absl::Status Later();

// Whether `status` is Later(). Thread-safe.
bool IsLater(const absl::Status& status);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_LATER_H_
