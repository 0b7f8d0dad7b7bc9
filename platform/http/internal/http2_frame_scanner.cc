// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/http2_frame_scanner.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>

namespace airlock::http::internal {
namespace {

constexpr size_t kHeaderSize = 9;
// The length of the padding, and the padding.
constexpr uint32_t kMaxPadding = 256;

uint32_t Number(absl::string_view bytes) {
  uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

}  // namespace

bool Http2FrameHeader::IsEmptyData() const {
  return type == NGHTTP2_DATA &&
         (length == 0 ||
          ((flags & NGHTTP2_FLAG_PADDED) != 0 && length <= kMaxPadding));
}

void Http2FrameScanner::Scan(absl::string_view bytes, OnFrame on_frame) {
  while (!bytes.empty()) {
    if (skip_ > 0) {
      const size_t skipped = std::min(skip_, bytes.size());
      skip_ -= skipped;
      bytes.remove_prefix(skipped);
      continue;
    }
    const absl::string_view part =
        bytes.substr(0, kHeaderSize - header_.size());
    header_.append(part.data(), part.size());
    bytes.remove_prefix(part.size());
    if (header_.size() < kHeaderSize) return;
    const absl::string_view header = header_;
    Http2FrameHeader frame;
    frame.length = Number(header.substr(0, 3));
    frame.type = static_cast<uint8_t>(header[3]);
    frame.flags = static_cast<uint8_t>(header[4]);
    frame.stream = Number(header.substr(5)) & 0x7fffffff;
    header_.clear();
    skip_ = frame.length;
    on_frame(frame);
  }
}

}  // namespace airlock::http::internal
