// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/response_head.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/http/headers.h"

namespace airlock::http::internal {
namespace {

// One allocation for most heads.
constexpr size_t kUsualHead = 1024;

}  // namespace

bool IsServersField(absl::string_view name) {
  static constexpr std::array<absl::string_view, 8> kNames = {
      "connection", "content-length",    "date",    "keep-alive",
      "server",     "transfer-encoding", "trailer", "upgrade"};
  // Each response asks for each of its fields.
  if (name.empty() || !absl::StrContains("cdkstu", name[0] | 0x20))
    return false;
  return std::any_of(kNames.begin(), kNames.end(), [&](absl::string_view own) {
    return absl::EqualsIgnoreCase(own, name);
  });
}

bool HasNoBody(int status) {
  return status < 200 || status == 204 || status == 304;
}

ServerResponse Sendable(ServerResponse response) {
  bool good = response.status >= 200 && response.status <= 599;
  for (const Header& field : response.headers) {
    good = good && CheckHeader(field.name, field.value).ok();
  }
  if (good) return response;
  return ErrorResponse(absl::InternalError("the response is invalid"));
}

std::string SerializeResponseHead(const ServerResponse& response,
                                  const ResponseFraming& framing,
                                  const std::string& date) {
  std::string head;
  head.reserve(kUsualHead);
  absl::StrAppend(&head, VersionName(framing.version), " ", response.status,
                  " ", ReasonPhrase(response.status),
                  "\r\nServer: airlock\r\nDate: ", date, "\r\n");
  for (const Header& field : response.headers) {
    if (IsServersField(field.name)) continue;
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (framing.chunked) {
    absl::StrAppend(&head, "Transfer-Encoding: chunked\r\n");
  } else if (framing.content_length.has_value()) {
    absl::StrAppend(&head, "Content-Length: ", *framing.content_length, "\r\n");
  }
  if (!framing.keep_alive) {
    absl::StrAppend(&head, "Connection: close\r\n");
  } else if (framing.version == Version::kHttp1_0) {
    absl::StrAppend(&head, "Connection: keep-alive\r\n");
  }
  absl::StrAppend(&head, "\r\n");
  return head;
}

}  // namespace airlock::http::internal
