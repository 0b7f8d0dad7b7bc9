// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/stream_order.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>

namespace airlock::http::internal {

StreamOrder::Fault StreamOrder::Check(const Http2FrameHeader& frame) {
  const bool is_headers = frame.type == NGHTTP2_HEADERS;
  const bool is_reset = frame.type == NGHTTP2_RST_STREAM;
  if (!is_headers && !is_reset && frame.type != NGHTTP2_DATA) {
    return Fault::kNone;
  }
  const uint32_t id = frame.stream;
  // nghttp2 refuses these, and frames for streams that do not exist yet.
  if (id % 2 == 0 || (id > latest_ && !is_headers)) return Fault::kNone;
  if (id > latest_) {
    if (id > latest_ + 2) {
      skipped_[next_skipped_] = {latest_, id};
      next_skipped_ = (next_skipped_ + 1) % kSkipped;
    }
    latest_ = id;
  } else if (!is_reset) {
    if (std::find(ended_.begin(), ended_.end(), id) != ended_.end()) {
      return Fault::kEnded;
    }
    for (const auto& [before, after] : skipped_) {
      if (before < id && id < after) return Fault::kOutOfOrder;
    }
  }
  if (is_reset || (frame.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
    ended_[next_ended_] = id;
    next_ended_ = (next_ended_ + 1) % kEnded;
  }
  return Fault::kNone;
}

}  // namespace airlock::http::internal
