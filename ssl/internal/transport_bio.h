// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A BIO over a Transport.
#ifndef AIRLOCK_SSL_INTERNAL_TRANSPORT_BIO_H_
#define AIRLOCK_SSL_INTERNAL_TRANSPORT_BIO_H_

#include <openssl/base.h>

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "ssl/internal/call_scope.h"
#include "ssl/internal/psk_lookahead.h"
#include "ssl/transport.h"

namespace airlock::ssl::internal {

// The state of a transport's BIO. Must outlive the BIO.
struct TransportBioState {
  std::unique_ptr<Transport> transport;
  // Reads the transport ahead; may be null.
  PskLookahead* lookahead = nullptr;
  // The transport's first error in each direction; after it, the transport is
  // not called again in that direction.
  absl::Status read_error;
  absl::Status write_error;
  // Set if a callback failed whose result BoringSSL ignores: nothing more is
  // read or sent.
  bool halted = false;
  // The last call's deadline passed; the call may be repeated.
  absl::Status timeout;
  // The BIO says that the last call may be repeated.
  bool retries = false;
  // The stream has ended on the reading side.
  bool eof = false;
  // The connection's; calls of the transport reset its time.
  CallClock clock;
  // The last eight bytes that were read, as a number, while `keeps_tail` is
  // set. An unencrypted alert has seven.
  uint64_t tail = 0;
  bool keeps_tail = false;
  // How many bytes the transport read and wrote.
  uint64_t received = 0;
  uint64_t sent = 0;
};

// Makes a BIO that reads from and writes to state->transport. Null if out of
// memory.
bssl::UniquePtr<BIO> NewTransportBio(TransportBioState* state);

// The state that `bio` was made with.
TransportBioState* StateOfTransportBio(BIO* bio);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_TRANSPORT_BIO_H_
