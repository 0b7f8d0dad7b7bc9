// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/hop.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/http/error.h"
#include "ssl/shown.h"

namespace airlock::http::internal {
namespace {

// The largest Request::max_redirects.
constexpr int kMaxRedirects = 5;

// The client sets these itself: they delimit messages, or belong to a
// connection.
constexpr std::array<absl::string_view, 13> kReserved = {"Connection",
                                                         "Content-Length",
                                                         "Expect",
                                                         "Host",
                                                         "HTTP2-Settings",
                                                         "Keep-Alive",
                                                         "Proxy-Authorization",
                                                         "Proxy-Connection",
                                                         "TE",
                                                         "Trailer",
                                                         "Transfer-Encoding",
                                                         "Upgrade",
                                                         "Proxy-Authenticate"};

// Headers that another origin may see.
constexpr std::array<absl::string_view, 14> kHarmless = {"Accept",
                                                         "Accept-Encoding",
                                                         "Accept-Language",
                                                         "Cache-Control",
                                                         "Content-Encoding",
                                                         "Content-Language",
                                                         "Content-Type",
                                                         "If-Match",
                                                         "If-Modified-Since",
                                                         "If-None-Match",
                                                         "If-Unmodified-Since",
                                                         "Pragma",
                                                         "Range",
                                                         "User-Agent"};

template <size_t kSize>
bool IsAmong(const std::array<absl::string_view, kSize>& names,
             absl::string_view name) {
  return std::any_of(names.begin(), names.end(), [name](absl::string_view one) {
    return absl::EqualsIgnoreCase(one, name);
  });
}

absl::Status Invalid(absl::string_view message) {
  return MakeFailure(Failure::kInvalidRequest, message);
}

absl::Status CheckMethod(absl::string_view method) {
  if (!IsToken(method)) {
    return Invalid(absl::StrCat("the method \"", ssl::Shown(method),
                                "\" is invalid; it must be a word such as GET "
                                "or POST"));
  }
  if (method == "CONNECT" || method == "TRACE") {
    return Invalid(absl::StrCat("the method ", method, " is not supported"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Hop> FirstHop(const Request& request) {
  absl::Status status = CheckMethod(request.method);
  if (!status.ok()) return status;
  absl::StatusOr<Url> url = ParseUrl(request.url);
  if (!url.ok()) return url.status();
  for (const Header& field : request.headers) {
    status = CheckHeader(field.name, field.value);
    if (!status.ok()) return status;
    if (IsAmong(kReserved, field.name)) {
      return Invalid(absl::StrCat("the header ", field.name,
                                  " is set by the client itself; remove it"));
    }
  }
  if (request.body_reader != nullptr && !request.body.empty()) {
    return Invalid("the request has a body and a body_reader; give one");
  }
  if (request.timeout <= absl::ZeroDuration()) {
    return Invalid(absl::StrCat("the timeout is ",
                                absl::FormatDuration(request.timeout),
                                "; it must be above 0"));
  }
  if (request.max_redirects < 0 || request.max_redirects > kMaxRedirects) {
    return Invalid(absl::StrCat("max_redirects is ", request.max_redirects,
                                "; it must be 0 to ", kMaxRedirects));
  }
  if (!request.versions.http1 && !request.versions.http2) {
    return Invalid("the request allows no version of HTTP");
  }
  Hop hop;
  hop.url = *std::move(url);
  hop.first_host = hop.url.host;
  hop.method = request.method;
  hop.headers = request.headers;
  hop.has_body = request.body_reader != nullptr || !request.body.empty();
  return hop;
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 ||
         status == 308;
}

absl::Status Follow(int status, absl::string_view location, Hop* hop) {
  absl::StatusOr<Url> url = ResolveUrl(hop->url, location);
  if (!url.ok()) return url.status();
  const bool to_get = (status == 303 && hop->method != "HEAD") ||
                      (status < 303 && hop->method == "POST");
  Headers headers;
  const bool elsewhere = !url->SameOrigin(hop->url);
  for (const Header& field : hop->headers) {
    if (elsewhere && !IsAmong(kHarmless, field.name)) continue;
    if (to_get && absl::StartsWithIgnoreCase(field.name, "Content-")) continue;
    headers.Add(field.name, field.value);
  }
  if (to_get) {
    hop->method = "GET";
    hop->has_body = false;
  }
  if (elsewhere) hop->identify = false;
  hop->headers = std::move(headers);
  hop->url = *std::move(url);
  return absl::OkStatus();
}

Headers FieldsToSend(const Hop& hop, bool decompress,
                     const std::optional<uint64_t>& size,
                     absl::string_view user_agent) {
  Headers fields = {{"Host", hop.url.authority()}};
  if (!hop.headers.Has("User-Agent")) fields.Add("User-Agent", user_agent);
  if (!hop.headers.Has("Accept")) fields.Add("Accept", "*/*");
  if (decompress && !hop.headers.Has("Accept-Encoding")) {
    fields.Add("Accept-Encoding", "gzip");
  }
  for (const Header& field : hop.headers) fields.Add(field.name, field.value);
  const bool may_have_body =
      hop.method == "POST" || hop.method == "PUT" || hop.method == "PATCH";
  if (hop.has_body && !size.has_value()) {
    fields.Add("Transfer-Encoding", "chunked");
  } else if (hop.has_body || may_have_body) {
    fields.Add("Content-Length", absl::StrCat(hop.has_body ? *size : 0));
  }
  return fields;
}

bool IsIdempotent(absl::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" ||
         method == "DELETE" || method == "OPTIONS";
}

}  // namespace airlock::http::internal
