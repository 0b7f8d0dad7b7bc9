// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Collects the head of a request in HTTP/2.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP2_REQUEST_HEAD_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP2_REQUEST_HEAD_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "platform/http/server/handler.h"

namespace airlock::http::internal {

// Checks what nghttp2 does not (RFC 9113, section 8.3). Thread-compatible.
class Http2RequestHead {
 public:
  // `max_bytes` limits the head, and the trailers.
  explicit Http2RequestHead(size_t max_bytes) : max_bytes_(max_bytes) {
    request_.version = Version::kHttp2;
  }

  // The next field, whose syntax is valid. Those of trailers are not kept.
  void Add(absl::string_view name, absl::string_view value);
  // Whether the fields exceed the limit: they are not kept.
  bool too_large() const { return bytes_ > max_bytes_; }
  // Whether they exceed it by so much that they were meant to.
  bool is_bomb() const { return bytes_ > max_bytes_ + kBomb; }

  // No more fields follow; `ended`: no body either. A response, if the request
  // must be refused.
  std::optional<ServerResponse> Finish(bool ended);
  bool finished() const { return finished_; }
  // Trailers begin.
  void BeginTrailers() { bytes_ = 0; }

  const ServerRequest& request() const { return request_; }
  bool expects_continue() const;

 private:
  static constexpr size_t kBomb = 64 << 10;

  const size_t max_bytes_;
  size_t bytes_ = 0;
  bool finished_ = false;
  ServerRequest request_;
  std::string cookies_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP2_REQUEST_HEAD_H_
