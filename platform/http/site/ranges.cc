// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/ranges.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace airlock::http {
namespace {

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

// A number too large for 64 bits is the largest one: it is beyond every file.
std::optional<uint64_t> ParseDigits(absl::string_view digits) {
  if (digits.empty() ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit)) {
    return std::nullopt;
  }
  uint64_t number = 0;
  return absl::SimpleAtoi(digits, &number) ? number : kMax;
}

// Appends the part that `spec` ("0-99", "100-", "-5") names, if the file has
// it. False if `spec` is invalid.
bool AddPart(absl::string_view spec, uint64_t size,
             std::vector<ByteRange>* parts) {
  const size_t dash = spec.find('-');
  if (dash == absl::string_view::npos) return false;
  const auto last = ParseDigits(spec.substr(dash + 1));
  if (dash == 0) {
    if (!last.has_value()) return false;
    const uint64_t length = std::min(*last, size);
    if (length > 0) parts->push_back({size - length, length});
    return true;
  }
  const auto first = ParseDigits(spec.substr(0, dash));
  const bool open = dash + 1 == spec.size();
  if (!first.has_value() || (!open && !last.has_value())) return false;
  if (!open && *last < *first) return false;
  if (*first >= size) return true;
  const uint64_t end = open || *last >= size ? size : *last + 1;
  parts->push_back({*first, end - *first});
  return true;
}

}  // namespace

std::string ContentRange(const ByteRange& range, uint64_t size) {
  return absl::StrCat("bytes ", range.first, "-", range.first + range.size - 1,
                      "/", size);
}

RangeRequest ParseRange(absl::string_view value, uint64_t size) {
  constexpr absl::string_view kUnit = "bytes=";
  RangeRequest request;
  if (size == 0 || !absl::StartsWithIgnoreCase(value, kUnit)) return request;
  size_t specs = 0;
  std::vector<ByteRange> parts;
  for (absl::string_view spec :
       absl::StrSplit(value.substr(kUnit.size()), ',')) {
    spec = absl::StripAsciiWhitespace(spec);
    if (spec.empty()) continue;
    if (++specs > kMostRanges || !AddPart(spec, size, &parts)) return request;
  }
  if (specs == 0) return request;
  if (parts.empty()) {
    request.kind = RangeRequest::Kind::kUnsatisfiable;
    return request;
  }
  uint64_t left = size;
  for (const ByteRange& part : parts) {
    if (part.size > left) return request;
    left -= part.size;
  }
  request.kind = RangeRequest::Kind::kParts;
  request.parts = std::move(parts);
  return request;
}

}  // namespace airlock::http
