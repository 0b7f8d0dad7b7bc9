// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The byte transport that a TLS socket runs over.
#ifndef AIRLOCK_SSL_TRANSPORT_H_
#define AIRLOCK_SSL_TRANSPORT_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace airlock::ssl {

// How far an operation got. Would-block is a result, not an error.
enum class IoState {
  kDone,       // The operation is complete; for data, `bytes` were moved.
  kWantRead,   // Nothing moved; call again once the transport is readable.
  kWantWrite,  // Nothing moved; call again once the transport is writable.
  kClosed,     // The peer ended its side in an orderly way; no bytes follow.
};

struct IoResult {
  IoState state = IoState::kDone;
  // How many bytes were moved. 0 unless `state` is kDone.
  size_t bytes = 0;

  static IoResult Done(size_t bytes = 0) { return {IoState::kDone, bytes}; }
  static IoResult WantRead() { return {IoState::kWantRead, 0}; }
  static IoResult WantWrite() { return {IoState::kWantWrite, 0}; }
  static IoResult Closed() { return {IoState::kClosed, 0}; }
};

// A two-way byte stream, as a TCP connection is.
//
// Blocking is the transport's own business: one that waits answers kDone,
// kClosed or an error (absl::StatusCode::kDeadlineExceeded once its deadline
// has passed); one that does not wait answers kWantRead or kWantWrite.
//
// Called by one Socket at a time, from the thread that calls the Socket. It
// must not call back into that Socket.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  // Reads between 1 and into.size() bytes; `into` is never empty. kClosed says
  // that the peer ended the stream. An error is final: it comes back to the
  // Socket's caller with kind ErrorKind::kTransport and its own message. But
  // kDeadlineExceeded comes back as kTimeout, and the call may be repeated.
  virtual absl::StatusOr<IoResult> Read(absl::Span<uint8_t> into) = 0;

  // Writes between 1 and from.size() bytes; `from` is never empty. kClosed is
  // not an answer here: a stream that takes no more bytes is an error.
  virtual absl::StatusOr<IoResult> Write(absl::Span<const uint8_t> from) = 0;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_TRANSPORT_H_
