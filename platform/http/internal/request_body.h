// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The bytes of a request's body.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_REQUEST_BODY_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_REQUEST_BODY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/http/message.h"

namespace airlock::http::internal {

// A string, a reader's content, or nothing. The string and the reader must
// outlive it. Thread-compatible.
class RequestBody {
 public:
  RequestBody() = default;
  explicit RequestBody(absl::string_view text) : text_(text) {}
  explicit RequestBody(BodyReader* reader) : reader_(reader) {}

  // How many bytes it has; unset if only its end will tell.
  std::optional<uint64_t> size() const;

  // The next bytes, valid until the next call; empty at the end. Errors:
  // Failure::kBody.
  absl::StatusOr<absl::string_view> Next();
  // Whether Next has no more bytes to give. False if a reader has yet to say
  // so.
  bool ended() const { return ended_; }

  // Starts again. Errors: those of BodyReader::Rewind.
  absl::Status Rewind();

 private:
  absl::StatusOr<size_t> Read();

  absl::string_view text_;
  BodyReader* reader_ = nullptr;
  uint64_t sent_ = 0;
  bool ended_ = false;
  std::string buffer_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_REQUEST_BODY_H_
