// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A BIO over a Transport.
#ifndef AIRLOCK_SSL_INTERNAL_TRANSPORT_BIO_H_
#define AIRLOCK_SSL_INTERNAL_TRANSPORT_BIO_H_

#include <openssl/base.h>

#include <array>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "ssl/internal/psk_lookahead.h"
#include "ssl/transport.h"

namespace airlock::ssl::internal {

// What a transport's BIO works on. Must outlive the BIO.
struct TransportBioState {
  std::unique_ptr<Transport> transport;
  // Reads the transport ahead; may be null.
  PskLookahead* lookahead = nullptr;
  // The first error that the transport gave in each direction; no call goes
  // there after that.
  absl::Status read_error;
  absl::Status write_error;
  // Set where a callback has failed that BoringSSL does not ask for an answer:
  // nothing more is read or sent.
  bool halted = false;
  // The last call's deadline passed; the call may be repeated.
  absl::Status timeout;
  // The stream has ended on the reading side.
  bool eof = false;
  // The last bytes that were read, as many as an alert in clear has.
  std::array<uint8_t, 7> tail = {};
  // How many bytes the transport gave and took.
  uint64_t received = 0;
  uint64_t sent = 0;
};

// Makes a BIO that reads from and writes to state->transport. Null where memory
// is short.
bssl::UniquePtr<BIO> NewTransportBio(TransportBioState* state);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_TRANSPORT_BIO_H_
