// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/handler.h"

#include "absl/strings/str_cat.h"
#include "boost/beast/http/status.hpp"

namespace airlock::http {

ServerResponse TextResponse(int status, absl::string_view text) {
  ServerResponse response;
  response.status = status;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.body = absl::StrCat(text, "\n");
  return response;
}

ServerResponse ErrorResponse(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return TextResponse(400, status.message());
    case absl::StatusCode::kPermissionDenied:
      return TextResponse(403, status.message());
    case absl::StatusCode::kNotFound:
      return TextResponse(404, status.message());
    case absl::StatusCode::kDeadlineExceeded:
      return TextResponse(408, status.message());
    case absl::StatusCode::kAlreadyExists:
      return TextResponse(409, status.message());
    case absl::StatusCode::kOutOfRange:
      return TextResponse(413, status.message());
    case absl::StatusCode::kResourceExhausted: {
      ServerResponse response = TextResponse(503, status.message());
      response.headers.Add("Retry-After", "1");
      return response;
    }
    default:
      return TextResponse(500, "the server failed to answer this request");
  }
}

absl::string_view ReasonPhrase(int status) {
  const auto known = boost::beast::http::int_to_status(status);
  if (known == boost::beast::http::status::unknown) return "";
  const auto phrase = boost::beast::http::obsolete_reason(known);
  return absl::string_view(phrase.data(), phrase.size());
}

}  // namespace airlock::http
