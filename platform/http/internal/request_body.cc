// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/request_body.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "platform/http/error.h"
#include "ssl/guarded.h"

namespace airlock::http::internal {
namespace {

constexpr size_t kPart = 16 << 10;  // A TLS record.

}  // namespace

std::optional<uint64_t> RequestBody::size() const {
  return reader_ == nullptr ? text_.size() : reader_->size();
}

absl::StatusOr<size_t> RequestBody::Read() {
  buffer_.resize(kPart);
  absl::StatusOr<size_t> size = ssl::Guarded("body reader", [this] {
    return reader_->Read(absl::MakeSpan(&buffer_[0], buffer_.size()));
  });
  if (!size.ok()) return WithFailure(size.status(), Failure::kBody);
  if (*size > buffer_.size()) {
    return MakeFailure(Failure::kBody,
                       "the body reader returned more bytes than fit");
  }
  buffer_.resize(*size);
  sent_ += *size;
  const std::optional<uint64_t> whole = reader_->size();
  if (whole.has_value() && (*size == 0 ? sent_ < *whole : sent_ > *whole)) {
    return MakeFailure(
        Failure::kBody,
        absl::StrCat("the body reader has ", *size == 0 ? "fewer" : "more",
                     " bytes than the ", *whole, " that it announced"));
  }
  return size;
}

absl::StatusOr<absl::string_view> RequestBody::Next() {
  if (ended_) return "";
  if (reader_ == nullptr) {
    ended_ = true;
    return text_;
  }
  const absl::StatusOr<size_t> size = Read();
  if (!size.ok()) return size.status();
  ended_ = *size == 0;
  return buffer_;
}

absl::Status RequestBody::Rewind() {
  ended_ = false;
  sent_ = 0;
  if (reader_ == nullptr) return absl::OkStatus();
  absl::Status status =
      ssl::Guarded("body reader", [this] { return reader_->Rewind(); });
  return status.ok() ? status : WithFailure(std::move(status), Failure::kBody);
}

}  // namespace airlock::http::internal
