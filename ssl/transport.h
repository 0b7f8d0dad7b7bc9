// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The byte stream that a TLS socket runs over.
#ifndef AIRLOCK_SSL_TRANSPORT_H_
#define AIRLOCK_SSL_TRANSPORT_H_

#include <cstdint>

#include "absl/types/span.h"
#include "ssl/io_result.h"

namespace airlock::ssl {

// A two-way byte stream, such as a TCP connection.
//
// A transport may block or not. One that blocks returns kDone, kClosed or an
// error (absl::StatusCode::kDeadlineExceeded once its deadline has passed); one
// that does not block returns kWantRead or kWantWrite.
//
// Used by one Socket at a time, on the thread that calls the Socket. It must
// not call back into that Socket.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  // Reads between 1 and into.size() bytes; `into` is never empty. kClosed means
  // that the peer ended the stream. An error is final: the Socket's caller gets
  // it with kind ErrorKind::kTransport and its own message. The exception is
  // kDeadlineExceeded: it becomes kTimeout, and the call may be repeated.
  virtual IoResult Read(absl::Span<uint8_t> into) = 0;

  // Writes between 1 and from.size() bytes; `from` is never empty. Must not
  // return kClosed: a stream that accepts no more bytes is an error.
  virtual IoResult Write(absl::Span<const uint8_t> from) = 0;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_TRANSPORT_H_
