// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One request and its response in an Http2Session.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_STREAM_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "platform/http/internal/exchange.h"
#include "platform/http/internal/response_parser.h"

namespace airlock::http::internal {

// Knows the rules of messages (RFC 9113, section 8) that nghttp2 leaves to its
// user, and the limits of the request. Thread-compatible.
class Http2Stream {
 public:
  // Runs when it has ended.
  using OnEnd = std::function<void(absl::Status)>;

  Http2Stream(ExchangeOptions options, OnEnd on_end)
      : options_(std::move(options)), on_end_(std::move(on_end)) {}
  Http2Stream(const Http2Stream&) = delete;
  Http2Stream& operator=(const Http2Stream&) = delete;

  const ExchangeOptions& options() const { return options_; }
  bool answered() const { return answered_; }
  bool unprocessed() const { return unprocessed_; }
  bool requires_http1() const { return requires_http1_; }

  // For the session. Errors are final: they end the stream.

  int32_t id() const { return id_; }
  void set_id(int32_t id) { id_ = id; }

  // The fields of a response, or trailers. `name` and `value` are valid.
  void BeginFields();
  absl::Status OnField(absl::string_view name, absl::string_view value);
  absl::Status OnFieldsEnd();
  // False: the rest of the body is not wanted.
  absl::StatusOr<bool> OnData(absl::string_view data);
  // The next bytes of the request's body; sets `last` with the last ones.
  absl::StatusOr<size_t> ReadBody(absl::Span<uint8_t> into, bool* last);

  // The peer has sent RST_STREAM, or GOAWAY without this stream: an error.
  absl::Status OnReset(uint32_t code);
  // The stream was never sent.
  void set_unprocessed() { unprocessed_ = true; }
  // The connection ended before the response did: an error, with `detail`.
  absl::Status Truncated(absl::string_view detail) const;

  // It has ended: nothing more is called but Finish.
  bool ended() const { return ended_; }
  void End(absl::Status result);
  // Runs on_end; it may destroy this.
  void Finish();

 private:
  const ExchangeOptions options_;
  OnEnd on_end_;
  int32_t id_ = 0;

  absl::string_view sending_;

  ResponseHead head_;
  size_t field_bytes_ = 0;  // Of this head, or of the trailers.
  int interim_responses_ = 0;
  bool announced_ = false;

  bool answered_ = false;
  bool unprocessed_ = false;
  bool requires_http1_ = false;
  bool ended_ = false;
  absl::Status result_;
};

// "the server violated ...": the name of an error code (RFC 9113, section 7).
absl::string_view Http2ErrorName(uint32_t code);

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_STREAM_H_
