// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/http2_response_body.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "ssl/guarded.h"

namespace airlock::http::internal {

Http2ResponseBody::Http2ResponseBody(std::string text,
                                     std::unique_ptr<BodyReader> reader)
    : text_(std::move(text)), reader_(std::move(reader)) {
  left_ = reader_ == nullptr ? text_.size() : reader_->size();
}

size_t Http2ResponseBody::memory() const {
  return text_.size() + (reader_ == nullptr ? 0 : reader_->memory());
}

absl::StatusOr<size_t> Http2ResponseBody::Read(absl::Span<char> into,
                                               bool* last) {
  size_t size = into.size();
  if (left_.has_value()) size = std::min<uint64_t>(size, *left_);
  if (reader_ == nullptr) {
    text_.copy(into.data(), size, offset_);
    offset_ += size;
  } else if (size > 0) {
    absl::StatusOr<size_t> read = ssl::Guarded(
        "BodyReader", [&] { return reader_->Read(into.first(size)); });
    if (!read.ok()) return read;
    if (*read > size || (*read == 0 && left_.has_value())) {
      return absl::InternalError("the reader has another size than it said");
    }
    size = *read;
  }
  if (left_.has_value()) *left_ -= size;
  *last = left_.has_value() ? *left_ == 0 : size == 0;
  return size;
}

}  // namespace airlock::http::internal
