// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The head of an HTTP/1 response.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_RESPONSE_HEAD_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_RESPONSE_HEAD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "platform/http/server/handler.h"

namespace airlock::http::internal {

// Whether a handler's field `name` is left out of the response because the
// server sends its own: Date, Server, and those about the connection and the
// length of the body. In lower case or not.
bool IsServersField(absl::string_view name);

// Whether a status has no body, and so no length (RFC 9110, section 6.4.1).
bool HasNoBody(int status);

// A copy of `response` that can be sent: one with an invalid status or a field
// that could end the head becomes 500.
ServerResponse Sendable(ServerResponse response);

// How a response is delimited.
struct ResponseFraming {
  Version version = Version::kHttp1_1;
  bool keep_alive = true;
  bool chunked = false;
  std::optional<uint64_t> content_length;
};

// The status line and fields, with the final empty line.
std::string SerializeResponseHead(const ServerResponse& response,
                                  const ResponseFraming& framing,
                                  const std::string& date);

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_RESPONSE_HEAD_H_
