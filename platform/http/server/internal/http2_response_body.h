// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The body of a response in HTTP/2.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP2_RESPONSE_BODY_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP2_RESPONSE_BODY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "platform/http/message.h"

namespace airlock::http::internal {

// A string or a reader's content. Thread-compatible.
class Http2ResponseBody {
 public:
  Http2ResponseBody() = default;  // Empty.
  Http2ResponseBody(std::string text, std::unique_ptr<BodyReader> reader);

  // How many bytes it has, if that is known.
  std::optional<uint64_t> size() const { return left_; }
  bool empty() const { return left_.has_value() && *left_ == 0; }
  // How many bytes it keeps in memory.
  size_t memory() const;

  // The next bytes; sets `last` with the last ones. Errors: those of the
  // reader, also if it has fewer bytes than it said.
  absl::StatusOr<size_t> Read(absl::Span<char> into, bool* last);

 private:
  std::string text_;
  size_t offset_ = 0;
  std::unique_ptr<BodyReader> reader_;
  std::optional<uint64_t> left_ = 0;  // Unset: unknown.
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP2_RESPONSE_BODY_H_
