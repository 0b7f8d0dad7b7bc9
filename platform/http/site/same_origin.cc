// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/same_origin.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace airlock::http {
namespace {

// With a lower-case host, and without https's own port.
std::string OriginOf(absl::string_view origin) {
  return absl::AsciiStrToLower(absl::StripSuffix(origin, ":443"));
}

}  // namespace

absl::Status CheckSameOrigin(const ServerRequest& request) {
  for (const absl::string_view site :
       request.headers.GetAll("Sec-Fetch-Site")) {
    if (site != "same-origin" && site != "none") {
      return absl::PermissionDeniedError(
          "another site's page sent this request (Sec-Fetch-Site)");
    }
  }
  for (const absl::string_view origin : request.headers.GetAll("Origin")) {
    if (OriginOf(origin) !=
        OriginOf(absl::StrCat("https://", request.authority))) {
      return absl::PermissionDeniedError(
          "another site's page sent this request (Origin)");
    }
  }
  return absl::OkStatus();
}

}  // namespace airlock::http
