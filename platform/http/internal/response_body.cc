// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/response_body.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/http/error.h"
#include "ssl/guarded.h"

namespace airlock::http::internal {

absl::StatusOr<std::unique_ptr<ResponseBody>> ResponseBody::Create(
    ResponseBodyOptions options) {
  std::unique_ptr<Inflater> inflater;
  if (options.gzip) {
    absl::StatusOr<std::unique_ptr<Inflater>> made = Inflater::Create();
    if (!made.ok()) return made.status();
    inflater = *std::move(made);
  }
  // Not make_unique: the constructor is private.
  return std::unique_ptr<ResponseBody>(
      new ResponseBody(std::move(options), std::move(inflater)));
}

absl::Status ResponseBody::TooLarge(absl::string_view what,
                                    uint64_t limit) const {
  return MakeFailure(Failure::kTooLarge,
                     absl::StrCat("the response's body is larger than ", limit,
                                  " bytes", what, ", the request's limit"));
}

absl::StatusOr<bool> ResponseBody::Put(absl::string_view data) {
  const uint64_t room = options_.max_received - received_;
  if (data.size() > room) {
    if (!options_.allow_truncated) return TooLarge("", options_.max_received);
    truncated_ = true;
    data = data.substr(0, room);
  }
  received_ += data.size();
  const absl::StatusOr<bool> more =
      inflater_ == nullptr
          ? Deliver(data)
          : inflater_->Put(data, [this](absl::string_view decoded) {
              return Deliver(decoded);
            });
  if (!more.ok()) return more;
  return !truncated_;
}

absl::StatusOr<bool> ResponseBody::Deliver(absl::string_view data) {
  const uint64_t room = options_.max_decoded - decoded_;
  if (data.size() > room) {
    if (!options_.allow_truncated) {
      return TooLarge(" when decoded", options_.max_decoded);
    }
    truncated_ = true;
    data = data.substr(0, room);
  }
  decoded_ += data.size();
  if (data.empty()) return !truncated_;
  if (options_.on_data == nullptr) {
    collected_.append(data.data(), data.size());
    return !truncated_;
  }
  absl::Status status =
      ssl::Guarded("on_data callback", [&] { return options_.on_data(data); });
  if (!status.ok()) return WithFailure(std::move(status), Failure::kBody);
  return !truncated_;
}

absl::Status ResponseBody::Finish() {
  if (inflater_ == nullptr || truncated_) return absl::OkStatus();
  return inflater_->Finish();
}

}  // namespace airlock::http::internal
