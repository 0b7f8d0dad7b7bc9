// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A transport that needs few system calls, and no memory while it is idle.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_READ_AHEAD_TRANSPORT_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_READ_AHEAD_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/types/span.h"
#include "platform/posix_transport.h"
#include "ssl/transport.h"

namespace airlock::http::internal {

// TLS reads five bytes of a record, and then the rest. This reads as much as
// there is into a buffer. After a short read it does not read again until
// Ready. Thread-compatible.
class ReadAheadTransport final : public ssl::Transport {
 public:
  // Enough for two records of TLS (RFC 8446, section 5.2).
  static constexpr size_t kBufferSize = 33 << 10;

  // `transport` must not wait. `buffer` outlives this; connections that take
  // turns can share it, see LeaveBuffer.
  ReadAheadTransport(std::unique_ptr<platform::PosixTransport> transport,
                     absl::Span<uint8_t> buffer);
  // With its own buffer of kBufferSize.
  explicit ReadAheadTransport(
      std::unique_ptr<platform::PosixTransport> transport);

  ssl::IoResult Read(absl::Span<uint8_t> into) override;
  ssl::IoResult Write(absl::Span<const uint8_t> from) override;

  // The descriptor is ready: there may be more to read.
  void Ready() { drained_ = false; }
  // Nothing is read for some time, and other connections may use a shared
  // buffer. Keeps what is left in it, and frees a buffer of its own if that is
  // empty.
  void LeaveBuffer();
  // Whether something is left to read without a system call.
  bool has_buffered() const { return !left_.empty(); }
  // Whether a read would give nothing before Ready.
  bool exhausted() const { return drained_ && left_.empty() && !ended_; }
  // Whether the peer's stream has ended, or failed.
  bool ended() const { return ended_; }

  platform::PosixTransport& posix() { return *transport_; }

 private:
  const std::unique_ptr<platform::PosixTransport> transport_;
  const bool shares_buffer_;
  std::unique_ptr<uint8_t[]> own_buffer_;  // Null while it is not needed.
  absl::Span<uint8_t> buffer_;
  absl::Span<const uint8_t> left_;  // In buffer_ or kept_.
  std::string kept_;
  bool drained_ = false;
  bool ended_ = false;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_READ_AHEAD_TRANSPORT_H_
