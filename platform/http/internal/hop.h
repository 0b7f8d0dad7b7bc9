// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One request of a call: the first one, or one that follows a redirect.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_HOP_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_HOP_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/http/headers.h"
#include "platform/http/message.h"
#include "platform/http/url.h"

namespace airlock::http::internal {

struct Hop {
  Url url;
  std::string method;
  Headers headers;  // The caller's.
  bool has_body = false;
  // The client's certificate may be presented.
  bool identify = true;
  std::string first_host;  // Of the request, before redirects.
};

// Checks `request` before anything is sent. Errors: Failure::kInvalidRequest.
// Pure and thread-safe, as are the functions below.
absl::StatusOr<Hop> FirstHop(const Request& request);

// Whether `status` is a redirect that a client follows.
bool IsRedirect(int status);

// Follows a redirect with `status` to `location` (RFC 9110, section 15.4):
//
//  - 303 becomes GET (HEAD stays), 301 and 302 make a GET of POST; the body and
//    its fields go. 307 and 308 change nothing.
//  - To another origin, only fields that cannot hold a secret go along (Accept,
//    Content-Type and so on); Authorization, Cookie, fields of unknown purpose
//    and the client's certificate stay behind.
//
// Errors: Failure::kRedirect, also if `location` is not https.
absl::Status Follow(int status, absl::string_view location, Hop* hop);

// The fields that are sent: the caller's and the client's own. `size`: of the
// body; unset: sent in chunks.
Headers FieldsToSend(const Hop& hop, bool decompress,
                     const std::optional<uint64_t>& size,
                     absl::string_view user_agent);

// Whether a request may be sent again after a connection broke, since twice
// has the effect of once (RFC 9110, section 9.2.2).
bool IsIdempotent(absl::string_view method);

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_HOP_H_
