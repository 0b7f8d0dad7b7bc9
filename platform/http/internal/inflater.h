// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Decodes gzip (RFC 1952) as it arrives.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_INFLATER_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_INFLATER_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::http::internal {

// A stream of gzip members. Needs little memory whatever the data expands to.
// Thread-compatible.
class Inflater {
 public:
  // Gets decoded data; false ends decoding.
  using Output = absl::FunctionRef<absl::StatusOr<bool>(absl::string_view)>;

  static absl::StatusOr<std::unique_ptr<Inflater>> Create();

  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Decodes `data`. False if `output` ended it. Errors: Failure::kProtocol for
  // data that is not gzip, and those of `output`.
  absl::StatusOr<bool> Put(absl::string_view data, Output output);

  // No more data follows. An error (kTruncated) in the middle of a member. Ok
  // without any data.
  absl::Status Finish() const;

 private:
  struct State;
  explicit Inflater(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_INFLATER_H_
