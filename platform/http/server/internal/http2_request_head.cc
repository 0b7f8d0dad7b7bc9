// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/http2_request_head.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace airlock::http::internal {
namespace {

// What a field takes in HTTP/1.1 besides its name and value: ": " and CRLF.
constexpr size_t kFieldOverhead = 4;

}  // namespace

void Http2RequestHead::Add(absl::string_view name, absl::string_view value) {
  bytes_ += name.size() + value.size() + kFieldOverhead;
  if (too_large() || finished_) return;
  if (name == ":method") {
    request_.method = std::string(value);
  } else if (name == ":path") {
    request_.target = std::string(value);
  } else if (name == ":authority") {
    request_.authority = std::string(value);
  } else if (name == "cookie") {
    // They may come in parts (RFC 9113, section 8.2.3).
    absl::StrAppend(&cookies_, cookies_.empty() ? "" : "; ", value);
  } else if (!absl::StartsWith(name, ":")) {
    request_.headers.Add(name, value);
  }
}

std::optional<ServerResponse> Http2RequestHead::Finish(bool ended) {
  finished_ = true;
  if (too_large()) {
    return TextResponse(431, "the request's headers are too large");
  }
  if (!cookies_.empty()) request_.headers.Add("cookie", cookies_);
  request_.has_body = !ended;
  uint64_t length = 0;
  const auto stated = request_.headers.Get("content-length");
  if (stated.has_value() && absl::SimpleAtoi(*stated, &length)) {
    request_.content_length = length;
  }
  if (request_.method == "CONNECT") {
    return TextResponse(501, "the method CONNECT is not supported");
  }
  const auto host = request_.headers.Get("host");
  if (request_.authority.empty()) {
    request_.authority = std::string(host.value_or(""));
  } else if (host.has_value() &&
             !absl::EqualsIgnoreCase(*host, request_.authority)) {
    return TextResponse(400, "the fields :authority and Host differ");
  }
  if (!absl::StartsWith(request_.target, "/") &&
      !(request_.target == "*" && request_.method == "OPTIONS")) {
    return TextResponse(400, "the request's target is invalid");
  }
  return std::nullopt;
}

bool Http2RequestHead::expects_continue() const {
  return absl::EqualsIgnoreCase(request_.headers.Get("expect").value_or(""),
                                "100-continue");
}

}  // namespace airlock::http::internal
