// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Sees every frame of HTTP/2, also those that nghttp2 skips.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_FRAME_SCANNER_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_FRAME_SCANNER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace airlock::http::internal {

// RFC 9113, section 4.1.
struct Http2FrameHeader {
  uint32_t length = 0;
  uint8_t type = 0;
  uint8_t flags = 0;
  uint32_t stream = 0;

  // DATA that has no data: empty, or nothing but padding.
  bool IsEmptyData() const;
};

// Follows the frames in a stream of bytes, without their content.
// Thread-compatible.
class Http2FrameScanner {
 public:
  using OnFrame = absl::FunctionRef<void(const Http2FrameHeader&)>;

  // `skip`: how many bytes come before the first frame.
  explicit Http2FrameScanner(size_t skip = 0) : skip_(skip) {}

  // Takes the next bytes. Calls `on_frame` for each frame whose header is
  // complete.
  void Scan(absl::string_view bytes, OnFrame on_frame);

 private:
  size_t skip_;
  std::string header_;  // What has arrived of one.
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_FRAME_SCANNER_H_
