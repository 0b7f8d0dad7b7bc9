// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Checks which HTTP/2 streams a client uses.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_STREAM_ORDER_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_STREAM_ORDER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "platform/http/internal/http2_frame_scanner.h"

namespace airlock::http::internal {

// Finds frames that nghttp2 ignores but RFC 9113 forbids, sections 5.1 and
// 5.1.1: those for a stream that the client has ended, and those that open a
// stream after a later one. A frame for a stream that the server has reset may
// have been on its way, and is allowed. Remembers only the latest streams, and
// allows what it cannot judge. Thread-compatible.
class StreamOrder {
 public:
  enum class Fault {
    kNone,
    kEnded,       // STREAM_CLOSED
    kOutOfOrder,  // PROTOCOL_ERROR
  };

  // The client's next frame.
  Fault Check(const Http2FrameHeader& frame);

 private:
  static constexpr size_t kEnded = 32;
  static constexpr size_t kSkipped = 4;

  uint32_t latest_ = 0;
  std::array<uint32_t, kEnded> ended_ = {};
  size_t next_ended_ = 0;
  // Between the first and the second, the client opened no stream.
  std::array<std::pair<uint32_t, uint32_t>, kSkipped> skipped_ = {};
  size_t next_skipped_ = 0;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_STREAM_ORDER_H_
