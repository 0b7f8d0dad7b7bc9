// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Takes the body of a response: decodes, limits and delivers it.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_RESPONSE_BODY_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_RESPONSE_BODY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/http/internal/inflater.h"

namespace airlock::http::internal {

struct ResponseBodyOptions {
  bool gzip = false;
  uint64_t max_received = 0;
  uint64_t max_decoded = 0;
  // At a limit: stop, instead of an error.
  bool allow_truncated = false;
  // Null: collected.
  std::function<absl::Status(absl::string_view)> on_data;
};

// For one response. Thread-compatible.
class ResponseBody {
 public:
  static absl::StatusOr<std::unique_ptr<ResponseBody>> Create(
      ResponseBodyOptions options);

  // Takes the next part. False if the body was cut off at a limit: then it is
  // complete. Errors: kTooLarge, kBody, those of Inflater.
  absl::StatusOr<bool> Put(absl::string_view data);
  // The body is complete.
  absl::Status Finish();

  bool truncated() const { return truncated_; }
  bool gzip() const { return inflater_ != nullptr; }
  uint64_t received() const { return received_; }
  // What was collected.
  std::string Take() { return std::move(collected_); }

 private:
  ResponseBody(ResponseBodyOptions options, std::unique_ptr<Inflater> inflater)
      : options_(std::move(options)), inflater_(std::move(inflater)) {}

  // False at the limit.
  absl::StatusOr<bool> Deliver(absl::string_view data);
  absl::Status TooLarge(absl::string_view what, uint64_t limit) const;

  const ResponseBodyOptions options_;
  const std::unique_ptr<Inflater> inflater_;
  uint64_t received_ = 0;
  uint64_t decoded_ = 0;
  bool truncated_ = false;
  std::string collected_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_RESPONSE_BODY_H_
