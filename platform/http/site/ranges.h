// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Requests for parts of a file (RFC 9110, section 14).
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_RANGES_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_RANGES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace airlock::http {

struct ByteRange {
  uint64_t first = 0;
  uint64_t size = 0;
};

// "bytes 0-99/1000".
std::string ContentRange(const ByteRange& range, uint64_t size);

struct RangeRequest {
  enum class Kind {
    kWhole,          // The header is to be ignored.
    kParts,          // `parts`, which is not empty.
    kUnsatisfiable,  // 416.
  };
  Kind kind = Kind::kWhole;
  std::vector<ByteRange> parts;  // In the order of the request.
};

// The most parts of one response.
constexpr size_t kMostRanges = 16;

// Reads the value of a Range header for a file of `size` bytes. Ignored, which
// the RFC allows: an unknown unit, an invalid value, more than kMostRanges
// ranges, and ranges that together are longer than the file, so that no request
// makes the server send more than the file. Any range of an empty file is
// ignored, too.
RangeRequest ParseRange(absl::string_view value, uint64_t size);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_RANGES_H_
